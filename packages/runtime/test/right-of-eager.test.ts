import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { compile } from '../src/index.ts';
import { numbers } from './examples.ts';

/**
 * Where TensorFlow.js' CPU kernels are wrong, a captured step is right: compared with another way to say
 * the same (docs/decisions/0003-tfjs-quirks.md).
 */

tf.env().set('IS_TEST', true);
beforeAll(() => tf.setBackend('cpu'));
afterAll(() => tf.disposeVariables());

const last = (x: tf.Tensor) => tf.transpose(x, [0, 2, 3, 1]);
const first = (x: tf.Tensor) => tf.transpose(x, [0, 3, 1, 2]);
const spec = (...shape: number[]) => ({ shape, dtype: 'float32' }) as const;
const signature = { x: spec(2, 3, 6, 5), w: spec(3, 3, 3, 2), t: spec(2, 8) };

type Inputs = Readonly<Record<'x' | 'w' | 't', tf.Tensor>>;

/** A depthwise convolution in either format: y, then the gradients to x and w. */
const depthwise = (format: 'NHWC' | 'NCHW', stride: number, dilation: number) => (t: Inputs) => {
  const f = (x: tf.Tensor, w: tf.Tensor): tf.Tensor => {
    const image = (format === 'NCHW' ? x : last(x)) as tf.Tensor4D;
    const y = tf.depthwiseConv2d(image, w as tf.Tensor4D, stride, 'same', format, dilation);
    return tf.square(format === 'NCHW' ? y : first(y));
  };
  return [f(t.x, t.w), ...tf.grads(f)([t.x, t.w])];
};

/** Of a batch TensorFlow.js transforms the first image only. */
const warped = (t: Inputs) => [
  tf.image.transform(last(t.x) as tf.Tensor4D, t.t as tf.Tensor2D, 'bilinear', 'reflect'),
];
const warpedOneByOne = (t: Inputs) => {
  const images = tf.split(last(t.x), 2);
  const rows = tf.split(t.t, 2);
  const each = images.map((image, i) =>
    tf.image.transform(image as tf.Tensor4D, rows[i] as tf.Tensor2D, 'bilinear', 'reflect'),
  );
  return [tf.concat(each)];
};

const cases: Readonly<Record<string, readonly ((t: Inputs) => tf.Tensor[])[]>> = {
  'depthwise convolutions of NCHW': [depthwise('NCHW', 1, 1), depthwise('NHWC', 1, 1)],
  'strided depthwise convolutions of NCHW': [depthwise('NCHW', 2, 1), depthwise('NHWC', 2, 1)],
  'dilated depthwise convolutions of NCHW': [depthwise('NCHW', 1, 2), depthwise('NHWC', 1, 2)],
  'transforms of more than one image': [warped, warpedOneByOne],
};

test('captured steps are right where the CPU kernels of TensorFlow.js are not', async () => {
  const step = (t: Inputs): Record<string, tf.Tensor> =>
    Object.fromEntries(
      Object.entries(cases).flatMap(([name, ways]) =>
        ways.flatMap((way, k) => way(t).map((y, i) => [`${name} ${i} ${k}`, y])),
      ),
    );
  const compiled = await compile(step, signature, { threads: 1 });
  const found = await compiled.run({
    x: Float32Array.from(numbers(1, signature.x.shape)),
    w: Float32Array.from(numbers(2, signature.w.shape)),
    t: Float32Array.of(1, 0.2, -1, 0, 1.1, 0.5, 0, 0, 0.8, 0, 1, 0.3, 1, -0.5, 0, 0.01),
  });
  await compiled.dispose();
  const names = Object.keys(found).filter((name) => name.endsWith(' 0'));
  expect(names.length).toBe(10);
  for (const name of names) {
    const expected = found[name.replace(/0$/, '1')];
    expect(found[name]).toBeAllClose(expected, { rtol: 1e-4, atol: 1e-4 });
  }
});
