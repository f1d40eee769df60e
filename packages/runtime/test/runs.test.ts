import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { compile, compileEach, type InputTensors, type Signature } from '../src/index.ts';
import { numbers } from './examples.ts';

tf.env().set('IS_TEST', true);
beforeAll(() => tf.setBackend('cpu'));
afterEach(() => tf.disposeVariables());

/** What goes into runs and comes out of them, one after the other or all at once. */

const scalar = { x: { shape: [], dtype: 'float32' } } as const;
const of = (value: number) => ({ x: Float32Array.of(value) });
const counting = () => {
  const total = tf.variable(tf.scalar(0));
  const step = ({ x }: InputTensors<typeof scalar>) => {
    total.assign(tf.add(total, x));
    return { y: tf.clone(total) };
  };
  return { total, step };
};

describe.each([['onnx'], ['cpu']] as const)('engine %s', (engine) => {
  const options = engine === 'onnx' ? { engine, threads: 1 } : { engine };

  test('what a run gives may go into the next', async () => {
    const signature = { s: { shape: [5], dtype: 'float32' } } as const;
    const step = await compile(({ s }) => ({ s: tf.reverse(s) }), signature, options);
    let s: Float32Array = Float32Array.of(1, 2, 3, 4, 5);
    for (let k = 0; k < 3; k++) s = (await step.run({ s })).s as Float32Array;
    expect(Array.from(s)).toEqual([5, 4, 3, 2, 1]);
    await step.dispose();
  });

  test('a chain of products through outputs equals the chain of tensors', async () => {
    const n = 24;
    const w = tf.tensor2d(numbers(1, [n, n], -0.4, 0.4), [n, n]);
    const signature = { s: { shape: [n, n], dtype: 'float32' } } as const;
    const step = await compile(({ s }) => ({ s: tf.matMul(s, w) }), signature, options);
    let s: Float32Array = Float32Array.from(numbers(2, [n, n]));
    let expected = tf.tensor2d(s, [n, n]);
    for (let k = 0; k < 4; k++) {
      s = (await step.run({ s })).s as Float32Array;
      expected = tf.matMul(expected, w);
    }
    expect(s).toBeAllClose(expected.dataSync(), { atol: 1e-4 });
    await step.dispose();
  });

  test('results stay what they are', async () => {
    const { step: body } = counting();
    const step = await compile(body, scalar, options);
    const first = (await step.run(of(1))).y;
    await step.run(of(1));
    expect(first[0]).toBe(1);
    first[0] = 100;
    expect((await step.run(of(1))).y[0]).toBe(3);
    await step.dispose();
  });

  test('runs at once happen in order, with pulls and pushes between them', async () => {
    const { total, step: body } = counting();
    const step = await compile(body, scalar, options);
    const results = await Promise.all(Array.from({ length: 20 }, () => step.run(of(1))));
    expect(results.map(({ y }) => y[0])).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    const [, seen, , after] = await Promise.all([
      step.run(of(1)),
      step.pull().then(() => total.dataSync()[0]),
      step.run(of(1)),
      step.run(of(1)).then(({ y }) => y[0]),
    ]);
    expect(after).toBe(23);
    if (engine === 'onnx') expect(seen).toBe(21);
    await step.pull();
    expect(total.dataSync()[0]).toBe(23);
    await step.dispose();
  });

  test('a run that fails does not stop those behind it', async () => {
    const { step: body } = counting();
    const step = await compile(body, scalar, options);
    const [a, b, c] = await Promise.allSettled([
      step.run(of(1)),
      step.run({ x: new Float32Array(2) }),
      step.run(of(1)),
    ]);
    expect([a.status, b.status, c.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(c.status === 'fulfilled' && c.value.y[0]).toBe(2);
    await step.dispose();
  });

  test('bools other than 0 and 1 are true', async () => {
    const signature = { m: { shape: [4], dtype: 'bool' } } as const;
    const step = await compile(
      ({ m }) => ({
        cast: tf.cast(m, 'float32'),
        count: tf.sum(tf.cast(m, 'int32')),
        not: tf.logicalNot(m),
        same: tf.equal(m, tf.tensor1d([true, true, true, true])),
      }),
      signature,
      options,
    );
    const m = Uint8Array.of(0, 1, 255, 2);
    const { cast, count, not, same } = await step.run({ m });
    expect([cast, count, not, same].map((values) => Array.from(values))).toEqual([
      [0, 1, 1, 1],
      [3],
      [1, 0, 0, 0],
      [0, 1, 1, 1],
    ]);
    expect(Array.from(m)).toEqual([0, 1, 255, 2]);
    await step.dispose();
  });

  test('inputs may lie in a SharedArrayBuffer', async () => {
    const signature = {
      x: { shape: [3], dtype: 'float32' },
      i: { shape: [1], dtype: 'int32' },
    } as const;
    const step = await compile(
      ({ x, i }) => ({ y: tf.mul(x, tf.cast(i, 'float32')) }),
      signature,
      options,
    );
    const x = new Float32Array(new SharedArrayBuffer(16), 4, 3);
    const i = new Int32Array(new SharedArrayBuffer(4));
    x.set([1, 2, 3]);
    i.set([2]);
    expect(Array.from((await step.run({ x, i })).y)).toEqual([2, 4, 6]);
    await step.dispose();
  });

  test.each([
    [
      'a promise',
      async ({ x }: InputTensors<typeof scalar>) => ({ y: await Promise.resolve(x) }),
      /a promise.*must not be async/,
    ],
    ['a tensor', ({ x }: InputTensors<typeof scalar>) => tf.square(x), /a tensor.*\{ y: tensor \}/],
    ['a number', () => 3, /a number; expected tensors by name/],
    ['nothing', () => undefined, /nothing; expected tensors by name/],
    ['null', () => null, /nothing; expected tensors by name/],
    ['an array', ({ x }: InputTensors<typeof scalar>) => [x], /an array.*give each tensor a name/],
    ['a number by name', () => ({ y: 3 }), /output 'y' of the step is not a tensor but a number/],
  ] as const)('a step that returns %s is refused', async (_, body, message) => {
    const failed = async () => {
      const step = await compile(body as never, scalar, options);
      await step.run(of(1));
    };
    await expect(failed()).rejects.toThrow(message);
    await expect(failed()).rejects.toThrow(/^compile: /);
    expect(tf.getBackend()).toBe('cpu');
  });
});

test('steps compiled at once, of one optimiser too, train as one after the other', async () => {
  const signature = { x: { shape: [2], dtype: 'float32' } } as const;
  const losses: number[][] = [];
  for (const atOnce of [true, false]) {
    const w = tf.variable(tf.tensor1d([0.5, -0.5]));
    const optimiser = tf.train.adam(0.1);
    const train = ({ x }: InputTensors<typeof signature>) => ({
      loss: optimiser.minimize(() => tf.sum(tf.square(tf.sub(tf.mul(w, x), 1))), true, [
        w,
      ]) as tf.Tensor,
    });
    const evaluate = ({ x }: InputTensors<typeof signature>) => ({
      loss: tf.sum<tf.Scalar>(tf.mul(w, x)),
    });
    const bodies = [train, evaluate, train];
    const compileOne = (body: typeof train) => compile(body, signature, { threads: 1 });
    const steps = [];
    if (atOnce) steps.push(...(await Promise.all(bodies.map(compileOne))));
    else for (const body of bodies) steps.push(await compileOne(body));
    const seen: number[] = [];
    for (const step of [...steps, ...steps]) {
      seen.push((await step.run({ x: Float32Array.of(1, 2) })).loss[0]);
    }
    losses.push(seen);
    for (const step of steps) await step.dispose();
  }
  expect(losses[0]).toEqual(losses[1]);
});

test('compileEach shares its state among signatures that run at once', async () => {
  const total = tf.variable(tf.scalar(0));
  const sum = compileEach(
    ({ x }: InputTensors<Signature>) => {
      total.assign(tf.add(total, tf.sum(x)));
      return { y: tf.clone(total) };
    },
    { threads: 1 },
  );
  const run = (n: number) =>
    sum.run({ x: { shape: [n], dtype: 'float32' } }, { x: new Float32Array(n).fill(1) });
  const results = await Promise.all([4, 2, 4, 2, 1].map(run));
  expect(results.map(({ y }) => y[0])).toEqual([4, 6, 10, 12, 13]);
  await sum.pull();
  expect(total.dataSync()[0]).toBe(13);
  await sum.dispose();
});

test('reuseOutputs: true overwrites the last results, but not while they are read', async () => {
  const signature = { s: { shape: [5], dtype: 'float32' } } as const;
  const step = await compile(({ s }) => ({ s: tf.reverse(s) }), signature, {
    threads: 1,
    reuseOutputs: true,
  });
  const first = (await step.run({ s: Float32Array.of(1, 2, 3, 4, 5) })).s as Float32Array;
  const second = (await step.run({ s: first })).s;
  expect(second).toBe(first);
  expect(Array.from(second)).toEqual([1, 2, 3, 4, 5]);
  await step.dispose();
});

test('dispose twice is dispose once, and a run after it says so', async () => {
  const { step: body } = counting();
  const step = await compile(body, scalar, { threads: 1 });
  await Promise.all([step.dispose(), step.dispose()]);
  await expect(step.run(of(1))).rejects.toThrow(/run: the step was disposed/);
});
