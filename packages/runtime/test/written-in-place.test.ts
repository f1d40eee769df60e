import { afterEach, beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { capture } from '../src/capture/trace.ts';
import { compile, type CompileOptions } from '../src/index.ts';
import { lower } from '../src/lowering/lower.ts';
import { numbers } from './examples.ts';

/** Variables of 2¹⁴ numbers and more, which a step may write where it reads them. */

tf.env().set('IS_TEST', true);
beforeAll(() => tf.setBackend('cpu'));
afterEach(() => tf.disposeVariables());

const N = 128;
const signature = { x: { shape: [2, N], dtype: 'float32' } } as const;
const batch = (seed: number) => ({ x: Float32Array.from(numbers(seed, [2, N])) });
type Inputs = Readonly<Record<'x', tf.Tensor>>;
type Step = (inputs: Inputs) => Record<string, tf.Tensor>;

const matrix = (seed: number) =>
  tf.variable<tf.Rank.R2>(tf.tensor2d(numbers(seed, [N, N], -0.1, 0.1), [N, N]));

/** What a step gives in four runs, and its variables after them. */
async function results(
  make: () => { step: Step; variables: tf.Variable[] },
  options: CompileOptions,
) {
  const { step, variables } = make();
  const compiled = await compile(step, signature, { threads: 2, ...options });
  const outputs: number[][] = [];
  for (let i = 0; i < 4; i++) {
    const given = await compiled.run(batch(i));
    outputs.push(...Object.values(given).map((values) => Array.from(values as Float32Array)));
  }
  await compiled.pull();
  const state = variables.map((v) => Array.from(v.dataSync()));
  await compiled.dispose();
  tf.dispose(variables);
  return [...outputs, ...state];
}

async function agreesWithEager(make: () => { step: Step; variables: tf.Variable[] }) {
  const expected = await results(make, { engine: 'cpu' });
  for (const options of [{}, { block: 0 }]) {
    const actual = await results(make, options);
    expect(actual).toHaveLength(expected.length);
    actual.forEach((values, i) =>
      expect(values).toBeAllClose(expected[i], { rtol: 1e-4, atol: 1e-5 }),
    );
  }
}

const optimisers = {
  sgd: () => tf.train.sgd(0.1),
  'nesterov momentum': () => tf.train.momentum(0.1, 0.9, true),
  // An ε that small gradients do not fall below: their signs are a matter of rounding.
  adam: () => tf.train.adam(0.01, 0.9, 0.999, 1e-2),
  rmsprop: () => tf.train.rmsprop(0.01, 0.9, 0.5, 1e-4, true),
} as const;

/** Three layers, the first two of one matrix: it is read going forward and back, more than once. */
const tied = (make: () => tf.Optimizer) => () => {
  const [shared, last] = [matrix(1), matrix(2)];
  const optimiser = make();
  const step: Step = ({ x }) => {
    const layer = (h: tf.Tensor, w: tf.Tensor) =>
      tf.tanh(tf.matMul(h as tf.Tensor2D, w as tf.Tensor2D));
    const loss = () => tf.mean<tf.Scalar>(tf.square(layer(layer(layer(x, shared), shared), last)));
    const size = tf.sum(tf.square(shared));
    return { loss: optimiser.minimize(loss, true, [shared, last]) as tf.Scalar, size };
  };
  return { step, variables: [shared, last] };
};

test.each(Object.entries(optimisers))('%s trains large parameters as it does eagerly', (_, make) =>
  agreesWithEager(tied(make)),
);

/** Momentum on the mean gradient of the steps since the last one that applied it; clipped. */
const accumulating = () => {
  const [w, sum, velocity] = [matrix(1), matrix(2), matrix(3)];
  const step: Step = ({ x }) => {
    const apply = tf.cast(tf.greater(tf.sum(x), 0), 'float32');
    const waiting = tf.sub(1, apply);
    const hidden = () => tf.tanh(tf.matMul(x as tf.Tensor2D, w));
    const loss = () => tf.mean<tf.Scalar>(tf.square(tf.matMul(hidden(), w)));
    const { value, grads } = tf.variableGrads(loss, [w]);
    const mean = tf.add(sum, tf.div(grads[w.name], 2));
    const norm = tf.sqrt(tf.sum(tf.square(mean)));
    const before = [w, velocity].map((v) => tf.clone(v));
    const clipped = tf.mul(mean, tf.minimum(1, tf.div(0.5, norm)));
    velocity.assign(tf.add(tf.mul(velocity, 0.9), clipped));
    w.assign(tf.sub(w, tf.mul(velocity, 0.1)));
    for (const [i, v] of [w, velocity].entries()) {
      v.assign(tf.add(tf.mul(apply, v), tf.mul(waiting, before[i])));
    }
    sum.assign(tf.mul(mean, waiting));
    return { apply, value, norm };
  };
  return { step, variables: [w, sum, velocity] };
};

test('accumulated and clipped gradients change large parameters as they do eagerly', async () => {
  await agreesWithEager(accumulating);
  // Four runs with three outputs each, `apply` first: both kinds of steps are among them.
  const applied = (await results(accumulating, {})).filter((_, i) => i < 12 && i % 3 === 0);
  expect(new Set(applied.flat())).toEqual(new Set([0, 1]));
  const { trace } = capture(accumulating().step, signature);
  expect(lower(trace, { block: 0 }).inPlace).toEqual([true, true, true]);
});

test('parameters and the slots of momentum are written in place', () => {
  const { step } = tied(optimisers['nesterov momentum'])();
  capture(step, signature);
  const { trace } = capture(step, signature);
  const { inPlace } = lower(trace, { block: 0 });
  // Two matrices, two velocities.
  expect(inPlace).toEqual([true, true, true, true]);
});

test('old values that leave the step, and values that change places, are the old ones', async () => {
  const make = () => {
    const [a, b, c, d] = [matrix(1), matrix(2), matrix(3), matrix(4)];
    const step: Step = ({ x }) => {
      const before = tf.clone(c);
      const product = tf.matMul(tf.matMul(x as tf.Tensor2D, c), d);
      const [p, q] = [tf.clone(a), tf.clone(b)];
      a.assign(q);
      b.assign(p);
      c.assign(tf.add(tf.mul(c, 0.5), tf.sum(p)));
      d.assign(tf.add(tf.mul(d, 0.5), tf.sum(p)));
      return { before, product, turned: tf.transpose(d) };
    };
    return { step, variables: [a, b, c, d] };
  };
  await agreesWithEager(make);
  const { trace } = capture(make().step, signature);
  // Those that change places cannot be written in place; the third is, after all that reads it; the
  // new values of the fourth are read too, so its node stays where it is.
  expect(lower(trace, { block: 0 }).inPlace).toEqual([false, false, true, false]);
});

test('variables that are computed from each other are computed from the old values', async () => {
  const make = () => {
    const [a, b, c] = [matrix(1), matrix(2), matrix(3)];
    const step: Step = ({ x }) => {
      const [p, q] = [tf.clone(a), tf.clone(b)];
      a.assign(tf.sub(p, q));
      b.assign(tf.sub(q, p));
      // Not the writer of another variable itself, but read by one alone.
      const half = tf.mul(c, 0.5);
      c.assign(tf.mul(c, tf.sum(x)));
      const d = tf.matMul(half, q);
      return { sum: tf.sum(d) };
    };
    return { step, variables: [a, b, c] };
  };
  await agreesWithEager(make);
  const { trace } = capture(make().step, signature);
  expect(lower(trace, { block: 0 }).inPlace).toEqual([false, false, true]);
});

const outOfRange = {
  given: (row: tf.Tensor) => row,
  'that is the place of a maximum, moved': (row: tf.Tensor) =>
    tf.add(tf.argMax(tf.oneHot(row, N + 1), 1), tf.scalar(1, 'int32')),
};

test.each(Object.entries(outOfRange))(
  'a step that fails on an index %s has changed nothing',
  async (_, index) => {
    const w = matrix(1);
    const step = ({ x, row }: Record<'x' | 'row', tf.Tensor>) => {
      const loss = tf.mean(tf.matMul(x as tf.Tensor2D, w));
      const chosen = tf.gather(tf.tanh(w), index(row));
      w.assign(tf.sub(w, tf.mean(x)));
      return { loss, chosen };
    };
    const compiled = await compile(step, { ...signature, row: { shape: [1], dtype: 'int32' } });
    const before = Array.from(w.dataSync());
    await expect(compiled.run({ ...batch(1), row: Int32Array.of(N) })).rejects.toThrow(/out of/);
    await compiled.pull();
    expect(Array.from(w.dataSync())).toEqual(before);
    await compiled.dispose();
  },
);

test('what may fail runs before what writes in place, in every order of the graph', () => {
  const w = matrix(1);
  const step: Step = ({ x }) => {
    const chosen = tf.gather(tf.tanh(w), tf.cast(tf.sum(x, 1), 'int32'));
    w.assign(tf.sub(w, tf.mean(x)));
    return { chosen };
  };
  const { graph, writes, inPlace } = lower(capture(step, signature).trace, { block: 0 });
  expect(inPlace).toEqual([true]);
  const { nodes } = graph.live();
  const needed = new Set([writes[0]?.name]);
  const before = [...nodes].reverse().filter(({ inputs, outputs }) => {
    const isNeeded = outputs.some(({ name }) => needed.has(name));
    if (isNeeded) inputs.forEach((ref) => ref && needed.add(ref.name));
    return isNeeded;
  });
  expect(before.map(({ op }) => op)).toEqual(expect.arrayContaining(['Sub', 'Gather', 'Tanh']));
});
