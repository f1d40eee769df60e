import { execFileSync } from 'node:child_process';

/** What `execFileSync` throws. */
interface GitError extends NodeJS.ErrnoException {
  readonly stderr?: string | null;
}

/**
 * The commit that the code of a folder is at: 12 digits, ` with changes` behind them where tracked files differ;
 * else why it is not known: `git is missing`, `not a git checkout`, `no commit yet`, or what git said.
 * @param folder default: the working folder
 * @param env default: this process's; git itself is looked for in its PATH
 */
export function commitOf(folder: string = process.cwd(), env: NodeJS.ProcessEnv = process.env) {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', [...args], {
      cwd: folder,
      // What git says is told apart below, in its own language.
      env: { ...env, LC_ALL: 'C' },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  try {
    const hash = git('rev-parse', '--short=12', '--verify', 'HEAD');
    const dirty = git('status', '--porcelain', '--untracked-files=no');
    return dirty === '' ? hash : `${hash} with changes`;
  } catch (error) {
    return reason(error as GitError);
  }
}

function reason({ code, stderr, message }: GitError): string {
  if (code === 'ENOENT') return 'git is missing';
  const said = (stderr ?? '').trim();
  if (said.includes('not a git repository')) return 'not a git checkout';
  if (said.includes('Needed a single revision')) return 'no commit yet';
  return `git failed: ${(said || message).split('\n')[0].replace(/^fatal: /, '')}`;
}
