import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import {
  accumulated,
  adam,
  gradientsOf,
  sgd,
  type Optimiser,
  type Parameter,
  type ParameterRole,
} from '../src/index.ts';
import { useCpu } from './cpu.ts';

beforeAll(useCpu);

const parameter = (
  name: string,
  values: number[],
  role: ParameterRole = 'shared',
  decay = true,
): Parameter => ({ name, role, decay, variable: tf.variable(tf.tensor1d(values), true) });

const one = () => tf.scalar(1);
const rates = (network: number, weighting = network) => ({
  network: tf.scalar(network),
  weighting: tf.scalar(weighting),
});

// Three steps at rate 0.1 from (1, −2, 0.5), by PyTorch 1.13.1 in float64.
const START = [1, -2, 0.5];
const GRADIENTS = [
  [0.5, -1, 2],
  [0.25, 0.75, -1.5],
  [-1, 0.1, 0.3],
];

function run(make: (parameters: Parameter[]) => Optimiser): Float32Array {
  const p = parameter('p', START);
  const optimiser = make([p]);
  for (const g of GRADIENTS) optimiser.update({ p: tf.tensor1d(g) }, rates(0.1), one());
  return p.variable.dataSync<'float32'>();
}

test('SGD with Nesterov momentum and weight decay takes the steps of torch.optim.SGD', () => {
  expect(run((p) => sgd(p, { weightDecay: 0.01 }))).toBeAllClose(
    [0.942869708, -1.863038166, 0.159199179],
    { atol: 1e-6 },
  );
});

test('SGD with plain momentum takes the steps of torch.optim.SGD', () => {
  expect(run((p) => sgd(p, { weightDecay: 0.01, nesterov: false }))).toBeAllClose(
    [0.911609749, -1.870594498, 0.210807199],
    { atol: 1e-6 },
  );
});

test('Adam takes the steps of torch.optim.Adam and AdamW', () => {
  expect(run((p) => adam(p, { weightDecay: 0 }))).toBeAllClose(
    [0.827417743, -1.889283065, 0.376594599],
    { atol: 1e-5 },
  );
  expect(run((p) => adam(p, { weightDecay: 0.01 }))).toBeAllClose(
    [0.82471386, -1.883497895, 0.375304931],
    { atol: 1e-5 },
  );
});

test('a head whose kernels have a λ of their own decays by it, the others as before', () => {
  const [trunk, head] = [parameter('k', [1]), parameter('h', [1], 'task')];
  const optimisers = [sgd, adam].map((make) => {
    const [k, h] = [trunk, head].map((p) => ({ ...p, variable: tf.variable(tf.tensor1d([1])) }));
    const optimiser = make([k, h], { weightDecay: ({ name }) => (name === 'h' ? 0.5 : 0.25) });
    optimiser.update({}, rates(0.1), one());
    // Without a gradient, and without momentum from before, p − 0.1 · λ p; Nesterov's step has (1 + 0.9) of it.
    const part = make === sgd ? 1.9 : 1;
    expect(k.variable.dataSync()[0]).toBeCloseTo(1 - 0.1 * 0.25 * part, 6);
    expect(h.variable.dataSync()[0]).toBeCloseTo(1 - 0.1 * 0.5 * part, 6);
    return Object.keys(optimiser.state);
  });
  expect(optimisers[0]).toEqual(['velocity/decayed', 'velocity/decayed/0.5']);
  // One λ for all: one group, by the name that it has in older checkpoints.
  expect(Object.keys(sgd([trunk, head], { weightDecay: () => 0.1 }).state)).toEqual([
    'velocity/decayed',
  ]);
});

test('only kernels decay, and s has its own rate', () => {
  const kernel = parameter('k', [1]);
  const gamma = parameter('g', [1], 'shared', false);
  const s = parameter('s', [1], 'weighting', false);
  const optimiser = sgd([kernel, s, gamma], { weightDecay: 0.5, momentum: 0 });
  const g = () => tf.tensor1d([1]);
  optimiser.update({ k: g(), g: g(), s: g() }, rates(0.1, 0.01), one());
  // 1 − 0.1 · 1.5, 1 − 0.1, 1 − 0.01
  expect(kernel.variable.dataSync()[0]).toBeCloseTo(0.85, 6);
  expect(gamma.variable.dataSync()[0]).toBeCloseTo(0.9, 6);
  expect(s.variable.dataSync()[0]).toBeCloseTo(0.99, 6);
});

test('clipping scales by the global norm, and the norms are reported', () => {
  const a = parameter('a', [3, 4], 'shared', false);
  const b = parameter('b', [12], 'task', false);
  const optimiser = sgd([a, b], { momentum: 0, clipNorm: 2 });
  const gradients = { a: tf.tensor1d([3, 4]), b: tf.tensor1d([12]) };
  const norms = optimiser.update(gradients, rates(1), one());
  expect(norms.gradientNorm.dataSync()[0]).toBeCloseTo(13, 5);
  expect(norms.parameterNorm.dataSync()[0]).toBeCloseTo(13, 5);
  expect(norms.updateNorm.dataSync()[0]).toBeCloseTo(2, 5);
  // torch.nn.utils.clip_grad_norm_(…, 2): 0.4615, 0.6154, 1.8462
  expect([...a.variable.dataSync(), ...b.variable.dataSync()]).toBeAllClose(
    [3 - 0.461538, 4 - 0.615385, 12 - 1.846154],
    { atol: 1e-5 },
  );
});

test('a parameter without a gradient stays, unless momentum moves it', () => {
  const a = parameter('a', [1], 'shared', false);
  const b = parameter('b', [1], 'shared', false);
  const optimiser = sgd([a, b]);
  optimiser.update({ a: tf.tensor1d([1]) }, rates(0.1), one());
  expect(b.variable.dataSync()[0]).toBe(1);
  expect(a.variable.dataSync()[0]).toBeLessThan(1);
});

test('accumulating two batches equals one step with the mean gradient, bit by bit between', () => {
  for (const make of [sgd, adam]) {
    const whole = parameter('p', START);
    const parts = parameter('p', START);
    const a = make([whole]);
    const b = accumulated(make([parts]), 2);
    for (let step = 0; step < 3; step++) {
      const g = GRADIENTS[step];
      a.update({ p: tf.tensor1d(g) }, rates(0.1), one());
      const before = [parts.variable, ...Object.values(b.state)].map((v) => v.dataSync().slice());
      b.update({ p: tf.tensor1d(g.map((v) => v + 0.5)) }, rates(0.1), tf.scalar(0));
      const after = [parts.variable, ...Object.values(b.state)].map((v) => v.dataSync().slice());
      const changed = after.filter((v, i) => v.join() !== before[i].join());
      // Only the sum of gradients has changed.
      expect(changed.length).toBe(1);
      b.update({ p: tf.tensor1d(g.map((v) => v - 0.5)) }, rates(0.1), one());
      expect(parts.variable.dataSync()).toBeAllClose(whole.variable.dataSync(), { atol: 1e-6 });
    }
  }
  expect(() => accumulated(sgd([parameter('p', [1])]), 1)).toThrow('at least 2, got 1');
});

test('gradientsOf names gradients by parameter', () => {
  const a = parameter('layer/kernel', [2, 3]);
  const b = parameter('unused', [1]);
  const f = () => tf.sum(tf.square(a.variable)).asScalar();
  const { value, gradients } = gradientsOf(f, [a, b]);
  expect(value.dataSync()[0]).toBe(13);
  expect(Array.from(gradients['layer/kernel'].dataSync())).toEqual([4, 6]);
  expect(gradients['unused']).toBeUndefined();
});

test('a step leaks no tensors', () => {
  const p = parameter('p', START);
  for (const optimiser of [sgd([p], { clipNorm: 1 }), adam([p]), accumulated(sgd([p]), 2)]) {
    const step = () =>
      tf.tidy(
        () => optimiser.update({ p: tf.tensor1d([1, 1, 1]) }, rates(0.1), one()) && undefined,
      );
    step();
    const before = tf.memory().numTensors;
    step();
    step();
    expect(tf.memory().numTensors).toBe(before);
  }
});

test('an optimiser of nothing is refused', () => {
  expect(() => sgd([])).toThrow('at least one trained parameter');
});
