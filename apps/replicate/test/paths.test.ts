import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Command, type Argument, type Option } from 'commander';
import { commands } from '../src/commands/index.ts';

/** A folder and a file in it. */
let [folder, file] = ['', ''];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replicate-paths-'));
  file = join(folder, 'file');
  await writeFile(file, 'a file');
});

const program = new Command();
for (const { name, add } of commands) {
  if (!program.commands.some((one) => one.name() === name)) await add(program);
}

/** Whatever takes a path: `table1 --runs <dir>` … */
function pathsOf(command: Command, words: string): [title: string, takes: Option | Argument][] {
  const own = [...command.options, ...command.registeredArguments].map(
    (one) => [`${words} ${'flags' in one ? one.flags : `<${one.name()}>`}`, one] as const,
  );
  return [
    ...own.map(([title, one]): [string, Option | Argument] => [title.trim(), one]),
    ...command.commands.flatMap((one) => pathsOf(one, `${words} ${one.name()}`)),
  ];
}
// Of data, what is read and written says it itself.
const all = pathsOf(program, '').filter(([title]) => !title.startsWith('data '));
const ending = (of: string) => all.filter(([title]) => title.endsWith(of));
const parsed = (takes: Option | Argument, text: string): unknown =>
  (takes.parseArg as (text: string, before?: unknown) => unknown)(text, undefined);

describe('what takes a folder refuses a file before anything is done', () => {
  test.each([...ending('<dir>'), ...ending('<folder>')])('%s', (_, takes) => {
    expect(() => parsed(takes, file)).toThrow('expected a folder, this is a file.');
    for (const fine of [folder, join(folder, 'new')]) expect(parsed(takes, fine)).toBe(fine);
  });
});

describe('what takes a file refuses a folder before anything is done', () => {
  test.each(ending('<file>'))('%s', (_, takes) => {
    expect(() => parsed(takes, folder)).toThrow('expected a file, this is a folder.');
    for (const fine of [file, join(folder, 'new')]) expect(parsed(takes, fine)).toBe(fine);
  });
});

test.each([
  ['report --results', /^--results .*: no published group in it; `publish` makes one$/],
  [
    'publish --profile smoke --runs',
    /^--runs .*: no runs in it \(trained\/\), and none are published/,
  ],
  ['gather', /jobs\.json: there is no such file; expected what --executor slurm/],
  ['compare', /: there is no such folder; give the folder of a run, or one of runs$/],
])('%s of a folder that is not there says what was expected', async (words, message) => {
  const typed = [...words.split(' '), join(folder, 'none')];
  const out = words.startsWith('publish') ? ['--out', join(folder, 'results')] : [];
  await expect(program.parseAsync([...typed, ...out], { from: 'user' })).rejects.toThrow(message);
  expect(await readdir(folder)).toEqual(['file']);
});
