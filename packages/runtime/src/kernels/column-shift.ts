import { NCHWC } from '../lowering/lowering.ts';
import type { Graph, Ref } from '../onnx/graph.ts';
import type { Geometry } from './conv-geometry.ts';

/**
 * Columns of a blocked image moved or thinned out, with zeros outside: a depthwise convolution of
 * weights 0 and 1. It runs on all threads at the speed of memory; Pad and Slice run on one.
 */

/** `y[x] = image[x + by]` for x in 0 … width − 1; undefined where columns would have to go. */
export function shiftColumns(
  g: Graph,
  image: Ref,
  by: number,
  width: number,
  b: number,
): Ref | undefined {
  const given = image.shape[3];
  if (by === 0 && given === width) return image;
  // Two taps |by| apart, one of which counts.
  const distance = Math.abs(by);
  const before = Math.max(0, -by);
  const after = width + distance - given - before;
  if (after < 0) return undefined;
  const taps = by === 0 ? [1] : by > 0 ? [0, 1] : [1, 0];
  return depthwise(g, image, taps, width, image.shape[2], b, {
    dilations: [1, Math.max(1, distance)],
    pads: [0, before, 0, after],
  });
}

/** The columns `s·x + d·tap − p` of an image that a convolution reads. */
export function selectColumns(g: Graph, image: Ref, tap: number, geo: Geometry, b: number): Ref {
  const { kernel, stride, dilation, pads, output } = geo;
  const taps = Array.from({ length: kernel[1] }, (_, j) => (j === tap ? 1 : 0));
  const reach = stride[1] * (output[1] - 1) + dilation[1] * (kernel[1] - 1) + 1;
  const after = Math.max(0, reach - image.shape[3] - pads[1]);
  return depthwise(g, image, taps, output[1], image.shape[2], b, {
    strides: [1, stride[1]],
    dilations: [1, dilation[1]],
    pads: [0, pads[1], 0, after],
  });
}

function depthwise(
  g: Graph,
  image: Ref,
  taps: readonly number[],
  width: number,
  height: number,
  b: number,
  attributes: Readonly<Record<string, readonly number[]>>,
): Ref {
  const [n, c] = image.shape;
  const block = taps.flatMap((tap) => Array<number>(b).fill(tap));
  const weights = g.floats(Array.from({ length: c / b }, () => block).flat(), [
    c,
    1,
    1,
    taps.length,
  ]);
  return g.op(
    'Conv',
    [image, weights],
    [n, c, height, width],
    { group: c, kernel_shape: [1, taps.length], ...attributes },
    { domain: NCHWC },
  );
}
