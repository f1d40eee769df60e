import * as tf from '@tensorflow/tfjs';
import { callSite } from '../capture/call-site.ts';
import { CaptureError } from '../capture/errors.ts';
import type { Attrs, TraceValue } from '../capture/value.ts';
import { padAfter } from './window.ts';

type Shape4 = [number, number, number, number];

/** Geometry of a convolution; paddings in px on each side. */
export interface Geometry {
  readonly batch: number;
  readonly input: readonly [number, number];
  readonly output: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly inChannels: number;
  readonly outChannels: number;
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  /** Top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
}

/** Reads a convolution's geometry from the kernel's attributes. */
export function geometryOf(
  input: readonly number[],
  filter: readonly number[],
  attrs: Attrs,
  depthwise = false,
): Geometry {
  if ((attrs['dataFormat'] ?? 'NHWC') !== 'NHWC' && attrs['dataFormat'] !== 'channelsLast') {
    throw new CaptureError(
      `compile: a convolution with dataFormat ${String(attrs['dataFormat'])} at ${callSite()}; ` +
        'transpose its input and use NHWC',
    );
  }
  const info = tf.backend_util.computeConv2DInfo(
    input as Shape4,
    filter as Shape4,
    attrs['strides'] as number,
    (attrs['dilations'] as number | undefined) ?? 1,
    attrs['pad'] as 'same',
    attrs['dimRoundingMode'] as 'floor' | undefined,
    depthwise,
  );
  const { top, left } = info.padInfo;
  const bottom = padAfter(
    'height',
    info.inHeight,
    info.outHeight,
    top,
    info.strideHeight,
    info.effectiveFilterHeight,
  );
  const right = padAfter(
    'width',
    info.inWidth,
    info.outWidth,
    left,
    info.strideWidth,
    info.effectiveFilterWidth,
  );
  return {
    batch: info.batchSize,
    input: [info.inHeight, info.inWidth],
    output: [info.outHeight, info.outWidth],
    kernel: [info.filterHeight, info.filterWidth],
    inChannels: info.inChannels,
    outChannels: info.outChannels,
    stride: [info.strideHeight, info.strideWidth],
    dilation: [info.dilationHeight, info.dilationWidth],
    pads: [top, left, bottom, right],
  };
}

/** A convolution without the zero padding layer before it: its padding becomes the convolution's. */
export function unpadded(x: TraceValue, geo: Geometry): { x: TraceValue; geo: Geometry } {
  const node = x.source.kind === 'node' ? x.source.node : undefined;
  if (node?.kernel !== 'PadV2' || node.attrs['constantValue'] !== 0) return { x, geo };
  const [n, [top, bottom], [left, right], c] = node.attrs['paddings'] as [number, number][];
  if (n[0] + n[1] + c[0] + c[1] !== 0 || Math.min(top, bottom, left, right) < 0) return { x, geo };
  const inner = node.inputs['x'];
  const [t, l, b, r] = geo.pads;
  // A stride may leave the last rows of the padding unread; then there is nothing to pad.
  const pads = [t + top, l + left, b + bottom, r + right] as const;
  return {
    x: inner,
    geo: { ...geo, input: [inner.shape[1], inner.shape[2]], pads },
  };
}

/** True for a 1×1 convolution without stride or padding: a matrix product. */
export const isPointwise = ({ kernel, stride, pads }: Geometry) =>
  kernel.every((k) => k === 1) && stride.every((s) => s === 1) && pads.every((p) => p === 0);
