import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { balancers } from '@scene-mtl/core';
import { runsOf, type Artefacts, type Results } from '@scene-mtl/lab';
import { profiles } from '../src/config/profiles.ts';
import { balancing } from '../src/papers/libmtl/balancing/balancing.ts';
import { losses, paretoFront, STARTS } from '../src/papers/libmtl/toy/losses.ts';
import { methodOf, type PathSpec } from '../src/papers/libmtl/toy/program.ts';
import { toy } from '../src/papers/libmtl/toy/toy.ts';
import type { SceneContext } from '../src/scenes/kind.ts';
import { sceneRunId } from '../src/scenes/program.ts';
import { resultsOf, street, type MadeRun } from './records.ts';

beforeAll(() => tf.setBackend('cpu'));

describe('the two losses', () => {
  const at = (x1: number, x2: number) =>
    tf.tidy(() => Object.values(losses(tf.tensor1d([x1, x2]))).map((loss) => loss.dataSync()[0]));

  test.each([
    // By hand. tanh 4 = 0.9993293; in the first bowl's centre g₁ = −20, g₂ = 14²/10 − 20 = −0.4.
    [7, -8, -1.9986586, -0.3997317],
    // tanh 4.5 = 0.9997532, tanh 9 = 1 − 3.0e-8: f₁ = log 7 + 6, f₂ = log 2 + 6.
    [9, 9, 0.7943951, 6.6914953],
    // Neither valley nor bowl.
    [0, 0, 0, 0],
  ])('at (%s, %s)', (x1, x2, first, second) => {
    const [a, b] = at(x1, x2);
    expect(a).toBeCloseTo(first, 5);
    expect(b).toBeCloseTo(second, 5);
  });

  test('gradients are those of finite differences, on both sides of x₂ = 0', () => {
    const h = 1e-2;
    for (const [x1, x2] of [
      [-2, 3],
      [4, -2],
    ]) {
      for (const [i, name] of (['first', 'second'] as const).entries()) {
        const gradient = tf.tidy(() => [
          ...tf
            .grad((x) => losses(x as tf.Tensor1D)[name])(tf.tensor1d([x1, x2]))
            .dataSync(),
        ]);
        const along = [
          (at(x1 + h, x2)[i] - at(x1 - h, x2)[i]) / (2 * h),
          (at(x1, x2 + h)[i] - at(x1, x2 - h)[i]) / (2 * h),
        ];
        gradient.forEach((value, d) => expect(value).toBeCloseTo(along[d], 2));
      }
    }
  });

  test('no point of a grid is below the front in both losses', () => {
    const front = paretoFront();
    for (let x1 = -12; x1 <= 12; x1 += 1.5) {
      for (let x2 = -12; x2 <= 12; x2 += 1.5) {
        const [a, b] = at(x1, x2);
        const beaten = front.filter(([u, v]) => a < u - 0.004 && b < v - 0.004);
        expect([x1, x2, beaten]).toEqual([x1, x2, []]);
      }
    }
  });
});

describe('libmtl toy', () => {
  const context = {
    config: { seeds: [1] },
    data: { name: 'two-parameters', frames: { train: 0, val: 0 }, tasks: ['first', 'second'] },
  };
  const results = (end: readonly [number, number]): Results<PathSpec> => ({
    summary: ({ config: { start } }) =>
      ({
        result: { metrics: { first: end[0], second: end[1] } },
        series: { 'loss/first': [[1, start[0]]], 'loss/second': [[1, start[1]]] },
      }) as never,
    measured: () => undefined,
    file: () => Promise.resolve(undefined),
  });

  test('runs every method of the registry from every start', () => {
    const options = toy.options({});
    const runs = runsOf(toy, { ...context, options }, results([0, 0]));
    expect(runs).toHaveLength(balancers.length * STARTS.length);
    expect(new Set(runs.map(({ spec }) => spec.balance.name)).size).toBe(balancers.length);
    // None lacks an option or the length of an epoch.
    for (const { spec } of runs) expect(methodOf(spec.balance, 1).kind).toBeTruthy();
  });

  test('counts the paths that end at the front', async () => {
    const options = toy.options({ methods: 'MGDA,equal' });
    const rowsWith = async (end: readonly [number, number]) =>
      (await toy.show({ ...context, options }, results(end))).tables[0].table.rows;
    const front = paretoFront();
    expect((await rowsWith(front[20])).map(({ header, cells }) => [header, cells[0]])).toEqual([
      ['mgda', { value: 5 }],
      ['equal', { value: 5 }],
    ]);
    expect((await rowsWith([0, 0]))[0].cells[0]).toEqual({ value: 0 });
  });

  test('names a method that is not there', () => {
    expect(() => toy.options({ methods: 'equal,nothing' })).toThrow('balancer nothing');
  });
});

describe('libmtl balancing', () => {
  const context = (methods?: string): SceneContext<ReturnType<typeof balancing.options>> => ({
    config: { ...profiles.quick, seeds: [1, 2, 3] },
    data: street,
    options: balancing.options(methods === undefined ? {} : { methods }),
  });
  /** One run for each that is asked for; `gain` is by how much a method's numbers are better than 1. */
  const shown = (
    gain: Readonly<Record<string, readonly [number, number, number]>>,
    faster: readonly [number, number, number] = [0, 0, 0],
    isThere: (method: string, seed: number) => boolean = () => true,
  ) => {
    const of = context(Object.keys(gain).join(','));
    const { learningRate } = of.config.training;
    const asked = runsOf(balancing, of, resultsOf(of, [])).filter(({ spec }) =>
      isThere(spec.balance.name, spec.seed),
    );
    const made = asked.map(({ spec }): MadeRun => {
      const rate = spec.config.training.learningRate / learningRate;
      const [semantic, instance, depth] =
        Math.abs(rate - 9) < 1 ? faster : (gain[spec.balance.name] ?? [0, 0, 0]);
      const metrics = {
        ...{ 'semantic/iou': 1 + semantic, 'instance/meanError': 1 - instance },
        ...{ 'depth/meanError': 1 - depth, 'instance/rms': 1, 'depth/rms': 1 },
      };
      const { tasks, balance, seed, config } = spec;
      const { name: weighting, options } = balance;
      return { tasks, weighting, options, seed, metrics, config: () => config };
    });
    return balancing.show(of, resultsOf(of, made)) as Artefacts;
  };

  test('every method but fixed weights, beside one network a task, three seeds each', () => {
    const runs = runsOf(balancing, context(), resultsOf(context(), []));
    // A network a task, all methods but fixed weights, equal weights at three more rates.
    expect(runs).toHaveLength((3 + balancers.length - 1 + 3) * 3);
    expect(new Set(runs.map(({ spec }) => sceneRunId(spec))).size).toBe(runs.length);
  });

  test.each([
    ['better on the mean', [1, -0.1, 0], 'not reproduced', /^Δm of 1 of 1 methods is below/],
    ['worse on the mean', [0.1, -0.2, 0], 'reproduced', /^Δm of 0 of 1 methods/],
    ['the same', [0, 0, 0], 'reproduced', /^Δm of 0 of 1 methods/],
  ] as const)('a method that is %s', (_what, gain, judgement, evidence) => {
    const { verdicts, tables } = shown({ equal: [0, 0, 0], pcgrad: gain });
    // No rate suits equal weights better than another here.
    expect(verdicts.map((verdict) => verdict.judgement)).toEqual([judgement, judgement]);
    expect(verdicts[0].evidence).toMatch(evidence);
    expect(tables.map(({ name }) => name)).toEqual([
      ...['balancing', 'balancing-delta-m', 'balancing-paired'],
    ]);
    // The three definitions by hand, of the method: over five metrics, over three tasks, over three metrics.
    const [semantic, instance, depth] = gain.map((by) => -100 * by);
    const sum = semantic + instance + depth;
    const cells = tables[1].table.rows[1].cells.map((cell) => (cell as { value: number }).value);
    const wanted = [sum / 5, (semantic + instance / 2 + depth / 2) / 3, sum / 3];
    wanted.forEach((value, i) => expect(cells[i]).toBeCloseTo(value, 8));
  });

  test('a method of too few seeds is open, whatever it shows; the others are judged', () => {
    const of = (gain: readonly [number, number, number], seeds: number) =>
      shown({ equal: [0, 0, 0], pcgrad: gain, mgda: [1, 1, 1] }, undefined, (method, seed) =>
        method === 'mgda' ? seed <= seeds : true,
      ).verdicts[0];
    for (const seeds of [1, 2]) {
      const better = of([1, 0, 0], seeds);
      expect(better.judgement).toBe('not reproduced');
      expect(better.evidence).toMatch(/better: pcgrad \(PCGrad\);.*open: mgda/);
      expect(of([0, 0, 0], seeds)).toMatchObject({ judgement: 'cannot tell', p: 1 });
    }
  });

  test('a method that only takes larger steps is not better than equal weights that do', () => {
    const { verdicts } = shown({ equal: [0, 0, 0], pcgrad: [1, 0, 0] }, [1, 0.5, 0]);
    expect(verdicts.map(({ judgement }) => judgement)).toEqual(['not reproduced', 'reproduced']);
    expect(verdicts[1].evidence).toContain('below that of equal (EW), rate × 9');
    // Without equal weights there is nothing to compare with.
    const alone = shown({ pcgrad: [1, 0, 0] });
    expect(alone.verdicts.map(({ judgement }) => judgement)).toEqual(['not run', 'not run']);
  });
});
