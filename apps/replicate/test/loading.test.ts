import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { expect, test } from '@jest/globals';
import { executorOf } from '../src/commands/executor-flags.ts';
import { commands } from '../src/commands/index.ts';
import { contents } from '../src/papers/contents.ts';
import { experiments } from '../src/papers/index.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Modules that one loads with itself, not those it imports when it needs them: file → who imports it. */
function loadedWith(...entries: string[]): Map<string, string> {
  const found = new Map(entries.map((entry) => [resolve(root, entry), 'asked for']));
  for (const file of found.keys()) {
    if (!file.endsWith('.ts')) continue;
    const text = readFileSync(file, 'utf8');
    for (const [, name] of text.matchAll(/^(?:im|ex)port (?!type )[^;']*?(?:from )?'([^']+)';/gm)) {
      const module = moduleOf(name, file);
      if (!found.has(module)) found.set(module, file);
    }
  }
  return found;
}

/** The source file of a module of ours; the name of another's. */
function moduleOf(name: string, from: string): string {
  if (name.startsWith('.')) return resolve(dirname(from), name);
  const [, ours, rest] = /^@scene-mtl\/([^/]+)(\/.*)?$/.exec(name) ?? [];
  if (ours === undefined) return name;
  const folder = resolve(root, 'packages', ours);
  const { exports } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as {
    exports: Record<string, { '@scene-mtl/source': string }>;
  };
  return resolve(folder, exports[`.${rest ?? ''}`]['@scene-mtl/source']);
}

const tensors = (modules: ReadonlyMap<string, string>) =>
  [...modules].filter(([name]) => name.startsWith('@tensorflow/'));

test('help, score, data and workers load no TensorFlow.js', () => {
  const commandsWithout = ['score.ts', 'data/index.ts', 'worker.ts', 'queue.ts'].map(
    (file) => `apps/replicate/src/commands/${file}`,
  );
  const light = loadedWith('apps/replicate/src/cli.ts', ...commandsWithout);
  expect(tensors(light)).toEqual([]);
  // The walk sees what it looks for where it is.
  expect(light.size).toBeGreaterThan(100);
  expect(tensors(loadedWith('apps/replicate/src/commands/train.ts'))).not.toEqual([]);
});

test('only the commands of a queue load its client', () => {
  const bullmq = (...files: string[]) => loadedWith(...files).has('bullmq');
  expect(bullmq('apps/replicate/src/cli.ts', 'apps/replicate/src/commands/experiment.ts')).toBe(
    false,
  );
  expect(bullmq('apps/replicate/src/commands/worker.ts')).toBe(true);
});

test('the client of buckets is loaded where runs are in one', () => {
  const own = '@aws-sdk/client-s3';
  const light = ['worker.ts', 'queue.ts', 'experiment.ts'].map(
    (file) => `apps/replicate/src/commands/${file}`,
  );
  expect(loadedWith(...light).has(own)).toBe(false);
  expect(loadedWith('packages/lab/src/bucket/index.ts').has(own)).toBe(true);
});

test.each([
  [
    { executor: 'process', jobs: 2 },
    /--executor process makes one run at a time; .* --executor local/,
  ],
  [{ executor: 'slurm', jobs: 2 }, /--jobs is of this machine; with --executor slurm others/],
  [{ executor: 'queue', jobs: 1 }, /--executor queue needs --queue redis:/],
  [{ executor: 'queue', jobs: 1, queue: 'redis://:s3cret@h' }, /came with a user or password/],
] as const)('flags that do not go together are one line: %j', async (flags, why) => {
  await expect(executorOf(flags, { runs: 'runs' })).rejects.toThrow(why);
});

test('every listed command is added by its module, under its name', async () => {
  for (const { name, summary, add } of commands) {
    const program = new Command();
    await add(program);
    expect(program.commands.map((command) => command.name())).toContain(name);
    expect(summary).not.toMatch(/\n/);
  }
  expect(new Set(commands.map(({ name }) => name)).size).toBe(commands.length);
});

test('every listed experiment is loaded under its name', () => {
  expect(experiments.map(({ name }) => name)).toEqual(contents.map(({ name }) => name));
  expect(commands[0].name).toBe('table1');
});

/** Runs the command line; standard output into a file where one is given. */
const replicate = (args: readonly string[], out: number | 'pipe' = 'pipe') => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      '--conditions=@scene-mtl/source',
      ...['--import', fileURLToPath(import.meta.resolve('tsx'))],
      fileURLToPath(new URL('../src/cli.ts', import.meta.url)),
      ...args,
    ],
    { cwd: root, encoding: 'utf8', stdio: ['ignore', out, 'pipe'] },
  );
  return { status, stdout, stderr };
};

test('help lists all commands, and an unknown word is told from a flag of the first', () => {
  const { stdout } = replicate(['--help']);
  for (const { name } of commands) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
  const typo = replicate(['tabel1\u001b[2J']);
  expect(typo).toMatchObject({ status: 1, stdout: '' });
  // What was typed is shown, and nothing of it obeyed.
  expect(typo.stderr).toMatch(/^error: unknown command 'tabel1\\u001b\[2J'\n/);
});

test('output that cannot be written ends a command with one line', () => {
  // Open for reading alone.
  const out = openSync(fileURLToPath(import.meta.url), 'r');
  const { status, stderr } = replicate(['help', 'score'], out);
  closeSync(out);
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringMatching(/^error: standard output cannot be written: .* \(EBADF\)\n$/),
  });
});
