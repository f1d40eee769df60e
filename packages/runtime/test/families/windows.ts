import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { float, seeds, withGradients, type Example, type Family } from '../examples.ts';
import { batchNormTraining } from '../../src/index.ts';
import { relaid } from './layout.ts';

/** Convolutions and pooling, with their gradients, on small and odd sizes. */

type Pad = 'same' | 'valid' | number;

interface Window {
  readonly seed: number;
  readonly n: number;
  readonly size: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly stride: number;
  readonly dilation: number;
  readonly pad: Pad;
}

/** Windows that fit: dilation and stride are never both above 1, as TensorFlow.js demands. */
const windows = fc
  .record({
    seed: seeds,
    n: fc.integer({ min: 1, max: 2 }),
    size: fc.tuple(fc.integer({ min: 5, max: 8 }), fc.integer({ min: 5, max: 9 })),
    kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    step: fc.constantFrom([1, 1], [2, 1], [1, 2], [3, 1]),
    pad: fc.constantFrom<Pad>('same', 'valid', 0, 1),
  })
  .map(({ step: [stride, dilation], kernel, ...rest }): Window => ({
    ...rest,
    // With explicit padding TensorFlow.js takes the width of the result from the kernel's height.
    kernel: typeof rest.pad === 'number' ? [kernel[0], kernel[0]] : kernel,
    stride,
    dilation,
  }));

const rounding = (pad: Pad) => (typeof pad === 'number' ? ('floor' as const) : undefined);

const as4 = (x: tf.Tensor) => x as tf.Tensor4D;

const both = (
  name: string,
  step: (inputs: Record<string, tf.Tensor>) => Record<string, tf.Tensor>,
  inputs: Record<string, tf.Tensor>,
): Record<string, tf.Tensor> =>
  Object.fromEntries(Object.entries(step(inputs)).map(([key, y]) => [`${name} ${key}`, y]));

export const windowFamilies: readonly Family[] = [
  {
    name: 'convolutions and their gradients agree with eager',
    covers: ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'],
    shapes:
      'float32 [1–2, 5–8, 5–9, 1 | 3 | 16 | 32], kernel 1–3, stride 1–3, dilation 1–2, same, valid, explicit',
    runs: 14,
    examples: fc
      .tuple(windows, fc.constantFrom([1, 4], [3, 16], [16, 16], [16, 5], [32, 16]))
      .map(([{ seed, n, size, kernel, stride, dilation, pad }, [c, o]]): Example => ({
        given: { x: float(seed, [n, ...size, c]), w: float(seed + 1, [...kernel, c, o]) },
        step: (inputs) =>
          withGradients(
            ({ x, w }) =>
              tf.conv2d(
                x as tf.Tensor4D,
                w as tf.Tensor4D,
                stride,
                pad,
                'NHWC',
                dilation,
                rounding(pad),
              ),
            ['x', 'w'],
          )(inputs),
      })),
  },
  {
    name: 'dilated convolutions and their gradients agree with eager',
    covers: ['Conv2D', 'DilatedConv2DBackpropInput', 'DilatedConv2DBackpropFilter'],
    shapes: 'float32 [1–2, 5–8, 5–9, 3 | 16], kernel 3, dilation 2–3',
    examples: fc
      .tuple(windows, fc.constantFrom(2, 3), fc.constantFrom([3, 5], [16, 16]))
      .map(([{ seed, n, size }, dilation, [c, o]]): Example => ({
        given: { x: float(seed, [n, ...size, c]), w: float(seed + 1, [3, 3, c, o]) },
        step: withGradients(
          ({ x, w }) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same', 'NHWC', dilation),
          ['x', 'w'],
        ),
      })),
  },
  {
    name: 'transposed convolutions and their gradients agree with eager',
    covers: ['Conv2DBackpropInput', 'Conv2D', 'Conv2DBackpropFilter'],
    shapes: 'float32 [1–2, 5–8, 5–9, 3 | 16], kernel 2–4, stride 1–3, same and valid',
    examples: fc
      .tuple(windows, fc.integer({ min: 2, max: 4 }), fc.constantFrom([3, 5], [16, 16]))
      .map(([{ seed, n, size, stride, pad }, kernel, [c, o]]): Example => {
        const padding = pad === 'same' ? 'same' : 'valid';
        const grown = (d: number) =>
          padding === 'same' ? d * stride : (d - 1) * stride + Math.max(kernel, stride);
        const shape = [n, grown(size[0]), grown(size[1]), o] as [number, number, number, number];
        return {
          given: { x: float(seed, [n, ...size, c]), w: float(seed + 1, [kernel, kernel, o, c]) },
          step: withGradients(
            ({ x, w }) =>
              tf.conv2dTranspose(x as tf.Tensor4D, w as tf.Tensor4D, shape, stride, padding),
            ['x', 'w'],
          ),
        };
      }),
  },
  {
    name: 'fused convolutions agree with eager for every activation',
    covers: ['FusedConv2D', 'FusedDepthwiseConv2D'],
    shapes: 'float32 [1–2, 5–8, 5–9, 3 | 16], bias, every activation',
    examples: fc
      .tuple(windows, fc.constantFrom(3, 16))
      .map(([{ seed, n, size, stride, pad }, c]): Example => ({
        given: {
          x: float(seed, [n, ...size, c]),
          w: float(seed + 1, [3, 3, c, c]),
          d: float(seed + 3, [3, 3, c, 1]),
          b: float(seed + 2, [c]),
        },
        step: ({ x, w, d, b }) => {
          const dimRoundingMode = rounding(pad);
          const common = {
            x: x as tf.Tensor4D,
            strides: stride,
            pad,
            bias: b,
            leakyreluAlpha: 0.1,
            ...(dimRoundingMode && { dimRoundingMode }),
          };
          return Object.fromEntries(
            (['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const).flatMap(
              (activation) => {
                const weights = activation === 'prelu' && { preluActivationWeights: b };
                const options = { ...common, activation, ...weights };
                return [
                  [activation, tf.fused.conv2d({ ...options, filter: w as tf.Tensor4D })],
                  [
                    `depthwise ${activation}`,
                    tf.fused.depthwiseConv2d({ ...options, filter: d as tf.Tensor4D }),
                  ],
                ];
              },
            ),
          );
        },
      })),
  },
  {
    name: 'depthwise convolutions and their gradients agree with eager',
    covers: [
      'DepthwiseConv2dNative',
      'DepthwiseConv2dNativeBackpropInput',
      'DepthwiseConv2dNativeBackpropFilter',
    ],
    shapes:
      'float32 [1–2, 5–8, 5–9, 1 | 3 | 16 | 32], multiplier 1–2, kernel 1–3, stride 1–3, channels last and first',
    runs: 14,
    examples: fc
      .tuple(windows, fc.constantFrom([1, 1], [3, 2], [3, 1], [16, 1], [32, 1], [16, 2]))
      .map(([{ seed, n, size, kernel, stride, pad }, [c, m]]): Example => ({
        given: { x: float(seed, [n, ...size, c]), w: float(seed + 1, [...kernel, c, m]) },
        step: (inputs) => {
          const f = (x: tf.Tensor, w: tf.Tensor) =>
            tf.depthwiseConv2d(
              x as tf.Tensor4D,
              w as tf.Tensor4D,
              stride,
              pad,
              'NHWC',
              1,
              rounding(pad),
            );
          return {
            ...both(
              'last',
              withGradients(({ x, w }) => f(x, w), ['x', 'w']),
              inputs,
            ),
            ...both(
              'first',
              withGradients(({ x, w }) => relaid(f(relaid(x), w)), ['x', 'w']),
              inputs,
            ),
          };
        },
      })),
  },
  {
    name: 'dilated depthwise convolutions and their gradients agree with eager',
    covers: ['DilatedDepthwiseBackpropInput', 'DilatedDepthwiseBackpropFilter'],
    shapes: 'float32 [1–2, 5–8, 5–9, 3 | 16], multiplier 1–2, kernel 2–3, dilation 2–3',
    examples: fc
      .tuple(windows, fc.constantFrom([3, 1], [3, 2], [16, 1]), fc.constantFrom(2, 3))
      .map(([{ seed, n, size }, [c, m], dilation]): Example => ({
        given: { x: float(seed, [n, ...size, c]), w: float(seed + 1, [3, 2, c, m]) },
        step: withGradients(
          ({ x, w }) =>
            tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same', 'NHWC', dilation),
          ['x', 'w'],
        ),
      })),
  },
  {
    name: 'separable convolutions and their gradients agree with eager',
    covers: ['DepthwiseConv2dNative', 'Conv2D'],
    shapes: 'float32 [1–2, 5–8, 5–9, 3 | 16]',
    examples: fc
      .tuple(windows, fc.constantFrom(3, 16))
      .map(([{ seed, n, size, stride }, c]): Example => ({
        given: {
          x: float(seed, [n, ...size, c]),
          d: float(seed, [3, 3, c, 1]),
          p: float(seed, [1, 1, c, 6]),
        },
        step: withGradients(
          ({ x, d, p }) =>
            tf.separableConv2d(
              x as tf.Tensor4D,
              d as tf.Tensor4D,
              p as tf.Tensor4D,
              stride,
              'same',
            ),
          ['x', 'd', 'p'],
        ),
      })),
  },
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
