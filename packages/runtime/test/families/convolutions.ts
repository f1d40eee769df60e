import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { float, withGradients, type Example, type Family } from '../examples.ts';
import { relaid } from './layout.ts';
import { both, rounding, windows } from './window.ts';

/** Convolutions and their gradients. */

export const convolutionFamilies: readonly Family[] = [
  {
    name: 'convolutions and their gradients agree with eager',
    covers: ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'],
    shapes:
      'float32 [1–2, 5–8, 5–9, 1 | 3 | 16 | 32], kernel 1–3, stride 1–3, dilation 1–2, same, valid, explicit',
    runs: 10,
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
    runs: 10,
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
    name: 'convolutions after zero padding and their gradients agree with eager',
    covers: ['PadV2', 'Conv2D', 'DepthwiseConv2dNative'],
    shapes: 'float32 [1–2, 5–8, 5–9, 3 | 16], kernel 1–3, stride 1–3, dilation 1–2, padding 0–2',
    runs: 10,
    examples: fc
      .tuple(windows, fc.constantFrom(3, 16), fc.array(fc.nat(2), { minLength: 4, maxLength: 4 }))
      .map(([{ seed, n, size, kernel, stride, dilation, pad }, c, [t, b, l, r]]): Example => {
        const padding = pad === 'same' ? 'same' : 'valid';
        const padded = (x: tf.Tensor) =>
          tf.pad(x as tf.Tensor4D, [
            [0, 0],
            [t, b],
            [l, r],
            [0, 0],
          ]);
        return {
          given: {
            x: float(seed, [n, ...size, c]),
            w: float(seed + 1, [...kernel, c, c]),
            d: float(seed + 2, [...kernel, c, 1]),
          },
          step: (inputs) => ({
            ...both(
              'convolution',
              withGradients(
                ({ x, w }) => {
                  const inner = padded(relaid(x));
                  return tf.conv2d(inner, w as tf.Tensor4D, stride, padding, 'NHWC', dilation);
                },
                ['x', 'w'],
              ),
              inputs,
            ),
            ...both(
              'depthwise',
              withGradients(
                ({ x, d }) => {
                  const filter = d as tf.Tensor4D;
                  const inner = padded(relaid(x));
                  return tf.depthwiseConv2d(inner, filter, stride, padding, 'NHWC', dilation);
                },
                ['x', 'd'],
              ),
              inputs,
            ),
          }),
        };
      }),
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
];
