import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { CaptureError, compile, type InputTensors, type Outputs } from '../src/index.ts';

tf.env().set('IS_TEST', true);
beforeAll(() => tf.setBackend('cpu'));
afterEach(() => tf.disposeVariables());

const x = { x: { shape: [4], dtype: 'float32' } } as const;
const compileOn = (step: (inputs: InputTensors<typeof x>) => Outputs, options = {}) =>
  compile(step, x, { threads: 1, ...options });

describe('compile refuses, naming the place', () => {
  test('an op without a lowering, by its name', async () => {
    const failed = compileOn(({ x: t }) => ({ y: tf.unique(t).values }));
    await expect(failed).rejects.toThrow(CaptureError);
    await expect(failed).rejects.toThrow(/op Unique at .*errors\.test\.ts:\d+:\d+ has no lowering/);
  });

  test('a value read inside the step', async () => {
    await expect(compileOn(({ x: t }) => ({ y: tf.mul(t, t.dataSync()[0]) }))).rejects.toThrow(
      /value is read inside the step at .*errors\.test\.ts:\d+:\d+/,
    );
  });

  test('an unseeded random draw', async () => {
    for (const drawn of [
      () => tf.randomNormal([4]),
      () => tf.randomUniform([4]),
      () => tf.truncatedNormal([4]),
    ]) {
      await expect(compileOn(({ x: t }) => ({ y: tf.add(t, drawn()) }))).rejects.toThrow(
        /random draw inside the step at .*errors\.test\.ts:\d+:\d+ would freeze/,
      );
    }
  });

  test('tf.dropout, with a seed or not, which would give one mask for ever', async () => {
    for (const seed of [undefined, 7]) {
      await expect(
        compileOn(({ x: t }) => ({ y: tf.dropout(t, 0.5, undefined, seed) })),
      ).rejects.toThrow(/tf\.dropout would give the same mask.*errors\.test\.ts/);
    }
  });

  test('random layers without a seed input, seeded or not', async () => {
    const { dropout, gaussianNoise, gaussianDropout, alphaDropout } = tf.layers;
    for (const layer of [
      dropout({ rate: 0.5 }),
      dropout({ rate: 0.5, seed: 3 }),
      gaussianNoise({ stddev: 1 }),
      gaussianDropout({ rate: 0.5 }),
      alphaDropout({ rate: 0.5 }),
    ]) {
      const step = ({ x: t }: { x: tf.Tensor }) => ({
        y: layer.apply(t, { training: true }) as tf.Tensor,
      });
      await expect(compileOn(step)).rejects.toThrow(/draws random numbers .* \{ seed: 'seed' \}/);
    }
  });

  test('variables created on every call, by name', async () => {
    let call = 0;
    await expect(
      compileOn(({ x: t }) => ({
        y: tf.add(t, tf.variable(tf.zeros([4]), true, `fresh${call++}`)),
      })),
    ).rejects.toThrow(/creates new variables on every call \(fresh1\)/);
  });

  test('an output that is not a tensor, a seed that is no int32 scalar, a shape with a hole', async () => {
    await expect(compileOn(() => ({ y: undefined as unknown as tf.Tensor }))).rejects.toThrow(
      /output 'y' of the step is not a tensor/,
    );
    await expect(compileOn(({ x: t }) => ({ y: t }), { seed: 'x' })).rejects.toThrow(
      /seed 'x': expected an int32 scalar .* got float32 \[4\]/,
    );
    await expect(compileOn(({ x: t }) => ({ y: t }), { seed: 'none' })).rejects.toThrow(
      /got no such input/,
    );
    await expect(
      compileOn(({ x: t }) => ({ y: t }), { engine: 'cpu', debug: { finite: true } }),
    ).rejects.toThrow(/debug needs engine 'onnx', got 'cpu'/);
    await expect(
      compile(({ a }) => ({ y: a }), { a: { shape: [-1, 2], dtype: 'float32' } }),
    ).rejects.toThrow(/input 'a': expected a shape of whole numbers, got \[-1, 2\]/);
  });

  test('string and complex tensors', async () => {
    await expect(compileOn(() => ({ y: tf.tensor(['a']) }))).rejects.toThrow(/got string/);
  });

  test('and leaves variables and the backend as they were', async () => {
    const w = tf.variable(tf.tensor1d([1, 2, 3, 4]));
    const adam = tf.train.adam(0.1);
    const step = ({ x: t }: { x: tf.Tensor }) => {
      const loss = adam.minimize(() => tf.sum(tf.mul(w, t)), true, [w]) as tf.Tensor;
      return { loss, bad: tf.unique(t).values };
    };
    await expect(compileOn(step)).rejects.toThrow(/Unique/);
    expect(tf.getBackend()).toBe('cpu');
    expect(Array.from(w.dataSync())).toEqual([1, 2, 3, 4]);
    expect(() => Math.random()).not.toThrow();
    // The slots that the failed capture made are usable: the same optimiser trains on.
    const good = await compileOn(({ x: t }) => ({
      loss: adam.minimize(() => tf.sum(tf.mul(w, t)), true, [w]) as tf.Tensor,
    }));
    await good.run({ x: Float32Array.of(1, 1, 1, 1) });
    await good.pull();
    // Adam's first step is the rate in the direction of the sign: 1 − 0.1 …
    expect(w.dataSync()).toBeAllClose([0.9, 1.9, 2.9, 3.9], { atol: 1e-4 });
    await good.dispose();
  });
});

describe.each([['onnx'], ['cpu']] as const)('run on %s refuses', (engine) => {
  const compiled = () => compile(({ x: t }) => ({ y: tf.neg(t) }), x, { engine, threads: 1 });

  test('a missing input, an unknown one, another size and another type', async () => {
    const step = await compiled();
    await expect(step.run({} as never)).rejects.toThrow(
      /input 'x' is missing; expected a Float32Array of 4 elements for shape \[4\]/,
    );
    await expect(
      step.run({ x: new Float32Array(4), z: new Float32Array(1) } as never),
    ).rejects.toThrow(/input 'z' is not in the signature \(x\)/);
    await expect(step.run({ x: new Float32Array(3) })).rejects.toThrow(
      /expected a Float32Array of 4 .* got a Float32Array of 3/,
    );
    await expect(step.run({ x: new Int32Array(4) } as never)).rejects.toThrow(
      /got a Int32Array of 4/,
    );
    await step.dispose();
  });
});

describe('shapes that only the kernels of TensorFlow.js check', () => {
  const y = (t: tf.Tensor, shape: number[]) => tf.add(tf.zeros(shape), tf.sum(t));
  const steps: Readonly<Record<string, (t: tf.Tensor) => tf.Tensor>> = {
    BatchMatMul: (t) => tf.matMul(y(t, [2, 3]), y(t, [4, 5])),
    'BatchMatMul, of batches': (t) => tf.matMul(y(t, [2, 1, 3]), y(t, [3, 3, 1])),
    Concat: (t) => tf.concat([y(t, [2, 3]), y(t, [2, 4])], 0),
    Pack: (t) => tf.stack([y(t, [2, 3]), y(t, [2, 4])]),
    Slice: (t) => tf.slice(y(t, [2, 3]), [1, 1], [2, 2]),
    GatherNd: (t) => tf.gatherND(y(t, [2, 3]), tf.zeros([2, 3], 'int32')),
    'Concat, of an empty one': (t) => tf.concat([y(t, [0, 3]), y(t, [2, 4])], 0),
    ExpandDims: (t) => tf.expandDims(y(t, [2, 3]), -4),
    'GatherV2, in batches': (t) =>
      tf.gather(y(t, [2, 3]), tf.zeros<tf.Rank.R2>([3, 1], 'int32'), 1, 1),
    Einsum: (t) => tf.einsum('ij,jk->ik', y(t, [2, 3]), y(t, [4, 5])),
    'Einsum, of a diagonal': (t) => tf.einsum('ii->', y(t, [2, 2])),
    'Einsum, of no arrow': (t) => tf.einsum('ij', y(t, [2, 2])),
    'Einsum, of a label from nowhere': (t) => tf.einsum('ij->in', y(t, [2, 2])),
    UnsortedSegmentSum: (t) =>
      tf.unsortedSegmentSum(y(t, [2, 3]), tf.tensor1d([0, 1, 2], 'int32'), 3),
    Add: (t) => tf.add(y(t, [2, 3]), y(t, [4, 5])),
    Conv2DBackpropInput: (t) =>
      tf.conv2dTranspose(
        y(t, [1, 4, 4, 3]) as tf.Tensor4D,
        tf.ones([3, 3, 2, 3]),
        [1, 20, 20, 2],
        2,
        'same',
      ),
  };

  test.each(Object.entries(steps))('%s: named with the place', async (name, body) => {
    const failed = compileOn(({ x: t }) => ({ y: body(t) }));
    await expect(failed).rejects.toThrow(CaptureError);
    const kernel = name.split(',')[0];
    await expect(failed).rejects.toThrow(
      new RegExp(`^compile: ${kernel} at .*errors\\.test\\.ts:\\d+:\\d+: `),
    );
  });
});

describe('an index out of range, −1 among them, is refused by op and line', () => {
  const i = { i: { shape: [2], dtype: 'int32' } } as const;
  const t = () => tf.tensor1d([1, 2, 3]);
  const column = (at: tf.Tensor) => tf.reshape(at, [2, 1]);
  const steps: Readonly<Record<string, (at: tf.Tensor) => tf.Tensor>> = {
    gather: (at) => tf.gather(t(), at),
    'gather in batches': (at) => tf.gather(tf.ones([2, 3]), column(at), 1, 1),
    gatherND: (at) => tf.gatherND(t(), column(at)),
    scatterND: (at) => tf.scatterND(column(at), tf.tensor1d([1, 2]), [3]),
    'scatterND of rank 1': (at) => tf.scatterND(at, tf.tensor1d([1, 2]), [3]),
    tensorScatterUpdate: (at) => tf.tensorScatterUpdate(t(), column(at), tf.tensor1d([8, 9])),
    sparseToDense: (at) => tf.sparseToDense(at, tf.tensor1d([1, 2]), [3], tf.scalar(0)),
  };

  test.each(Object.entries(steps))('%s', async (_, body) => {
    const step = await compile(({ i: at }) => ({ y: body(at) }), i, { threads: 1 });
    expect((await step.run({ i: Int32Array.of(0, 2) })).y.length).toBeGreaterThan(0);
    for (const index of [-1, 3, -3, 7]) {
      await expect(step.run({ i: Int32Array.of(0, index) })).rejects.toThrow(
        /^run: \w+ at .*errors\.test\.ts:\d+:\d+: an index is out of range; expected 0 … \d/,
      );
    }
    // The step goes on.
    await step.run({ i: Int32Array.of(1, 0) });
    await step.dispose();
  });

  test('at compile where the index is a constant', async () => {
    await expect(
      compileOn(({ x: v }) => ({ y: tf.gather(v, tf.tensor1d([0, -1], 'int32')) })),
    ).rejects.toThrow(
      /compile: GatherV2 at .*errors\.test\.ts:\d+:\d+ has the index -1; expected 0 … 3 for an axis of 4/,
    );
  });
});

describe('debug: { finite: true }', () => {
  const checked = { debug: { finite: true } };

  test('names the first op that made a non-finite number, and its line', async () => {
    const step = await compileOn(({ x: t }) => {
      const logs = tf.log(t);
      return { y: tf.sum(tf.mul(tf.add(logs, 1), tf.scalar(0))), fine: tf.neg(t) };
    }, checked);
    const { fine } = await step.run({ x: Float32Array.of(1, 2, 3, 4) });
    expect(Array.from(fine)).toEqual([-1, -2, -3, -4]);
    await expect(step.run({ x: Float32Array.of(1, 0, 3, 4) })).rejects.toThrow(
      /output 'y' is not finite after step 2: the first op to make one is Log at .*errors\.test\.ts:\d+:\d+, of shape \[4\]/,
    );
    await step.dispose();
  });

  test('puts the variables back and goes on', async () => {
    const w = tf.variable(tf.scalar(1), true, 'w');
    const step = await compileOn(({ x: t }) => {
      w.assign(tf.div(w, tf.slice(t, [0], [1]).reshape([])));
      return { y: tf.neg(t) };
    }, checked);
    await step.run({ x: Float32Array.of(2, 0, 0, 0) });
    await expect(step.run({ x: new Float32Array(4) })).rejects.toThrow(
      /variable w is not finite after step 2: the first op to make one is RealDiv/,
    );
    await step.run({ x: Float32Array.of(2, 0, 0, 0) });
    await step.pull();
    expect(w.dataSync()[0]).toBe(0.25);
    await step.dispose();
  });

  test('blames an input or a variable that came non-finite', async () => {
    const w = tf.variable(tf.tensor1d([1, 2, 3, 4]), true, 'weights');
    const step = await compileOn(({ x: t }) => ({ y: tf.add(w, tf.abs(t)) }), checked);
    await expect(step.run({ x: Float32Array.of(1, NaN, 0, 0) })).rejects.toThrow(
      /input 'x' holds one already/,
    );
    w.assign(tf.tensor1d([1, Infinity, 0, 0]));
    await step.push();
    await expect(step.run({ x: new Float32Array(4) })).rejects.toThrow(
      /variable weights held one already before the step/,
    );
    await step.dispose();
  });

  test('looks through a masked infinity to the op that let it out', async () => {
    const step = await compileOn(({ x: t }) => {
      const masked = tf.where(tf.greater(t, 0), tf.log(t), tf.zerosLike(t));
      return { y: tf.sqrt(tf.sub(masked, 10)) };
    }, checked);
    await expect(step.run({ x: new Float32Array(4) })).rejects.toThrow(/is Sqrt at/);
    await step.dispose();
  });
});
