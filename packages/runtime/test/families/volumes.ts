import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { float, seeds, withGradients, type Example, type Family } from '../examples.ts';
import { as4, both } from './window.ts';

/** Convolutions and pools of volumes, and their gradients. */

type Triple = [number, number, number];

const as5 = (x: tf.Tensor) => x as tf.Tensor5D;

export const volumeFamilies: readonly Family[] = [
  {
    name: 'convolutions of volumes and their gradients agree with eager',
    covers: ['Conv3D', 'Conv3DBackpropInputV2', 'Conv3DBackpropFilterV2'],
    shapes:
      'float32 [0–2, 3–5, 3–6, 4–6, 1–3], kernel 1–3, stride 1–3, dilation 2, same and valid, transposed',
    runs: 5,
    examples: fc
      .record({
        seed: seeds,
        n: fc.constantFrom(0, 1, 2, 2),
        size: fc.tuple(...[5, 6, 6].map((max, i) => fc.integer({ min: i < 2 ? 3 : 4, max }))),
        kernel: fc.tuple(...[3, 3, 3].map((max) => fc.integer({ min: 1, max }))),
        stride: fc.tuple(...[2, 3, 2].map((max) => fc.integer({ min: 1, max }))),
        c: fc.integer({ min: 1, max: 3 }),
        pad: fc.constantFrom('same' as const, 'valid' as const),
      })
      .map(({ seed, n, size, kernel, stride, c, pad }): Example => {
        const strides = stride as Triple;
        const grown = size.map((d, i) =>
          pad === 'same' ? d * stride[i] : (d - 1) * stride[i] + Math.max(kernel[i], stride[i]),
        ) as Triple;
        return {
          given: {
            x: float(seed, [n, ...size, c]),
            w: float(seed + 1, [...kernel, c, 2]),
            t: float(seed + 2, [...kernel, 2, c]),
          },
          step: (inputs) => ({
            ...both(
              'plain',
              withGradients(({ x, w }) => tf.conv3d(as5(x), as5(w), strides, pad), ['x', 'w']),
              inputs,
            ),
            twice: tf.conv3d(
              tf.relu(tf.conv3d(as5(inputs['x']), as5(inputs['w']), 1, 'same')),
              as5(inputs['t']),
              strides,
              pad,
            ),
            dilated: tf.conv3d(as5(inputs['x']), as5(inputs['w']), 1, 'same', 'NDHWC', 2),
            transposed: tf.conv3dTranspose(
              as5(inputs['x']),
              as5(inputs['t']),
              [n, ...grown, 2],
              strides,
              pad,
            ),
          }),
        };
      }),
  },
  {
    name: 'pools of volumes and their gradients agree with eager, ties included',
    covers: ['MaxPool3D', 'MaxPool3DGrad', 'AvgPool3D', 'AvgPool3DGrad', 'AvgPoolGrad'],
    shapes: 'float32 [1–2, 3–5, 3–6, 4–6, 1–3], window 1–3, stride 1–3, same, valid, explicit',
    runs: 5,
    examples: fc
      .record({
        seed: seeds,
        n: fc.integer({ min: 1, max: 2 }),
        size: fc.tuple(...[5, 6, 6].map((max, i) => fc.integer({ min: i < 2 ? 3 : 4, max }))),
        window: fc.integer({ min: 1, max: 3 }),
        stride: fc.tuple(...[2, 3, 2].map((max) => fc.integer({ min: 1, max }))),
        c: fc.integer({ min: 1, max: 3 }),
        pad: fc.constantFrom('same' as const, 'valid' as const, 1),
      })
      .map(({ seed, n, size, window, stride, c, pad }): Example => {
        const x = float(seed, [n, ...size, c]);
        // A padding as wide as the window would leave windows without a voxel.
        const fits = pad === 1 && window === 1 ? 'same' : pad;
        const rounding = typeof fits === 'number' ? 'floor' : undefined;
        const strides = stride as Triple;
        const pooled = (f: typeof tf.maxPool3d) => (t: tf.Tensor) =>
          f(as5(t), window, strides, fits, rounding);
        return {
          given: { x: { ...x, values: x.values.map((v) => Math.round(v * 2) / 2) } },
          step: (inputs) => ({
            ...both(
              'max',
              withGradients((t) => pooled(tf.maxPool3d)(t['x']), ['x']),
              inputs,
            ),
            ...both(
              'mean',
              withGradients((t) => pooled(tf.avgPool3d)(t['x']), ['x']),
              inputs,
            ),
            'oblong max': tf.maxPool3d(as5(inputs['x']), [1, 2, 3], strides, 'same'),
            'kernel of the mean': tf
              .engine()
              .runKernel<tf.Tensor>(
                'AvgPool3DGrad',
                { dy: pooled(tf.avgPool3d)(inputs['x']), input: inputs['x'] },
                { filterSize: window, strides, pad: fits, dimRoundingMode: rounding } as never,
              ),
            'kernel of the mean in images': (() => {
              const image = tf.reshape(inputs['x'], [n * size[0], size[1], size[2], c]);
              const attrs = { filterSize: window, strides: 2, pad: 'same' };
              const dy = tf.avgPool(as4(image), window, 2, 'same');
              return tf.engine().runKernel<tf.Tensor>('AvgPoolGrad', { dy, input: image }, attrs);
            })(),
          }),
        };
      }),
  },
];
