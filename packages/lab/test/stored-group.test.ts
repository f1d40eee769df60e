import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compressed } from '../src/publishing/compressed.ts';
import {
  decodeCurves,
  differenceOf,
  encodeCurves,
  readGroup,
  withDifference,
  writeGroup,
  type GroupContent,
  type Logged,
  type RunSpec,
  type RunSummary,
} from '@scene-mtl/lab';

// JSON has no −0 and no NaN; a log never holds them.
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0);
const curve = fc.array(fc.tuple(fc.nat(), number));
const name = fc.string({ minLength: 1 }).filter((key) => key !== '__proto__');
const logged: fc.Arbitrary<Logged> = fc.record({
  series: fc.dictionary(name, curve, { noNullPrototype: true }),
  evaluations: fc.array(
    fc.record({
      step: fc.nat(),
      metrics: fc.dictionary(name, fc.option(number), { noNullPrototype: true }),
    }),
  ),
});

test('every number of every curve comes back, whatever the order of runs', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(name, logged), { maxLength: 6 }), (entries) => {
      const runs = new Map(entries);
      const bytes = encodeCurves(runs);
      expect(decodeCurves(bytes, 'file')).toEqual(runs);
      expect(encodeCurves(new Map([...runs].reverse()))).toEqual(bytes);
    }),
    { numRuns: 30 },
  );
});

test('steps that runs share are stored once', () => {
  const series = (values: number[]) => ({ loss: values.map((v, i) => [10 * i, v] as const) });
  const run = (values: number[]): Logged => ({ series: series(values), evaluations: [] });
  const one = encodeCurves(new Map([['a', run([1, 2, 3])]]));
  const two = encodeCurves(
    new Map([
      ['a', run([1, 2, 3])],
      ['b', run([1, 2, 4])],
    ]),
  );
  // The second run costs its name, three values and the number of the steps.
  expect(two.length - one.length).toBeLessThan(30);
});

test('what is not a file of curves is an error that names it', () => {
  expect(() => decodeCurves(Buffer.from('text'), 'x/curves.json.br')).toThrow(
    'x/curves.json.br: expected JSON compressed with brotli',
  );
});

const json = fc
  .jsonValue({ maxDepth: 4 })
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown);

test('a difference laid over its base gives the value', () => {
  fc.assert(
    fc.property(json, json, (base, value) => {
      expect(withDifference(base, differenceOf(base, value))).toEqual(value);
      expect(differenceOf(value, value)).toEqual({});
    }),
  );
  const base = { size: { height: 1, width: 2 }, encoder: { kind: 'a', stem: 3 } };
  const value = { size: { height: 1, width: 4 }, encoder: { kind: 'b', alpha: 1 } };
  expect(differenceOf(base, value)).toEqual({
    'size.width': 4,
    encoder: { kind: 'b', alpha: 1 },
  });
  // What the base does not have is added; what the value does not have makes it whole.
  expect(differenceOf({ a: { b: 1 } }, { a: { b: 1 }, c: 2 })).toEqual({ c: 2 });
  expect(differenceOf({ a: { b: 1, c: 2 } }, { a: { b: 1 } })).toEqual({ a: { b: 1 } });
});

const run = (id: string, rate: number, commit: string): RunSummary => ({
  id,
  spec: {
    ...{ config: { rate, decay: null }, tasks: ['x'], seed: 1 },
    balance: { name: 'equal', options: {} },
  },
  data: { name: 'points', train: 2, val: 1, fingerprint: null },
  result: {
    ...{ metrics: { 'x/error': 0.1 + 0.2 }, sigma2: {}, weights: {} },
    ...{ parameters: 1, steps: 1 },
  },
  timing: { seconds: 1, stepsPerSecond: 1, engine: 'none' },
  series: { 'loss/x': [[1, 1 / 3]] },
  evaluations: [{ step: 1, metrics: { 'x/error': null } }],
  environment: { commit },
});

const content: GroupContent = {
  runs: new Map([run('b', 0.1, '2'), run('a', 0.2, '1'), run('c', 0.1, '2')].map((r) => [r.id, r])),
  measured: new Map([['a', { objects: { version: 2, commit: '3', value: [1.5, null] } }]]),
  pictures: new Map([['a/objects/one.png', Uint8Array.of(1, 2)]]),
};
const base = {
  config: { rate: 0.1, decay: null },
  balance: { name: 'equal', options: {} },
  seed: 1,
};
const read = (folder: string) =>
  readGroup<unknown, RunSpec>(
    folder,
    (value) => value,
    () => base,
  );
const scratch = () => mkdtemp(join(tmpdir(), 'lab-group-'));

test('a group comes back as it was, from a line a run, and is written to the same bytes', async () => {
  const folder = join(await scratch(), 'new');
  await writeGroup(folder, { profile: 'p' }, base, content);
  expect(await read(folder)).toEqual({ ...content, description: { profile: 'p' } });
  const lines = (await readFile(join(folder, 'runs.jsonl'), 'utf8')).trim().split('\n');
  expect(lines[1]).toBe(
    '{"id":"b","data":{"name":"points","train":2,"val":1,"fingerprint":null},' +
      '"result":{"metrics":{"x/error":0.30000000000000004},"sigma2":{},"weights":{},"parameters":1,"steps":1},' +
      '"timing":{"seconds":1,"stepsPerSecond":1,"engine":"none"},"spec":{"tasks":["x"]},"environment":1}',
  );
  expect(lines[0]).toContain('"spec":{"config.rate":0.2,"tasks":["x"]}');
  const bytes = async () =>
    Promise.all(
      (await readdir(folder, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map(async (entry) => [entry.name, await readFile(join(entry.parentPath, entry.name))]),
    );
  const before = await bytes();
  const reversed = new Map([...content.runs].reverse());
  await writeGroup(folder, { profile: 'p' }, base, { ...content, runs: reversed });
  expect(await bytes()).toEqual(before);
});

test('only a group’s own files go, and another folder is left alone unless forced', async () => {
  const folder = await scratch();
  const file = join(folder, 'notes.txt');
  await writeFile(file, 'mine');
  await expect(writeGroup(folder, {}, base, content)).rejects.toThrow('--force');
  await writeGroup(folder, {}, base, content, true);
  await mkdir(join(folder, 'pictures', 'other'));
  await writeFile(join(folder, 'pictures', 'other', 'mine.png'), 'mine');
  await writeGroup(folder, {}, base, { ...content, pictures: new Map() });
  const left = (await readdir(folder, { recursive: true })).sort();
  expect(left).toContain('notes.txt');
  expect(left).toContain(join('pictures', 'other', 'mine.png'));
  expect(left.some((name) => name.endsWith('one.png'))).toBe(false);
});

test('where a file of a group cannot be written, those of before stay', async () => {
  const folder = join(await scratch(), 'group');
  await writeGroup(folder, {}, base, content);
  const files = ['runs.jsonl', 'curves.json.br', 'measured.json.br', 'group.json'];
  const all = () => Promise.all(files.map((file) => readFile(join(folder, file))));
  const before = await all();
  const other = { ...content, runs: new Map([...content.runs].slice(1)) };
  // A folder in the place of a picture.
  await mkdir(join(folder, 'pictures', 'a', 'objects', 'two.png'));
  const pictures = new Map([['a/objects/two.png', Uint8Array.of(1)]]);
  await expect(writeGroup(folder, {}, base, { ...other, pictures })).rejects.toThrow(
    /two\.png: cannot be written \(a folder has this name\)/,
  );
  expect(await all()).toEqual(before);
  const file = join(await scratch(), 'file');
  await writeFile(file, 'mine');
  await expect(writeGroup(file, {}, base, content)).rejects.toThrow(/file: cannot be written/);
  expect(await readFile(file, 'utf8')).toBe('mine');
});

test.each(['../mine.txt', '/mine.txt', 'a/../../mine.txt', '..\\mine.txt', 'c:mine.txt', ''])(
  'a group that names the picture %j, outside of itself, is refused and deletes nothing',
  async (path) => {
    const place = await scratch();
    const folder = join(place, 'group');
    await writeGroup(folder, {}, base, content);
    const mine = join(folder, 'mine.txt');
    await writeFile(mine, 'mine');
    const head = JSON.parse(await readFile(join(folder, 'group.json'), 'utf8')) as object;
    await writeFile(join(folder, 'group.json'), JSON.stringify({ ...head, pictures: [path] }));
    await expect(read(folder)).rejects.toThrow(/group\.json: .*inside the folder/s);
    await expect(writeGroup(folder, {}, base, content)).rejects.toThrow(/inside the folder/);
    expect(await readFile(mine, 'utf8')).toBe('mine');
  },
);

test('a group of another format is an error that says what to do', async () => {
  const folder = await scratch();
  await writeFile(join(folder, 'group.json'), '{"profile":"p"}');
  await expect(read(folder)).rejects.toThrow(
    `${join(folder, 'group.json')}: format: expected "group 2", got nothing; environments: expected a list, ` +
      'got nothing; pictures: expected a list, got nothing; it is not a group of results as they are written ' +
      'now: publish it again with --force',
  );
  expect(await read(await scratch())).toBeUndefined();
});

test.each([
  '../../secret',
  '/etc/passwd',
  'a/../../b',
  './a',
  'a//b',
  '',
  '..',
  'a\\..\\b',
  'a\0b',
])('a picture %j, which is no path inside the group, is neither read nor deleted', async (path) => {
  const folder = await scratch();
  await writeGroup(folder, {}, base, content);
  const head = { format: 'group 2', environments: [], pictures: [path] };
  await writeFile(join(folder, 'group.json'), JSON.stringify(head));
  const message = `group.json: pictures[0]: expected a path inside the folder such as run/measurement/file.png, got ${JSON.stringify(path)}`;
  await expect(read(folder)).rejects.toThrow(message);
  await expect(writeGroup(folder, {}, base, content)).rejects.toThrow(message);
});

const stored = (change: object) =>
  JSON.stringify({
    ...{ id: 'a', data: run('a', 1, '1').data, result: run('a', 1, '1').result },
    ...{ timing: run('a', 1, '1').timing, spec: {}, environment: 0, ...change },
  });

test.each([
  ['null', ':1: expected an object, got null'],
  ['\0\0', ':1:1: expected a JSON value, got "\\u0000"'],
  [stored({}).slice(0, 9), ':1:10: expected , or }, got the end'],
  [`${stored({})}\n${stored({})}`, ':2: id: expected each run once, a is there twice'],
  [stored({ id: 'x' }), ':1: id: expected curves of x in curves.json.br, got none'],
  [
    stored({ environment: 2 }),
    ':1: environment: expected the number of one of 2 in group.json, got 2',
  ],
  [stored({ environment: '0' }), ':1: environment: expected a number, got "0"'],
  [
    stored({ timing: { engine: 'x' } }),
    ':1: timing.seconds: expected a number, got nothing; timing.stepsPerSecond: expected a number, got nothing',
  ],
])('a line %j of runs.jsonl is named with its field', async (lines, message) => {
  const folder = await scratch();
  await writeGroup(folder, {}, base, content);
  await writeFile(join(folder, 'runs.jsonl'), `${lines}\n`);
  await expect(read(folder)).rejects.toMatchObject({
    message: `${join(folder, 'runs.jsonl')}${message}`,
  });
});

test('what was measured is checked too', async () => {
  const folder = await scratch();
  await writeGroup(folder, {}, base, content);
  const file = join(folder, 'measured.json.br');
  await writeFile(file, compressed({ a: { objects: { version: '2', value: 1 } } }));
  await expect(read(folder)).rejects.toMatchObject({
    message: `${file}: a.objects.version: expected a number, got "2"`,
  });
});
