import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { architectures } from '@scene-mtl/core';
import { runsOf, type Artefacts } from '@scene-mtl/lab';
import { profiles } from '../src/config/profiles.ts';
import {
  namesOf,
  type Context,
  type SharingOptions,
} from '../src/papers/ruder2017/sharing/arms.ts';
import type { StageDegrees } from '../src/papers/ruder2017/degrees.ts';
import { costBesideHard, degreesOfSharing } from '../src/papers/ruder2017/sharing/measurements.ts';
import { stepsInTime } from '../src/papers/ruder2017/equal-time.ts';
import { sharing } from '../src/papers/ruder2017/sharing/sharing.ts';
import { sharingRoads } from '../src/papers/ruder2017/sharing-roads/sharing-roads.ts';
import { sceneRunId } from '../src/scenes/program.ts';
import { madeFrame, madeTasks, placeOf } from './made-place.ts';
import { resultsOf, street, type MadeRun } from './records.ts';

beforeAll(async () => {
  tf.env().set('PROD', true);
  await tf.setBackend('cpu');
});

const contextOf = (options: SharingOptions, profile = profiles.quick): Context => ({
  config: { ...profile, seeds: [1, 2, 3] },
  data: street,
  options,
});
const context = contextOf({ architectures: ['cgc', 'ltb'] });

const degrees = (start: readonly number[], end: readonly number[]): StageDegrees =>
  start.map((from, s) => ({ stage: `stage${s + 1}`, start: from, degree: end[s], values: {} }));

/** What is measured of each, and its error as a part of what a task has alone. */
const made = {
  'hard-sharing': { part: 1.1, ms: 2, degrees: degrees([1, 1], [1, 1]), speed: 10 },
  cgc: { part: 1, ms: 6, degrees: degrees([0.5, 0.5], [0.75, 0.25]), speed: 5 },
  ltb: { part: 1.2, ms: 4, degrees: degrees([1, 1], [1, 0.3]), speed: 2.4 },
};

/** What is shown of the runs of equal steps, and the labels of all runs that follow from them. */
function shown({ seeds = [1, 2, 3], ltb = made.ltb.part } = {}) {
  const first = runsOf(sharing, context, resultsOf(context, []));
  const runs = first.flatMap(({ spec }): MadeRun[] => {
    const { tasks, balance, seed, config } = spec;
    if (!seeds.includes(seed)) return [];
    const name = config.network.architecture.name as keyof typeof made;
    const { part, ms, speed, degrees: found } = made[name];
    // A little more with each seed, so that there is a spread.
    const by = tasks.length === 1 ? 1 : (name === 'ltb' ? ltb : part) + 0.001 * seed;
    const all = {
      ...{ 'semantic/iou': 50 / by, 'instance/meanError': 4 * by, 'depth/meanError': 0.5 * by },
      ...{ 'instance/rms': 8 * by, 'depth/rms': 1 * by },
    };
    const metrics = Object.fromEntries(
      Object.entries(all).filter(([metric]) => tasks.includes(metric.split('/')[0])),
    );
    const costs = { parameters: 100 * ms, multiplyAdds: 1e6 * ms, milliseconds: ms, hard: 2 };
    return [
      {
        ...{ tasks, weighting: balance.name, options: balance.options, seed, metrics },
        ...{ config: () => config, stepsPerSecond: speed },
        measured: { 'degrees-of-sharing': found, 'cost-beside-hard-sharing': costs },
      },
    ];
  });
  const results = resultsOf(context, runs);
  return {
    artefacts: sharing.show(context, results) as Artefacts,
    later: runsOf(sharing, context, results),
  };
}

describe('ruder2017 sharing', () => {
  test('all architectures of the registry, hard sharing first; few of them on small pictures', () => {
    const names = namesOf(contextOf({}));
    expect([...names].sort()).toEqual(architectures.map(({ name }) => name).sort());
    expect(names[0]).toBe('hard-sharing');
    expect(namesOf(contextOf({}, profiles.smoke))).toHaveLength(3);
    expect(() => sharing.options({ architectures: 'none' })).toThrow('architecture none: expected');
  });

  test('three networks of a task and three of all, three seeds each; hard sharing is Table 1', () => {
    const runs = runsOf(sharing, context, resultsOf(context, []));
    expect(runs).toHaveLength(6 * 3);
    expect(new Set(runs.map(({ spec }) => sceneRunId(spec))).size).toBe(18);
    const costing = runs.filter(({ measurements = [] }) => measurements.includes(costBesideHard));
    expect(costing.map(({ label }) => label)).toEqual(
      ['hard-sharing', 'cgc', 'ltb'].map((name) => `${name}/seed-1`),
    );
    expect(sharing.undecided?.(context, resultsOf(context, []))).toBe(9);
  });

  test('equal time: as many steps as the speeds give, in twentieths of all', () => {
    const { later, artefacts } = shown();
    const { steps } = context.config.training;
    const inTime = later.filter(({ label }) => label.includes('in-time'));
    // 5 of 10 steps a second, and 2.4: 0.24 is nearest to 5 / 20.
    expect(inTime.map(({ label, spec }) => [label, spec.config.training.steps])).toEqual([
      ...[1, 2, 3].map((seed) => [`cgc-in-time/seed-${seed}`, steps / 2]),
      ...[1, 2, 3].map((seed) => [`ltb-in-time/seed-${seed}`, steps / 4]),
    ]);
    const { columns, rows } = artefacts.tables[0].table;
    const at = columns.findIndex(({ name }) => name === 'Steps in equal time');
    expect(rows.map(({ cells }) => cells[at])).toEqual([
      ...[null, { value: steps }, { value: steps / 2 }, { value: steps / 4 }],
    ]);
  });

  test('the table has costs and Δm by hand, the others degrees and their chart', () => {
    const { tables, figures } = shown().artefacts;
    const { columns, rows } = tables[0].table;
    expect(rows.map(({ header }) => header)).toEqual([
      ...['a network a task', 'hard-sharing', 'cgc', 'ltb'],
    ]);
    expect(rows[2].cells.slice(0, 4)).toEqual([600, 6, 6, 3].map((value) => ({ value })));
    const at = columns.findIndex(({ name }) => name === 'Δm, equal steps');
    // By seed p = 1.101, 1.102, 1.103: (100 (1 − 1/p) + 2 · 100 (p − 1)) / 3.
    const changes = [1.101, 1.102, 1.103].map((p) => (100 * (1 - 1 / p) + 200 * (p - 1)) / 3);
    const { value } = rows[1].cells[at] as { value: number };
    expect(value).toBeCloseTo((changes[0] + changes[1] + changes[2]) / 3, 9);
    expect(tables.map(({ name }) => name)).toEqual([
      'sharing',
      'sharing-paired',
      'sharing-degrees',
    ]);
    expect(tables[2].table.rows[1].cells).toMatchObject([{ value: 0.75 }, { value: 0.25 }]);
    expect(figures.map(({ name }) => name)).toEqual(['sharing']);
  });

  test('verdicts follow the runs', () => {
    const judged = (of: Parameters<typeof shown>[0]) =>
      shown(of).artefacts.verdicts.map(({ judgement }) => judgement);
    // cgc is better than hard sharing, ltb worse: one of two is not more than half.
    expect(judged({})).toEqual(['not reproduced', 'reproduced', 'reproduced']);
    expect(judged({ ltb: 1 })).toEqual(['reproduced', 'reproduced', 'reproduced']);
    expect(judged({ seeds: [1] })).toEqual(['cannot tell', 'reproduced', 'cannot tell']);
    const { verdicts } = sharing.show(context, resultsOf(context, [])) as Artefacts;
    expect(verdicts.map(({ judgement }) => judgement)).toEqual(['not run', 'not run', 'not run']);
  });

  test('costs and degrees of a network are measured', async () => {
    const frame = madeFrame({ id: 'frame', height: 8, width: 8 });
    const { place } = placeOf([frame], madeTasks);
    const network = {
      ...place.config.network,
      architecture: { name: 'cgc', options: { shared: 1 } },
    };
    const config = { ...place.config, network, size: { height: 32, width: 64 } };
    const cost = await costBesideHard.measure({ ...place, config });
    expect(cost.multiplyAdds).toBeGreaterThan(0);
    expect([cost.milliseconds > 0, cost.hard > 0]).toEqual([true, true]);
    const end = ['stem', 'stage1', 'stage2', 'stage3', 'aspp'].map((stage) => ({
      ...{ stage, degree: 0.25, values: { gate: 1 / 3 } },
    }));
    const found = await degreesOfSharing.measure({ ...place, config, sharing: () => end });
    // Two experts of a task, both of the same weight at first, one of them shared.
    expect(found[0]).toEqual({
      stage: 'stem',
      start: 0.5,
      degree: 0.25,
      values: { gate: 0.33333 },
    });
  });
});

describe('ruder2017 sharing-roads', () => {
  const numbers = {
    config: context.config,
    data: { name: 'roads', frames: { train: 1, val: 1 }, tasks: [] },
    options: { seeds: [1, 2, 3], smoke: false },
  };
  const none = { summary: () => undefined, measured: () => undefined } as never;

  test('nine networks of a task and every architecture, three seeds each', () => {
    const runs = runsOf(sharingRoads, numbers as never, none);
    expect(runs).toHaveLength((9 + architectures.length) * 3);
    expect(sharingRoads.undecided?.(numbers as never, none)).toBe(architectures.length * 3);
  });

  test('without a run there is a table of dashes', () => {
    const { tables, verdicts } = sharingRoads.show(numbers, none) as Artefacts;
    expect(tables.map(({ table }) => table.rows.length)).toEqual([1 + architectures.length]);
    expect(verdicts.map(({ judgement }) => judgement)).toEqual(['not run', 'not run']);
  });

  test('steps of equal time are the part of the speeds, in twentieths', () => {
    expect([stepsInTime(200, 3, 10), stepsInTime(200, 0.01, 10), stepsInTime(200, 20, 10)]).toEqual(
      [60, 10, 200],
    );
    expect(stepsInTime(200, undefined, 10)).toBeUndefined();
  });
});
