import { expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { float, withGradients, type Example } from './examples.ts';
import { captured, eager } from './parity.ts';

type Pad = 'same' | 'valid' | [[0, 0], [number, number], [number, number], [0, 0]];
const padded: Pad = [
  [0, 0],
  [1, 1],
  [1, 1],
  [0, 0],
];

/** Gradients whose images have whole blocks of pixels: `[N, H, W]`, `[C, O]`, window. */
const cases = [
  { image: [2, 5, 16], channels: [16, 32], kernel: [3, 3], stride: 1, dilation: 1, pad: 'same' },
  { image: [1, 4, 32], channels: [32, 16], kernel: [3, 3], stride: 1, dilation: 3, pad: 'same' },
  { image: [2, 6, 8], channels: [48, 16], kernel: [1, 3], stride: 1, dilation: 2, pad: 'same' },
  { image: [2, 5, 16], channels: [16, 16], kernel: [3, 5], stride: 1, dilation: 1, pad: 'valid' },
  { image: [4, 3, 4], channels: [32, 144], kernel: [1, 1], stride: 1, dilation: 1, pad: 'same' },
  { image: [2, 6, 16], channels: [16, 16], kernel: [1, 1], stride: 2, dilation: 1, pad: 'same' },
  { image: [1, 7, 32], channels: [32, 16], kernel: [3, 3], stride: 2, dilation: 1, pad: 'same' },
  { image: [1, 8, 33], channels: [16, 32], kernel: [3, 2], stride: 2, dilation: 1, pad: 'valid' },
  { image: [2, 9, 24], channels: [16, 16], kernel: [2, 3], stride: 3, dilation: 1, pad: 'same' },
  // Zeros that a phase of the stride reads with its only tap: dx in phases would need less than no padding.
  { image: [2, 6, 16], channels: [16, 16], kernel: [1, 1], stride: 2, dilation: 1, pad: padded },
  { image: [1, 8, 16], channels: [16, 32], kernel: [3, 3], stride: 2, dilation: 1, pad: padded },
] as const;

test.each(cases)(
  'dW and dx of $kernel, stride $stride, dilation $dilation on $image',
  async (given) => {
    const { image, channels, kernel, stride, dilation, pad } = given;
    const step = withGradients(
      ({ x, w }) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, pad, 'NHWC', dilation),
      ['x', 'w'],
    );
    const example: Example = {
      given: { x: float(1, [...image, channels[0]]), w: float(2, [...kernel, ...channels]) },
      step,
    };
    const expected = await eager(example);
    for (const options of [{}, { block: 0 }]) {
      const actual = await captured(example, options);
      for (const [name, values] of Object.entries(expected)) {
        expect(actual[name]).toBeAllClose(values, { rtol: 1e-4, atol: 1e-5 });
      }
    }
  },
);
