import { mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  checkData,
  contentsOf,
  keepData,
  makeExperiment,
  overSeeds,
  type Contents,
  type Experiment,
  type Program,
} from '@scene-mtl/lab';
import { z } from 'zod';
import { differenceText } from '../src/store/data-record.ts';
import { lineArm, lines, processOf, type Lines, type LineSpec } from './line-program.ts';

let place: string;
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'lab-data-'));
});
afterEach(() => rm(place, { recursive: true }));

const put = async (root: string, files: Record<string, string>): Promise<string[]> => {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
  return Object.keys(files).map((name) => join(root, name));
};

describe('hashes of files', () => {
  const look = (root: string, files: readonly string[]) =>
    contentsOf(root, files, { cache: join(place, 'cache') });

  test('are by content, whatever the folder and however often a file is named', async () => {
    const a = await put(join(place, 'a'), { 'x/1.png': 'one', '2.png': 'two' });
    const b = await put(join(place, 'b'), { 'x/1.png': 'one', '2.png': 'two' });
    const first = await look(join(place, 'a'), [...a, ...a]);
    expect((await look(join(place, 'b'), b)).files).toEqual(first.files);
    // printf one | sha256sum
    expect(first.files).toMatchObject({ 'x/1.png': '7692c3ad3540bb80' });
  });

  test('see a change that leaves size and time of change as they were', async () => {
    const root = join(place, 'a');
    const files = await put(root, { '1.png': 'car' });
    const before = await look(root, files);
    const time = new Date(1e12);
    await utimes(files[0], time, time);
    expect((await look(root, files)).files).toEqual(before.files);
    await writeFile(files[0], 'sky');
    await utimes(files[0], time, time);
    expect((await look(root, files)).files).not.toEqual(before.files);
  });

  test('are not read again while nothing changes, and a cache that is damaged does no harm', async () => {
    const root = join(place, 'a');
    const files = await put(root, { '1.png': 'one' });
    const before = await look(root, files);
    const [cache] = (await readdir(join(place, 'cache'))).map((name) => join(place, 'cache', name));
    const kept = JSON.parse(await readFile(cache, 'utf8')) as Record<string, unknown[]>;
    // What is in the cache is believed, so the file was not read.
    kept['1.png'][3] = '0123456789abcdef';
    await writeFile(cache, JSON.stringify(kept));
    expect((await look(root, files)).files).toEqual({ '1.png': '0123456789abcdef' });
    for (const text of ['', '[1', '{"1.png":[1,2,3]}', '{"1.png":[3,1,1,"../x"]}', 'null']) {
      await writeFile(cache, text);
      expect((await look(root, files)).files).toEqual(before.files);
    }
    await rm(join(place, 'cache'), { recursive: true });
    await writeFile(join(place, 'cache'), 'in the way');
    expect((await look(root, files)).files).toEqual(before.files);
  });

  test('name a file that cannot be read', async () => {
    await expect(look(place, [join(place, 'none.png')])).rejects.toThrow(
      `${join(place, 'none.png')}: cannot be read (ENOENT)`,
    );
  });
});

const of = (files: Record<string, string>): Contents => ({ root: '/data', files });

test('a difference says how many files of how many, and the first names', () => {
  const before = { a: '1', b: '1', c: '1', d: '1', e: '1', toString: '1' };
  expect(differenceText(before, before)).toBeUndefined();
  expect(differenceText(before, { ...before, c: '2' })).toBe('of 6 files 1 changed (c)');
  expect(differenceText(before, { a: '2', b: '2', c: '2', d: '2', e: '2', f: '1' })).toBe(
    'of 7 files 5 changed (a, b, c and 2 more), 1 missing (toString), 1 new (f)',
  );
});

describe('a run', () => {
  /** As a run that has saved something. */
  const begin = (folder: string) => put(folder, { 'checkpoints/step-00000001.json': '{}' });

  test('goes on with the same data wherever they are, and with no other', async () => {
    const folder = join(place, 'run');
    expect(await keepData(folder, of({ a: '1', b: '1' }))).toBe(true);
    await begin(folder);
    expect(await keepData(folder, { root: '/moved', files: { a: '1', b: '1' } })).toBe(true);
    const before = await readFile(join(folder, 'data.json'), 'utf8');
    for (const look of [keepData, checkData]) {
      await expect(look(folder, of({ a: '1', b: '2' }))).rejects.toThrow(
        `${folder}: this run was made from other data than what is now in /data: of 2 files 1 changed (b). ` +
          `Make a new run in another folder (--runs, or --name of train), or give the former data back; ` +
          `where the difference is known to change nothing, delete ${folder}/data.json`,
      );
    }
    expect(await readFile(join(folder, 'data.json'), 'utf8')).toBe(before);
  });

  test('that has saved nothing yet may begin with other data', async () => {
    const folder = join(place, 'run');
    await keepData(folder, of({ a: '1' }));
    expect(await keepData(folder, of({ a: '2' }))).toBe(true);
    await begin(folder);
    expect(await checkData(folder, of({ a: '2' }))).toBe(true);
  });

  test('of before data were recorded is taken, said once, and recorded when it goes on', async () => {
    const folder = join(place, 'run');
    await begin(folder);
    expect(await checkData(folder, of({ a: '1' }))).toBe(false);
    expect(await readdir(folder)).toEqual(['checkpoints']);
    expect(await keepData(folder, of({ a: '1' }))).toBe(false);
    expect(await checkData(folder, of({ a: '1' }))).toBe(true);
    await expect(checkData(folder, of({ a: '2' }))).rejects.toThrow('1 changed');
  });

  test('whose record is damaged names it', async () => {
    const folder = join(place, 'run');
    await begin(folder);
    for (const text of ['{', 'null', '{"files":{"a":1}}']) {
      await writeFile(join(folder, 'data.json'), text);
      await expect(checkData(folder, of({ a: '1' }))).rejects.toThrow(/data\.json:.*delete it/);
    }
  });
});

describe('an experiment', () => {
  const experiment: Experiment<object, Lines> = {
    ...{ name: 'two', title: 'Two lines', summary: 'Lines of two seeds.', program: lines },
    options: () => ({}),
    *stages() {
      yield overSeeds('line', [1, 2], lineArm(1));
    },
    show: () => ({ lead: '', tables: [], figures: [], grids: [], verdicts: [] }),
  };
  /** Lines whose points lie in files. */
  const fromFiles = (
    files: Record<string, string>,
    check?: () => Promise<void>,
  ): Program<LineSpec, Lines> => ({
    ...lines,
    start: (where) => ({
      ...lines.start(where),
      contents: () => Promise.resolve(of(files)),
      ...(check && { check }),
    }),
  });
  const make = (program: Program<LineSpec, Lines>, name = 'two', made = experiment) =>
    makeExperiment({
      ...{ experiment: made, program, config: { seeds: [1, 2] }, flags: {}, runs: place, name },
      kept: { config: {}, schema: z.unknown() },
      ...{ jobs: 1, compile: {}, dataWorkers: 0, grids: 0, command: 'test' },
    });

  test('uses no finished run for other data than it was made from', async () => {
    await make(fromFiles({ a: '1' }));
    await make(fromFiles({ a: '1' }));
    // Under another name too, and then nothing is written.
    await expect(make(fromFiles({ a: '2' }), 'other')).rejects.toThrow('1 changed (a)');
    expect(await readdir(place)).toEqual(['trained', 'two']);
    await expect(make(fromFiles({ a: '2' }))).rejects.toThrow(
      /trained\/lines.*: this run was made from other data .* 1 changed \(a\)/,
    );
    // The run's folder was moved whole, with what it was made from.
    await rename(join(place, 'trained'), join(place, 'before'));
    await make(fromFiles({ a: '2' }));
  });

  test('uses no measurement of other frames than it was made on', async () => {
    const measuring: Experiment<object, Lines> = {
      ...experiment,
      *stages() {
        yield overSeeds('line', [1], lineArm(1), [processOf]);
      },
    };
    const onFrames = (frames: Record<string, string>): Program<LineSpec, Lines> => ({
      ...lines,
      start: (where) => ({
        ...lines.start(where),
        contents: (_, measurement) => Promise.resolve(of(measurement ? frames : { a: '1' })),
      }),
    });
    await make(onFrames({ t: '1' }), 'two', measuring);
    await make(onFrames({ t: '1' }), 'two', measuring);
    const [run] = await readdir(join(place, 'trained'));
    const file = join(place, 'trained', run, 'measured', 'process.json');
    await expect(make(onFrames({ t: '2' }), 'two', measuring)).rejects.toThrow(
      `${file}: measured on other data than what is now in /data: of 1 files 1 changed (t). Delete it`,
    );
    await rm(file);
    await make(onFrames({ t: '2' }), 'two', measuring);
    await make(onFrames({ t: '2' }), 'two', measuring);
  });

  test('that cannot be made writes nothing', async () => {
    const wrong = fromFiles({ a: '1' }, () => Promise.reject(new Error('no such engine')));
    await expect(make(wrong)).rejects.toThrow('no such engine');
    expect(await readdir(place)).toEqual([]);
  });
});
