import * as tf from '@tensorflow/tfjs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import type { Table } from '@scene-mtl/eval';
import { runsOf, makeExperiment } from '@scene-mtl/lab';
import { configured } from '../src/config/overrides.ts';
import { keptConfig } from '../src/config/kept.ts';
import { scenes } from '../src/scenes/program.ts';
import { profiles } from '../src/config/profiles.ts';
import type { Config } from '../src/config/schema.ts';
import { table1Rows } from '../src/papers/kendall2018/table1-rows.ts';
import { table1 } from '../src/papers/kendall2018/table1/table1.ts';
import { rendered, resultsOf, street } from './records.ts';

let config: Config;
let runs: string;

beforeAll(async () => {
  tf.env().set('PROD', true);
  await tf.setBackend('cpu');
  runs = await mkdtemp(join(tmpdir(), 'replicate-table1-'));
  config = await configured(profiles.smoke, {
    set: [
      'data.train=12',
      'data.val=4',
      'training.steps=8',
      'training.evalEvery=4',
      'training.checkpointEvery=3',
      'strips=1',
    ],
  });
});

const run = (folder: string, name: string, flags: Record<string, string> = {}) =>
  makeExperiment({
    ...{ experiment: table1, program: scenes, config, kept: keptConfig(config) },
    flags: { rows: 'depth-only,uncertainty-semantic-instance-depth', ...flags },
    runs: folder,
    name,
    ...{ jobs: 1, dataWorkers: 1, grids: config.strips },
    compile: { threads: 1 },
    command: 'test',
  });

test('the table has the paper’s nine rows under a trivial one, and dashes for what was not run', async () => {
  const context = {
    config,
    data: { ...street, trivial: { 'semantic/iou': 1 } },
    options: table1.options({}),
  };
  const { tables, verdicts } = await rendered(table1, context, []);
  const { rows } = tables[0].table;
  expect(rows).toHaveLength(10);
  expect(rows[0].header).toMatch(/^Trivial/);
  expect(rows[0].cells[3]).toEqual({ value: 1, n: 1 });
  // Kendall et al. 2018, Table 1, last row: 63.4 %, 3.50 px, 0.522 px.
  expect(table1Rows[8].published).toEqual({ semantic: 63.4, instance: 3.5, depth: 0.522 });
  expect(rows[9].cells[3]).toEqual({ value: null, n: 0, published: 63.4 });
  expect(verdicts.map(({ judgement }) => judgement)).toEqual(Array(5).fill('not run'));
});

test('a table says whether training losses still fell in the last fifth of the steps', async () => {
  const context = { config, data: street, options: table1.options({}) };
  // Ten losses at steps 10 to 100: 2 over the steps 61 to 80, then 1.5; or 2 to the end.
  const at = (late: number) =>
    Array.from({ length: 10 }, (_, i) => [10 * (i + 1), i < 8 ? 2 : late] as const);
  const alone = (task: string, late: number, logged = 10) => ({
    ...{ tasks: [task], weighting: 'fixed', options: { [task]: 1 } },
    ...{ seed: config.seeds[0], metrics: { [`${task}/meanError`]: 1 } },
    series: { [`loss/${task}`]: at(late).slice(-logged) },
  });
  const { tables } = await rendered(table1, context, [
    alone('semantic', 1.5),
    alone('instance', 2),
    alone('depth', 1, 9),
  ]);
  const falling = tables.find(({ name }) => name.endsWith('still-falling'));
  const none = { value: null, n: 0 };
  expect(falling?.table.rows.map(({ cells }) => cells)).toEqual([
    [{ value: -25, n: 1 }, none, none],
    [none, { value: 0, n: 1 }, none],
  ]);
});

test('three seeds give mean, deviation, paired differences and a verdict', async () => {
  const context = {
    config: { ...config, seeds: [1, 2, 3] },
    data: street,
    options: table1.options({}),
  };
  const depthOnly = { tasks: ['depth'], weighting: 'fixed', options: { depth: 1 } } as const;
  const all = ['semantic', 'instance', 'depth'] as const;
  const three = { tasks: all, weighting: 'uncertainty', options: {} } as const;
  const { tables, verdicts } = await rendered(table1, context, [
    ...[0.5, 0.6, 0.7].map((depth, i) => ({
      ...depthOnly,
      seed: i + 1,
      metrics: { 'depth/meanError': depth },
    })),
    ...[0.4, 0.4, 0.4].map((depth, i) => ({
      ...three,
      seed: i + 1,
      metrics: { 'depth/meanError': depth },
    })),
  ]);
  const [table, paired] = tables.map((entry) => entry.table);
  // Mean of 0.5, 0.6, 0.7 is 0.6; sample deviation √((0.01 + 0 + 0.01) / 2) = 0.1.
  const cell = table.rows[3].cells[6] as { value: number; sd: number; n: number };
  expect(cell.value).toBeCloseTo(0.6, 12);
  expect(cell.sd).toBeCloseTo(0.1, 12);
  expect(cell.n).toBe(3);
  // Differences −0.1, −0.2, −0.3: mean −0.2; of 8 sign flips two reach it: p = 0.25.
  const against = paired.rows[0].cells.slice(6);
  expect(against[0]).toBe('−0.200');
  expect(against[2]).toEqual({ value: 0.25, n: 3 });
  const single = verdicts.find(({ claim }) => /every single-task/.test(claim));
  // Two of the three networks that it must beat are not there.
  expect(single).toMatchObject({ judgement: 'cannot tell' });
  expect(single?.evidence).toMatch(
    /3 seeds; no worse by .*, about 5 seeds would tell .*\); not run: semantic, instance$/,
  );
});

test('a run writes its table, report, metrics and pictures, and the same bytes elsewhere', async () => {
  const other = await mkdtemp(join(tmpdir(), 'replicate-table1-again-'));
  const first = await run(runs, 'first');
  const second = await run(other, 'first');
  for (const file of [
    'table1.json',
    'table1.md',
    'table1.tex',
    'verdicts.json',
    'depth-only/seed-1/metrics.jsonl',
  ]) {
    const [a, b] = await Promise.all([readFile(join(first, file)), readFile(join(second, file))]);
    expect(a.equals(b)).toBe(true);
  }
  const html = await readFile(join(first, 'report.html'), 'utf8');
  expect(html).toContain('Uncertainty weighting, 3 tasks');
  expect(html).toContain('data:image/png;base64');
});

test('a run that another table has made is not trained again', async () => {
  const first = await run(runs, 'first');
  const timing = (folder: string) =>
    readFile(join(folder, 'depth-only/seed-1/timing.json'), 'utf8');
  const before = await timing(first);
  const second = await run(runs, 'second');
  expect(await timing(second)).toBe(before);
});

test('each row chooses its rate on frames held out of training, then trains on all', async () => {
  const folder = await run(runs, 'tuned', { rows: 'depth-only', tuneRates: '0.001,0.02' });
  const summary = async (label: string) =>
    JSON.parse(await readFile(join(folder, label, 'record.json'), 'utf8')) as {
      data: { train: number; val: number };
      result: { metrics: Record<string, number> };
      spec: { config: { training: { learningRate: number } } };
    };
  const slow = await summary('depth-only/rate-0.001/seed-1');
  const fast = await summary('depth-only/rate-0.02/seed-1');
  // A tenth of 12 frames, rounded.
  expect([slow.data, fast.data]).toEqual(
    Array(2).fill({ name: 'street', train: 11, val: 1, fingerprint: null }),
  );
  const error = (r: typeof slow) => r.result.metrics['depth/meanError'];
  const final = await summary('depth-only/seed-1');
  expect(final.data).toEqual({ name: 'street', train: 12, val: 4, fingerprint: null });
  expect(final.spec.config.training.learningRate).toBe(error(fast) < error(slow) ? 0.02 : 0.001);
  const table = JSON.parse(await readFile(join(folder, 'table1.json'), 'utf8')) as Table;
  // The chosen rate stands after the three weights.
  expect(table.columns[3].name).toBe('Learning rate');
  expect(table.rows[3].cells[3]).toBe(String(final.spec.config.training.learningRate));
  expect(table.rows[3].cells[7]).toMatchObject({ n: 1 });
  expect(table.notes?.at(-1)).toContain('among 0.001, 0.02 on 1 training frames held out');
});

test('a tenth of the frames that a folder has is held out, whatever its limits say', () => {
  const folder = {
    source: 'folder',
    root: '/x',
    maxTrain: null,
    maxVal: null,
    classes: 19,
    skyDisparity: 'zero',
    derive: [] as never[],
    labels: {},
    holdOut: null,
  } as const;
  const context = {
    config: { ...config, data: folder },
    data: { ...street, frames: { train: 367, val: 101 } },
    options: table1.options({ rows: 'depth-only', tuneRates: '0.01,0.02' }),
  };
  const asked = runsOf(table1, context, resultsOf(context, []));
  // 36.7 rounded, for each of two rates; the final run waits for them.
  expect(asked.map(({ spec }) => spec.config.data.holdOut)).toEqual([37, 37]);
});

test.each([
  [{ rows: 'semantic-only,nothing' }, /--rows nothing: no such row/],
  [{ tuneRates: '0.01,fast' }, /--tune-rates 0.01,fast: expected numbers above 0, got “fast”/],
  [{ sizes: '128' }, /--sizes 128: expected HEIGHTxWIDTH/],
])('a wrong flag is named: %j', (flags: Record<string, string>, message) => {
  expect(() => table1.options(flags)).toThrow(message);
});
