import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import {
  architectureNamed,
  convBnRelu,
  convolution,
  dense,
  inside,
  lastFeatures,
  network,
  stagedEncoder,
  type Head,
  type Stage,
} from '../../src/index.ts';
import { useCpu } from '../cpu.ts';
import { hashed } from '../hashed.ts';

beforeAll(useCpu);

interface Case {
  architecture: string;
  encoder: 'dense' | 'pictures';
  outputs: Record<string, number[]>;
}
const { cases } = JSON.parse(
  readFileSync(new URL('./fixtures/architectures.json', import.meta.url), 'utf8'),
) as { cases: Case[] };

/** The networks of fixtures/architectures.py, by the kind of encoder. */
const kinds = {
  dense: {
    input: { name: 'input', shape: [5] },
    batch: 3,
    stage: (name: string, units: number): Stage => ({
      ...{ name, stride: 1, channels: units },
      build: (x, scope) =>
        tf.layers
          .activation({ activation: 'tanh', name: `${scope.name}/${name}/tanh` })
          .apply(dense(x, inside(scope, name), { units })) as tf.SymbolicTensor,
    }),
    widths: [4, 3],
    head: (x: tf.SymbolicTensor, name: string) =>
      dense(x, { name: `${name}/output`, seed: 1, owner: { task: name } }, { units: 2 }),
  },
  pictures: {
    input: { name: 'input', shape: [8, 8, 3] },
    batch: 2,
    stage: (name: string, filters: number): Stage => ({
      ...{ name, stride: name === 'first' ? 2 : 4, channels: filters },
      build: (x, scope) => convBnRelu(x, inside(scope, name), { filters, stride: 2 }),
    }),
    widths: [4, 6],
    head: (x: tf.SymbolicTensor, name: string) =>
      convolution(
        x,
        { name: `${name}/output`, seed: 1, owner: { task: name } },
        { filters: 2, kernel: 1, bias: true },
      ),
  },
};

/** Options of each in the fixture. */
const options: Record<string, object> = {
  mmoe: { experts: 3 },
  cgc: { shared: 2, own: 1 },
  'dselect-k': { experts: 3, k: 2 },
};

/** As the fixture's `kernel`, `bias` and `norm`. */
const scales: Record<string, (fan: number) => readonly [factor: number, offset: number]> = {
  kernel: (fan) => [Math.sqrt(12 / fan), 0],
  depthwise_kernel: () => [1, 0],
  bias: () => [0.2, 0],
  gamma: () => [0.4, 0.5],
  beta: () => [0.2, 0],
  moving_mean: () => [0.2, 0],
  moving_variance: () => [0.4, 1],
};

const filled = (name: string, shape: readonly number[]): tf.Tensor => {
  const size = shape.reduce((a, b) => a * b, 1);
  const [factor, offset] = scales[name.split('/').at(-1) as string](size / shape[shape.length - 1]);
  return tf.tensor(
    Float32Array.from(hashed(size, name), (u) => u * factor + offset),
    [...shape],
  );
};

test.each(cases)('$architecture on $encoder gives what PyTorch gives', (of) => {
  const { input, batch, stage, widths, head } = kinds[of.encoder];
  const names = ['left', 'right'];
  const made = network({
    ...{ input, seed: 1 },
    encoder: stagedEncoder('two', [stage('first', widths[0]), stage('second', widths[1])]),
    heads: names.map((name): Head => ({
      name,
      build: (stages) => head(lastFeatures(stages), name),
    })),
    architecture: architectureNamed(of.architecture).make(options[of.architecture]),
  });
  for (const { name, variable } of made.weights) variable.assign(filled(name, variable.shape));
  const size = input.shape.reduce((a, b) => a * b, batch);
  const x = tf.tensor(
    Float32Array.from(hashed(size, 'input'), (u) => 2 * u),
    [batch, ...input.shape],
  );
  const { outputs } = made.forward({ input: x }, { training: false });
  for (const name of names) {
    expect([...outputs[name].dataSync()]).toBeAllClose(of.outputs[name], {
      rtol: 1e-5,
      atol: 2e-6,
    });
  }
});
