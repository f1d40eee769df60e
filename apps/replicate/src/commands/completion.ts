import { Help, type Command } from 'commander';

/** Shells that complete words, and how a script tells them. */
const SHELLS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;
type Shell = keyof typeof SHELLS;

/** The words that may follow each path of commands, the empty path being the program's own. */
export type Words = ReadonlyMap<string, readonly string[]>;

/** Adds `replicate completion`: a script that makes a shell complete commands and flags. */
export function addCompletionCommand(program: Command, whole: () => Promise<Command>): void {
  const names = Object.keys(SHELLS);
  program
    .command('completion')
    .argument('<shell>', names.join(', '))
    .description(
      'A script that makes a shell complete commands and flags of an installed replicate, e.g. once and for all\n' +
        '"replicate completion bash >> ~/.bashrc", "… zsh >> ~/.zshrc", or "… fish > ~/.config/fish/completions/replicate.fish".',
    )
    .action(async (shell: string) => {
      if (!Object.hasOwn(SHELLS, shell)) {
        throw new Error(`completion ${shell}: expected one of ${names.join(', ')}`);
      }
      process.stdout.write(completionScript(shell as Shell, wordsOf(await whole())));
    });
}

/** The script for a shell. */
export const completionScript = (shell: Shell, words: Words): string => SHELLS[shell](words);

/** Commands that help lists and long flags, by path: `heads add` → `--plugin`, … */
export function wordsOf(program: Command): Words {
  const words = new Map<string, string[]>();
  const look = (command: Command, path: string): void => {
    const shown = new Help().visibleCommands(command);
    const inner = command.commands.filter((one) => shown.includes(one)).map((one) => one.name());
    const flags = command.options.flatMap(({ long }) => long ?? []);
    words.set(path, [...inner, ...flags, '--help']);
    for (const one of command.commands) look(one, path ? `${path} ${one.name()}` : one.name());
  };
  look(program, '');
  return words;
}

const cases = (words: Words, of: (path: string, list: string) => string): string =>
  [...words].map(([path, list]) => of(path, list.join(' '))).join('\n');

function bashScript(words: Words): string {
  return `_replicate_words() {
  case "$1" in
${cases(words, (path, list) => `  '${path}') echo '${list}' ;;`)}
  *) return 1 ;;
  esac
}
_replicate() {
  local path='' next i
  for ((i = 1; i < COMP_CWORD; i++)); do
    next="\${path:+$path }\${COMP_WORDS[i]}"
    if _replicate_words "$next" >/dev/null; then path=$next; fi
  done
  COMPREPLY=($(compgen -W "$(_replicate_words "$path")" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _replicate replicate
`;
}

function zshScript(words: Words): string {
  return `autoload -U +X bashcompinit && bashcompinit\n${bashScript(words)}`;
}

function fishScript(words: Words): string {
  return `function __replicate_words
  switch "$argv"
${cases(words, (path, list) => `    case '${path}'\n      string split ' ' '${list}'`)}
    case '*'
      return 1
  end
end
function __replicate_complete
  set -l path ''
  for word in (commandline -opc)[2..-1]
    set -l next (string trim "$path $word")
    if __replicate_words $next >/dev/null
      set path $next
    end
  end
  __replicate_words $path
end
complete -c replicate -a '(__replicate_complete)'
`;
}
