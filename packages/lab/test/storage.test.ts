import {
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Table } from '@scene-mtl/eval';
import { describe, expect, jest, test } from '@jest/globals';
import {
  assertFolderName,
  makeExperiment,
  metricOf,
  overSeeds,
  summariesOf,
  type Experiment,
} from '@scene-mtl/lab';
import { whileReadOnly } from '@scene-mtl/data/testing';
import { z } from 'zod';
import { lineArm, lines, type Lines } from './line-program.ts';

const fitted: Experiment<object, Lines> = {
  name: 'fitted',
  title: 'Fitted lines',
  program: lines,
  options: () => ({}),
  *stages() {
    yield overSeeds('row', [1, 2], lineArm(0.5));
  },
  show(_context, results) {
    const [value] = metricOf(summariesOf(results, [2], lineArm(0.5)), 'b/error');
    const cells = [{ value }];
    const table = {
      title: 'Errors',
      corner: 'line',
      columns: [{ name: 'b' }],
      rows: [{ header: 'row', cells }],
    };
    const tables = [{ name: 'fitted', table }];
    return { lead: '', tables, figures: [], grids: [], verdicts: [] };
  },
};

const config = { seeds: [1, 2] };
const made: { tables: readonly Table[]; isWritten: boolean }[] = [];
const make = (runs: string, name = 'fitted') =>
  makeExperiment({
    ...{ experiment: fitted, program: lines, config, flags: {}, runs, name, jobs: 1 },
    ...{ kept: { config, schema: z.object({ seeds: z.array(z.number()) }) } },
    ...{ compile: {}, dataWorkers: 0, grids: 0, command: 'test' },
    onMade: (tables, isWritten) => void made.push({ tables, isWritten }),
  });
const newRuns = () => mkdtemp(join(tmpdir(), 'lab-storage-'));

/** What is said on standard error meanwhile. */
async function saidBy(work: () => Promise<unknown>): Promise<string> {
  let text = '';
  const write = jest.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  try {
    await work();
  } finally {
    write.mockRestore();
  }
  return text;
}

/** Names and contents of all files below a folder. */
async function filesIn(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder, { recursive: true })).sort();
  const files: Record<string, string> = {};
  for (const name of names) {
    const path = join(folder, name);
    if ((await stat(path)).isFile()) files[name] = await readFile(path, 'utf8');
  }
  return files;
}

test('an experiment whose runs are finished gives its tables where nothing may be written', async () => {
  const runs = await newRuns();
  await make(runs);
  const before = await filesIn(runs);
  const said = await saidBy(() => whileReadOnly(runs, () => make(runs)));
  expect(made.map(({ isWritten }) => isWritten)).toEqual([true, false]);
  expect(made[1].tables).toEqual(made[0].tables);
  expect(made[1].tables[0].rows[0].header).toBe('row');
  expect(said.match(/cannot be written/g)).toHaveLength(1);
  expect(said).toMatch(
    /fitted\/config\.json: cannot be written \(no permission\); .*not written\n$/,
  );
  expect(await filesIn(runs)).toEqual(before);
});

test('where runs are to be made, a read-only folder is one error that names a file', async () => {
  const runs = await newRuns();
  await mkdir(join(runs, 'trained'));
  await expect(whileReadOnly(runs, () => make(runs))).rejects.toThrow(
    /fitted\/config\.json: cannot be written \(no permission\); choose another folder/,
  );
  expect(await readdir(runs)).toEqual(['trained']);
});

describe('the links of an experiment', () => {
  test('that were copied as what they lead to (cp -rL) are taken for the runs', async () => {
    const runs = await newRuns();
    await make(runs);
    const copied = join(await newRuns(), 'copy');
    await cp(runs, copied, { recursive: true, dereference: true });
    const row = join(copied, 'fitted', 'row', 'seed-1');
    expect((await lstat(row)).isDirectory()).toBe(true);
    await writeFile(join(row, 'notes.txt'), 'mine');
    const before = await filesIn(copied);
    const said = await saidBy(() => make(copied));
    expect(said).not.toContain('left as it is');
    const after = await filesIn(copied);
    // The command and the commit at the time.
    for (const files of [before, after]) delete files[join('fitted', 'environment.json')];
    expect(Object.keys(after)).toEqual(Object.keys(before));
    expect(after[join('fitted', 'row', 'seed-1', 'notes.txt')]).toBe('mine');
  });

  test('leave a folder or a file that is something else, with a line', async () => {
    const runs = await newRuns();
    const row = join(runs, 'fitted', 'row');
    await make(runs);
    await rm(join(row, 'seed-1'));
    await rm(join(row, 'seed-2'));
    await mkdir(join(row, 'seed-1'));
    await writeFile(join(row, 'seed-1', 'notes.txt'), 'mine');
    await writeFile(join(row, 'seed-2'), 'mine');
    const said = await saidBy(() => make(runs));
    expect(said.match(/seed-[12]: is no link to .*left as it is/g)).toHaveLength(2);
    expect(await readFile(join(row, 'seed-1', 'notes.txt'), 'utf8')).toBe('mine');
    expect(await readFile(join(row, 'seed-2'), 'utf8')).toBe('mine');
  });
});

describe('a name', () => {
  test.each([
    ...[
      '',
      '  ',
      '.',
      '..',
      '../x',
      'a/b',
      'a\\b',
      '/',
      'data',
      'Data',
      'trained',
      'con',
      'CON.txt',
    ],
    ...[
      'nul',
      'LPT1',
      'a\nb',
      'a\0',
      '\u001b[2J',
      'a:b',
      'x?',
      'end.',
      'end ',
      ' start',
      'é'.repeat(101),
    ],
  ])('%j is refused before anything is written', async (name) => {
    expect(() => assertFolderName(name)).toThrow(/^name ".*": .*; give one such as mine/);
    const runs = await newRuns();
    await expect(make(runs, name)).rejects.toThrow(/^name "/);
    expect(await readdir(runs)).toEqual([]);
  });

  test.each(['mine', 'table1-2', 'my run', 'lr=0.1, σ²', 'v1.2', 'straße', '.hidden', 'console'])(
    '%j is fine',
    (name) => expect(() => assertFolderName(name)).not.toThrow(),
  );
});

test('a folder of something else is not taken, nor a file', async () => {
  const runs = await newRuns();
  await mkdir(join(runs, 'docs'));
  await writeFile(join(runs, 'docs', 'fitted.md'), 'mine');
  await expect(make(runs, 'docs')).rejects.toThrow(
    `${join(runs, 'docs')}: holds files that are of no run (fitted.md); give another --name`,
  );
  await writeFile(join(runs, 'file'), 'mine');
  await expect(make(runs, 'file')).rejects.toThrow(/file/);
  expect(await filesIn(runs)).toEqual({ [join('docs', 'fitted.md')]: 'mine', file: 'mine' });
});
