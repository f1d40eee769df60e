import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import {
  carryOut,
  makeExperiment,
  metricOf,
  overSeeds,
  runsOf,
  summariesOf,
  type ArmRun,
  type Experiment,
  type Results,
} from '@scene-mtl/lab';
import { z } from 'zod';
import { lineArm, lines, type Lines, type LineSpec } from './line-program.ts';

const rates = [0.5, 1];

/** The rate with the smaller error, once both are there. */
function chosen(results: Results<LineSpec>): number | undefined {
  const errors = rates.map((rate) => metricOf(summariesOf(results, [1], lineArm(rate)), 'a/error'));
  if (errors.some((values) => values.length === 0)) return undefined;
  return errors[0][0] < errors[1][0] ? rates[0] : rates[1];
}

/** Two runs that decide a rate, then two others at it: as many, but not the same. */
const tuned: Experiment<object, Lines> = {
  name: 'tuned',
  title: 'Tuned lines',
  program: lines,
  options: () => ({}),
  *stages(_context, results) {
    yield rates.flatMap((rate) => overSeeds(`rate-${rate}`, [1], lineArm(rate)));
    const rate = chosen(results);
    yield rate === undefined ? [] : overSeeds('tuned', [2, 3], lineArm(rate));
  },
  show(_context, results) {
    const rate = chosen(results) ?? NaN;
    const errors = metricOf(summariesOf(results, [2, 3], lineArm(rate)), 'a/error');
    return {
      lead: `rate ${rate}, ${errors.length} runs`,
      tables: [],
      figures: [],
      grids: [],
      verdicts: [],
    };
  },
};

const context = {
  config: { seeds: [2, 3] },
  data: { name: 'points', frames: { train: 16, val: 16 }, tasks: ['a', 'b'] },
  options: {},
};

/** Results that hold what was performed; an error is seed over rate, so that rate 1 is chosen. */
function resultsThat(): {
  results: Results<LineSpec>;
  perform: (runs: readonly ArmRun<LineSpec>[]) => Promise<void>;
} {
  const done = new Set<string>();
  const key = (spec: LineSpec) => `${spec.config.rate}/${spec.seed}`;
  return {
    results: {
      summary: (spec) =>
        done.has(key(spec))
          ? ({ spec, result: { metrics: { 'a/error': spec.seed / spec.config.rate } } } as never)
          : undefined,
      measured: () => undefined,
      file: () => Promise.resolve(undefined),
    },
    perform: (runs) => Promise.resolve(runs.forEach(({ spec }) => done.add(key(spec)))),
  };
}

test('a second stage that asks for as many, but other, runs is carried out', async () => {
  const { results, perform } = resultsThat();
  const performed: string[][] = [];
  const made = await carryOut(tuned, context, results, (runs) => {
    performed.push(runs.map(({ label }) => label));
    return perform(runs);
  });
  expect(performed).toEqual([
    ['rate-0.5/seed-1', 'rate-1/seed-1'],
    ['tuned/seed-2', 'tuned/seed-3'],
  ]);
  expect(made.map(({ label }) => label)).toEqual(performed.flat());
  expect(made[2].spec.config.rate).toBe(1);
});

test('without results only the runs that depend on none are known', async () => {
  const { results, perform } = resultsThat();
  const first = runsOf(tuned, context, results);
  expect(first.map(({ label }) => label)).toEqual(['rate-0.5/seed-1', 'rate-1/seed-1']);
  await perform(first);
  expect(runsOf(tuned, context, results)).toHaveLength(4);
});

test('an experiment without images is made, stage by stage, and made again without training', async () => {
  const runs = await mkdtemp(join(tmpdir(), 'lab-tuned-'));
  const kept = { config: context.config, schema: z.object({ seeds: z.array(z.number()) }) };
  const make = () =>
    makeExperiment({
      ...{ experiment: tuned, program: lines, config: context.config, kept },
      ...{ flags: {}, runs, name: 'tuned', jobs: 1, command: 'test' },
      ...{ compile: {}, dataWorkers: 0, grids: 0 },
    });
  const folder = await make();
  const report = await readFile(join(folder, 'report.html'), 'utf8');
  expect(report).toContain('rate 1, 2 runs');
  const trained = (await readdir(join(runs, 'trained'))).sort();
  expect(trained).toHaveLength(4);
  expect(trained[0]).toMatch(/^lines\.a-b\.equal\.seed-1\.[0-9a-f]{12}$/);
  const record = join(folder, 'tuned', 'seed-2', 'record.json');
  const before = await readFile(record, 'utf8');
  const { series, result } = JSON.parse(before) as { series: object; result: { metrics: object } };
  expect(series).toEqual({ 'loss/a': [[4, 0.3333333]] });
  // (a − slope)(1 − 0.365234375)⁴, squared, times mean(x²) = 0.365234375; a begins at the seed, 2.
  expect(result.metrics).toEqual({
    'a/error': 0,
    'b/error': expect.closeTo(9 * (1 - 0.365234375) ** 8 * 0.365234375, 12) as unknown,
  });
  await make();
  expect(await readFile(record, 'utf8')).toBe(before);
});
