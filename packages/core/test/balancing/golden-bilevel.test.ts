import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import {
  forum,
  MAIN_STREAM,
  moml,
  SECOND_STREAM,
  sgd,
  trainingStep,
  type Balancer,
  type Objective,
  type Parameter,
} from '../../src/index.ts';
import { useCpu } from '../cpu.ts';
import { inDouble } from './double.ts';

beforeAll(useCpu);

interface Batch {
  readonly A: readonly number[][][];
  readonly b: readonly number[][];
}
interface State {
  readonly x: readonly number[];
  readonly alpha: readonly number[];
  readonly weights?: readonly number[];
}
interface Case {
  readonly start: readonly number[];
  readonly batches: readonly Batch[];
  readonly second: readonly Batch[];
  readonly moml: Readonly<Record<'none' | 'l2' | 'loss', readonly State[]>>;
  readonly forum: readonly { phi: number; steps: number; made: readonly State[] }[];
}

/** What bilevel.py wrote; see fixtures/README.md. */
const fixture = JSON.parse(
  readFileSync(new URL('fixtures/bilevel.json', import.meta.url), 'utf8'),
) as { rate: number; weightRate: number; descentRate: number; cases: readonly Case[] };

/** Three steps of a method from the case's start, in 64 bits. */
const threeSteps = (balancer: Balancer, { start, batches, second }: Case): State[] =>
  inDouble(() => {
    const x = tf.variable(tf.div(tf.tensor1d([...start]), 16), true);
    const [M, N] = [batches[0].A[0].length, start.length];
    const names = batches[0].A.map((_, k) => `task${k}`);
    const objectives = names.map((name): Objective => ({
      ...{ name, stream: MAIN_STREAM, arrays: { [`A/${name}`]: [M, N], [`b/${name}`]: [M] } },
      loss(forward, batch) {
        const at = tf.reshape<tf.Rank.R2>(forward(batch).outputs['x'], [N, 1]);
        const A = tf.reshape<tf.Rank.R2>(batch[`A/${name}`], [M, N]);
        const error = tf.sub(tf.reshape(tf.matMul(A, at), [1, M]), batch[`b/${name}`]);
        return { value: tf.mul(tf.sum(tf.square(error)), 0.5), present: tf.scalar(1) };
      },
    }));
    const trained: Parameter[] = [{ name: 'x', role: 'shared', decay: false, variable: x }];
    const step = trainingStep({
      network: {
        inputs: {},
        forward: () => ({ outputs: { x }, shared: x, statistics: [] }),
      },
      ...{ objectives, balancer, batchSizes: { [MAIN_STREAM]: 1 } },
      parameters: { trained, frozen: [], buffers: [] },
      optimiser: sgd(trained, { momentum: 0, nesterov: false, weightDecay: 0 }),
    });
    const arraysOf = (under: string, { A, b }: Batch) =>
      Object.fromEntries(
        names.flatMap((name, k) => [
          [`${under}A/${name}`, tf.div(tf.tensor3d([A[k]]), 16)],
          [`${under}b/${name}`, tf.div(tf.tensor2d([b[k]]), 16)],
        ]),
      );
    return batches.map((batch, n) => {
      tf.tidy(() =>
        step.run({
          ...arraysOf('', batch),
          ...arraysOf(`${SECOND_STREAM}/`, second[n]),
          'rate/network': tf.scalar(fixture.rate),
          ...{ 'rate/weighting': tf.scalar(1), apply: tf.scalar(1) },
          ...Object.fromEntries(
            Object.entries(step.inputsAt(n)).map(([name, [value]]) => [name, tf.scalar(value)]),
          ),
        }),
      );
      const { alpha, weights } = balancer.state;
      const numbers = (of: tf.Variable) => Array.from(of.dataSync());
      return {
        x: numbers(x),
        alpha: numbers(alpha),
        ...(weights && { weights: numbers(weights) }),
      };
    });
  });

const place = {
  objectives: ['task0', 'task1', 'task2'].map((name) => ({ name })),
  batchesPerEpoch: 1,
};

test.each(['none', 'l2', 'loss'] as const)('MOML, slopes divided by %s', (normalisation) => {
  for (const one of fixture.cases) {
    const balancer = inDouble(() => moml.make(place, { normalisation, rate: fixture.weightRate }));
    for (const [n, given] of threeSteps(balancer, one).entries()) {
      const expected = one.moml[normalisation][n];
      expect(given.alpha).toBeAllClose(expected.alpha, { rtol: 1e-6, atol: 1e-6 });
      expect(given.x).toBeAllClose(expected.x, { rtol: 1e-6, atol: 1e-6 });
    }
  }
});

test('FORUM, bounds that bind and that do not', () => {
  for (const one of fixture.cases) {
    for (const { phi, steps, made } of one.forum) {
      const options = { phi, steps, descentRate: fixture.descentRate, rate: fixture.weightRate };
      const balancer = inDouble(() => forum.make(place, options));
      for (const [n, given] of threeSteps(balancer, one).entries()) {
        expect(given.weights).toBeAllClose(made[n].weights ?? [], { rtol: 1e-6, atol: 1e-6 });
        expect(given.alpha).toBeAllClose(made[n].alpha, { rtol: 1e-6, atol: 1e-6 });
        expect(given.x).toBeAllClose(made[n].x, { rtol: 1e-6, atol: 1e-6 });
      }
    }
  }
});
