import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { planOf, resultsIn, runId, type Job, type TimedRun } from '@scene-mtl/lab';
import { lineArm, lines, type LineSpec } from './line-program.ts';

/** A line of so many steps; `effort` takes the steps for its work. */
const line = (steps: number, seed = 1): LineSpec => {
  const { config, ...arm } = lineArm(1);
  return { ...arm, config: { ...config, steps }, seed };
};
const idOf = (spec: LineSpec): string => runId(lines, spec);
const jobs = (...specs: LineSpec[]): Job<LineSpec>[] =>
  specs.map((spec) => ({ id: idOf(spec), spec, measurements: [] }));
const plan = (root: string, wanted: Job<LineSpec>[], elsewhere: TimedRun<LineSpec>[] = []) =>
  planOf(wanted, resultsIn(root, idOf), root, lines, elsewhere);

const put = async (root: string, id: string, record: unknown) => {
  await mkdir(join(root, id), { recursive: true });
  await writeFile(join(root, id, 'record.json'), JSON.stringify(record));
};

/** What stays of a finished run. */
const recordOf = (spec: LineSpec, seconds: number) => ({
  ...{ id: idOf(spec), spec, series: {}, evaluations: [], environment: {} },
  data: { name: 'points', train: 2, val: 1, fingerprint: null },
  result: { metrics: {}, sigma2: {}, weights: {}, parameters: 1, steps: 1 },
  timing: { seconds, stepsPerSecond: 1, engine: 'none' },
});

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lab-plan-'));
});

const published = [
  // 2, 3 and 9 s a step at 10 steps; 5 s a step at 100.
  { seconds: 90, steps: 10, seed: 3 },
  { seconds: 20, steps: 10, seed: 1 },
  { seconds: 30, steps: 10, seed: 2 },
  { seconds: 500, steps: 100, seed: 1 },
].map(({ seconds, steps, seed }) => ({
  ...{ spec: line(steps, seed), timing: { seconds } },
  machine: `a slow one with ${steps} steps`,
}));

test('without runs here those published tell: the nearest in work, by their median', () => {
  const { seconds, machines, missing } = plan(root, jobs(line(20), line(80)), published);
  // 20 steps are nearest to 10: 3 s a step; 80 steps to 100: 5 s a step.
  expect(seconds).toBe(20 * 3 + 80 * 5);
  expect(machines).toEqual(['a slow one with 10 steps', 'a slow one with 100 steps']);
  expect(missing).toBe(2);
});

test('without any run the time is not known, and no machine is named', () => {
  expect(plan(root, jobs(line(20)))).toMatchObject({ seconds: undefined, machines: [] });
  // What another program took tells nothing.
  const other = published.map((run) => ({ ...run, spec: { ...run.spec, program: 'squares' } }));
  expect(plan(root, jobs(line(20)), other)).toMatchObject({ seconds: undefined, machines: [] });
});

test('runs of this machine go before published ones, however near these are', async () => {
  const here = await mkdtemp(join(tmpdir(), 'lab-plan-here-'));
  const spec = line(1000);
  await put(here, idOf(spec), recordOf(spec, 7000));
  const { seconds, machines, table } = plan(here, jobs(line(10, 9), spec), published);
  expect(seconds).toBe(10 * 7);
  expect(machines).toEqual([]);
  expect(table.rows.map(({ cells }) => cells[0])).toEqual(['to do', 'done']);
});

test.each([
  [
    'no spec',
    { ...recordOf(line(3), 1), spec: undefined },
    /record\.json: spec: expected an object/,
  ],
  ['no time', { ...recordOf(line(3), 1), timing: {} }, /record\.json: timing\.seconds: expected/],
  ['nothing', null, /record\.json: expected an object, got null/],
])('a record with %s is named', async (_, record, reason) => {
  const broken = await mkdtemp(join(tmpdir(), 'lab-plan-broken-'));
  await put(broken, 'x', record);
  expect(() => plan(broken, jobs(line(10)))).toThrow(reason);
  await writeFile(join(broken, 'x', 'record.json'), '{');
  expect(() => plan(broken, jobs(line(10)))).toThrow(/x.record\.json:1:2: expected a key/);
});
