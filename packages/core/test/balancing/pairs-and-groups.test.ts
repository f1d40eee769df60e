import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import {
  balancerNamed,
  MAIN_STREAM,
  sgd,
  trainingStep,
  type GroupedBalancer,
  type Objective,
  type Parameter,
} from '../../src/index.ts';
import { balancedRows, groupsOf, type Part } from '../../src/steps/gradient-rows.ts';
import { useCpu } from '../cpu.ts';
import { inDouble } from './double.ts';
import { inOrder } from './jacobians.ts';

beforeAll(useCpu);

/** Answers of LibMTL and TorchJD, see fixtures/README.md. */
const fixture = JSON.parse(
  readFileSync(new URL('fixtures/pairs-and-groups.json', import.meta.url), 'utf8'),
) as {
  readonly imtl: readonly {
    readonly A: number[][][];
    readonly b: number[][];
    readonly start: number[];
    readonly steps: readonly { alpha: number[]; x: number[]; scale: number[] }[];
  }[];
  readonly gradvac: readonly {
    readonly sizes: readonly number[];
    readonly rows: readonly number[][][];
    readonly directions: readonly number[][];
  }[];
};

test.each(['imtl', 'IMTL', 'impartial-losses+imtl-g'])('%s: three steps of LibMTL’s', (method) => {
  for (const { A, b, start, steps } of fixture.imtl) {
    inDouble(() => {
      const names = A.map((_, i) => `task${i}`);
      const over16 = (values: tf.TensorLike) => tf.div(tf.tensor(values), 16);
      const x = tf.variable(over16(start), true);
      const [matrices, vectors] = [A.map(over16), b.map(over16)];
      const objectives = names.map((name, i): Objective => ({
        ...{ name, stream: MAIN_STREAM, arrays: {} },
        loss(forward, batch) {
          const at = tf.reshape(forward(batch).outputs['x'], [-1, 1]);
          const error = tf.sub(
            tf.reshape(tf.matMul(matrices[i] as tf.Tensor2D, at as tf.Tensor2D), [-1]),
            vectors[i],
          );
          return { value: tf.mul(tf.sum(tf.square(error)), 0.5), present: tf.scalar(1) };
        },
      }));
      const balancer = balancerNamed(method).make({ objectives });
      const trained: Parameter[] = [
        { name: 'x', role: 'shared', decay: false, variable: x },
        ...Object.entries(balancer.variables).map(([name, variable]) => ({
          ...({ name: `weighting/${name}`, role: 'weighting', decay: false, variable } as const),
        })),
      ];
      const step = trainingStep({
        network: { inputs: {}, forward: () => ({ outputs: { x }, statistics: [] }) },
        ...{ objectives, balancer, batchSizes: { [MAIN_STREAM]: 1 } },
        parameters: { trained, frozen: [], buffers: [] },
        optimiser: sgd(trained, { momentum: 0, nesterov: false, weightDecay: 0 }),
      });
      for (const expected of steps) {
        const before = names.map((name) => balancer.variables[name].dataSync()[0]);
        const logged = step.run({
          ...{ 'rate/network': tf.scalar(0.01), 'rate/weighting': tf.scalar(0.1) },
          apply: tf.scalar(1),
        });
        // LibMTL's weights are of the scaled losses e^s L, ours of L.
        const alpha = names.map(
          (name, i) => logged[`weight/${name}`].dataSync()[0] * Math.exp(before[i]),
        );
        expect(alpha).toBeAllClose(expected.alpha, { rtol: 1e-6, atol: 1e-7 });
        expect(x.dataSync()).toBeAllClose(expected.x, { rtol: 1e-6, atol: 1e-7 });
        const scale = names.map((name) => -balancer.variables[name].dataSync()[0]);
        expect(scale).toBeAllClose(expected.scale, { rtol: 1e-6, atol: 1e-7 });
      }
    });
  }
});

test('imtl takes the options of both halves by their names, and lacks nothing that both have', () => {
  const place = { objectives: [{ name: 'a' }, { name: 'b' }] };
  const imtl = balancerNamed('imtl');
  const made = imtl.make(place, { initial: 0.5, every: 4 });
  if (made.kind !== 'composed' || made.gradients.kind !== 'gramian') throw new Error('a pair');
  expect(made.variables['a'].dataSync()[0]).toBe(0.5);
  expect(made.gradients.kept?.at(1)).toBe(true);
  expect(imtl.make(place, { mode: 'representation' })).toMatchObject({
    gradients: { mode: 'representation' },
  });
  expect(() => imtl.make(place, { alpha: 1 })).toThrow(/^imtl: [^]*alpha/);
  expect(imtl.lacks).toEqual(balancerNamed('impartial-losses+imtl-g').lacks);
});

test.each(['layer', 'matrix'])(
  'GradVac of each %s: TorchJD’s of the columns by themselves',
  (groups) => {
    for (const { sizes, rows, directions } of fixture.gradvac) {
      const K = rows[0].length;
      // Of a layer two parameters stand together.
      const parts = sizes.flatMap((size, g): Part[] =>
        groups === 'matrix'
          ? [{ name: `layer${g}/kernel`, shape: [1, size] }]
          : [
              { name: `layer${g}/kernel`, shape: [size - 1] },
              { name: `layer${g}/bias`, shape: [1] },
            ],
      );
      inDouble(() => {
        const tasks = Array.from({ length: K }, (_, i) => ({ name: `task${i}` }));
        const balancer = balancerNamed('gradvac').make(
          { objectives: tasks },
          { groups },
        ) as GroupedBalancer;
        expect(balancer.kind).toBe('grouped');
        expect(groupsOf(balancer, parts)).toHaveLength(sizes.length);
        const memory = { targets: tf.variable(tf.zeros([sizes.length, K, K]), false) };
        for (const [batch, J] of rows.entries()) {
          const gradients = J.map((row) => {
            let at = 0;
            return Object.fromEntries(
              parts.map(({ name, shape }) => {
                const size = shape.reduce((a, b) => a * b, 1);
                const part = row.slice(at, (at += size)).map((v) => v / 16);
                return [name, tf.tensor(part, [...shape])] as const;
              }),
            );
          });
          const given = balancedRows(balancer, parts, gradients, {
            ...{ losses: tf.ones([K]), present: tf.ones([K]), memory },
            inputs: { order: inOrder(K) },
          });
          const direction = parts.flatMap(({ name }) =>
            Array.from(given.gradients[name].dataSync()),
          );
          // TorchJD adds 1e-8 to its denominators at other places.
          expect(direction).toBeAllClose(directions[batch], { rtol: 1e-6, atol: 1e-6 });
          const lengths = J.map((row) => Math.sqrt(row.reduce((sum, v) => sum + (v / 16) ** 2, 0)));
          expect((given.norms ?? []).map((n) => n.dataSync()[0])).toBeAllClose(lengths);
        }
      });
    }
  },
);
