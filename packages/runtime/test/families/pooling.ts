import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { batchNormTraining } from '../../src/index.ts';
import { float, seeds, withGradients, type Example, type Family } from '../examples.ts';
import { relaid } from './layout.ts';
import { as4, both, rounding, windows } from './window.ts';

/** Pooling, resizing and normalisation, and their gradients. */

export const poolingFamilies: readonly Family[] = [
  {
    name: 'pooling and its gradients agree with eager, ties included',
    covers: ['MaxPool', 'MaxPoolGrad', 'AvgPool'],
    shapes: 'float32 [1–2, 5–8, 5–9, 1 | 3 | 16], window 1–3, stride 1–3, same, valid, explicit',
    runs: 12,
    examples: fc
      .tuple(windows, fc.constantFrom(1, 3, 16), fc.boolean())
      .map(([{ seed, n, size, kernel, stride, pad }, c, ties]): Example => {
        // A padding as wide as the window would leave windows without a pixel.
        const fits = typeof pad === 'number' && kernel.some((k) => k <= pad) ? 'same' : pad;
        const pooled = (f: typeof tf.maxPool) => (x: tf.Tensor) =>
          f(x as tf.Tensor4D, [...kernel], stride, fits, rounding(fits));
        const x = float(seed, [n, ...size, c]);
        return {
          given: { x: ties ? { ...x, values: x.values.map(Math.round) } : x },
          step: (inputs) => ({
            ...both(
              'max',
              withGradients(({ x: t }) => pooled(tf.maxPool)(t), ['x']),
              inputs,
            ),
            ...both(
              'mean',
              withGradients(({ x: t }) => pooled(tf.avgPool)(t), ['x']),
              inputs,
            ),
            ...both(
              'blocked max',
              withGradients(({ x: t }) => pooled(tf.maxPool)(relaid(t)), ['x']),
              inputs,
            ),
            ...both(
              'blocked mean',
              withGradients(({ x: t }) => pooled(tf.avgPool)(relaid(t)), ['x']),
              inputs,
            ),
          }),
        };
      }),
  },
  {
    name: 'resizing and its gradients agree with eager in both corner conventions',
    covers: [
      'ResizeBilinear',
      'ResizeBilinearAdjoint',
      'ResizeNearestNeighbor',
      'ResizeNearestNeighborAdjoint',
    ],
    shapes: 'float32 [1–2, 2–5, 2–6, 1 | 3 | 16] to 1–9 px, corners aligned, half-pixel centres',
    runs: 10,
    examples: fc
      .record({
        seed: seeds,
        size: fc.tuple(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 2, max: 6 })),
        to: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })),
        c: fc.constantFrom(1, 3, 16),
        how: fc.constantFrom([false, false], [true, false], [false, true]),
      })
      .map(({ seed, size, to, c, how: [corners, centres] }): Example => ({
        given: { x: float(seed, [2, ...size, c]) },
        step: (inputs) => ({
          ...both(
            'bilinear',
            withGradients(
              ({ x }) => tf.image.resizeBilinear(x as tf.Tensor4D, to, corners, centres),
              ['x'],
            ),
            inputs,
          ),
          ...both(
            'nearest',
            withGradients(
              ({ x }) => tf.image.resizeNearestNeighbor(relaid(x), to, corners, centres),
              ['x'],
            ),
            inputs,
          ),
        }),
      })),
  },
  {
    name: 'batch normalisation in training agrees with eager, alone and before an addition and ReLU',
    covers: ['BatchNormTraining', 'BatchNormTrainingGrad'],
    shapes: 'float32 [1–2, 5–8, 5–9, 3 | 16 | 32], channels last and first',
    tolerance: { rtol: 1e-3, atol: 1e-3 },
    examples: fc
      .tuple(windows, fc.constantFrom(3, 16, 32))
      .map(([{ seed, n, size }, c]): Example => ({
        given: {
          x: float(seed, [n, ...size, c]),
          gamma: float(seed + 1, [c], 0.5, 1.5),
          beta: float(seed + 2, [c]),
        },
        step: (inputs) => {
          const f = (x: tf.Tensor, { gamma, beta }: Record<string, tf.Tensor>) =>
            batchNormTraining(as4(x), gamma as tf.Tensor1D, beta as tf.Tensor1D, 1e-3);
          const { mean, variance } = f(relaid(inputs['x']), inputs);
          const names = ['x', 'gamma', 'beta'];
          return {
            mean,
            variance,
            ...both(
              'last',
              withGradients((t) => f(t['x'], t).y, names),
              inputs,
            ),
            ...both(
              'first',
              withGradients((t) => tf.relu(tf.add(f(relaid(t['x']), t).y, t['x'])), names),
              inputs,
            ),
          };
        },
      })),
  },
  {
    name: 'normalisations agree with eager',
    covers: ['FusedBatchNorm', 'LRN', 'LRNGrad'],
    shapes: 'float32 [1–2, 5–8, 5–9, 3 | 16]; batch normalisation also of rank 2',
    examples: fc.tuple(windows, fc.constantFrom(3, 16)).map(([{ seed, n, size }, c]): Example => ({
      given: {
        x: float(seed, [n, ...size, c]),
        mean: float(seed, [c]),
        scale: float(seed + 1, [c]),
        variance: float(seed, [c], 0.2, 2),
        flat: float(seed, [4, c]),
      },
      step: (inputs) => {
        const { x, mean, variance, scale, flat } = inputs;
        const f = (t: tf.Tensor) =>
          tf.batchNorm(
            t as tf.Tensor4D,
            mean as tf.Tensor1D,
            variance as tf.Tensor1D,
            mean as tf.Tensor1D,
            scale as tf.Tensor1D,
            1e-3,
          );
        return {
          last: f(x),
          first: f(relaid(x)),
          relu: tf.relu(tf.add(f(relaid(x)), x)),
          rank2: f(flat),
          plain: tf.batchNorm(x as tf.Tensor4D, mean as tf.Tensor1D, variance as tf.Tensor1D),
          ...both(
            'gradients',
            withGradients(
              ({ x: t, mean: m, variance: v, scale: s }) =>
                tf.batchNorm(
                  t as tf.Tensor4D,
                  m as tf.Tensor1D,
                  v as tf.Tensor1D,
                  m as tf.Tensor1D,
                  s as tf.Tensor1D,
                  1e-3,
                ),
              ['x', 'mean', 'variance', 'scale'],
            ),
            inputs,
          ),
          ...both(
            'lrn',
            withGradients(
              ({ x: t }) => tf.localResponseNormalization(t as tf.Tensor4D, 2, 1, 0.5, 0.75),
              ['x'],
            ),
            inputs,
          ),
        };
      },
    })),
    tolerance: { rtol: 1e-3, atol: 1e-3 },
  },
];
