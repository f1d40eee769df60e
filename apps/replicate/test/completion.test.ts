import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { Command } from 'commander';
import { completionScript, wordsOf } from '../src/commands/completion.ts';

/** `heads add|tune` and `train`, each with flags of its own. */
function program(): Command {
  const made = new Command('replicate');
  made.command('train').option('--steps <n>', 'steps').option('--name <name>', 'name');
  const heads = made.command('heads');
  heads.command('add').option('--owner <name>', 'owner');
  heads.command('tune');
  heads.command('retune', { hidden: true }).option('--owner <name>', 'owner');
  return made;
}
const words = wordsOf(program());

test('commands and flags by path', () => {
  expect([...words]).toEqual([
    ['', ['train', 'heads', '--help']],
    ['train', ['--steps', '--name', '--help']],
    ['heads', ['add', 'tune', '--help']],
    ['heads add', ['--owner', '--help']],
    ['heads tune', ['--help']],
    // No word that is offered, but its flags are.
    ['heads retune', ['--owner', '--help']],
  ]);
});

const isThere = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0;
const [bash, fish] = ['bash', 'fish'].map(isThere);

describe(`bash completes${bash ? '' : ' (skipped: bash is not installed)'}`, () => {
  const typed = (...given: string[]) => {
    const script = `${completionScript('bash', words)}
COMP_WORDS=(replicate ${given.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${given.length}
_replicate
echo "\${COMPREPLY[@]}"`;
    return spawnSync('bash', ['-c', script], { encoding: 'utf8' }).stdout.trim();
  };
  const when = bash ? test : test.skip;

  when('a command, one of a command, and a flag', () => {
    expect(typed('t')).toBe('train');
    expect(typed('heads', '')).toBe('add tune --help');
    expect(typed('heads', 'add', '--o')).toBe('--owner');
  });
  when('what is no command leaves the path as it is', () => {
    expect(typed('train', '--name', 'heads', '--s')).toBe('--steps');
  });
});

(fish ? test : test.skip)(
  `fish takes the script${fish ? '' : ' (skipped: fish is not installed)'}`,
  () => {
    const input = completionScript('fish', words);
    expect(spawnSync('fish', ['--no-execute'], { input, encoding: 'utf8' }).stderr).toBe('');
  },
);
