import type { TraceValue } from '../capture/value.ts';
import type { Lowering } from '../lowering/lowering.ts';
import type { Attribute } from '../onnx/attribute.ts';
import type { Graph, Ref } from '../onnx/graph.ts';
import { padAfter } from './window.ts';

/** Windows over the three spatial axes of a volume `[N, D, H, W, C]`. */

/** What a window does along one axis; paddings in voxels. */
export interface Axis {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
}

/** What `computeConv3DInfo` and `computePool3DInfo` say of the axes. */
interface Info {
  readonly padInfo: { readonly front: number; readonly top: number; readonly left: number };
  readonly inDepth: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outDepth: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly filterDepth: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideDepth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationDepth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
}

/** The axes of a window: depth, height, width. */
export function axesOf(info: Info): Axis[] {
  const of = (name: 'Depth' | 'Height' | 'Width', before: number): Axis => {
    const [input, output] = [info[`in${name}`], info[`out${name}`]];
    const [kernel, stride] = [info[`filter${name}`], info[`stride${name}`]];
    const dilation = info[`dilation${name}`];
    const effective = dilation * (kernel - 1) + 1;
    const after = padAfter(name.toLowerCase(), input, output, before, stride, effective);
    return { input, output, kernel, stride, dilation, before, after };
  };
  const { front, top, left } = info.padInfo;
  return [of('Depth', front), of('Height', top), of('Width', left)];
}

/**
 * A volume `[N, C, D, H, W]` without the voxels before the first window. TensorFlow.js pads volumes by
 * half of what a stride above the window is too long, which is below zero: then the first windows skip some.
 */
export function unskipped(
  g: Graph,
  axes: readonly Axis[],
): {
  readonly axes: readonly Axis[];
  readonly cut: (x: Ref) => Ref;
  readonly filled: (dx: Ref) => Ref;
} {
  const skipped = axes.map(({ before }) => Math.max(0, -before));
  if (skipped.every((s) => s === 0)) return { axes, cut: (x) => x, filled: (dx) => dx };
  const ends = axes.map(({ input }) => input);
  const left = axes.map((a, i) => ({
    ...a,
    input: a.input - skipped[i],
    before: Math.max(0, a.before),
  }));
  const shape = (x: Ref, sizes: readonly number[]) => [...x.shape.slice(0, 2), ...sizes];
  return {
    axes: left,
    cut: (x) =>
      g.op(
        'Slice',
        [x, g.ints(skipped), g.ints(ends), g.ints([2, 3, 4])],
        shape(
          x,
          left.map(({ input }) => input),
        ),
      ),
    filled: (dx) => g.op('Pad', [dx, g.ints([0, 0, ...skipped, 0, 0, 0, 0, 0])], shape(dx, ends)),
  };
}

/** Attributes of an ONNX window over those axes. */
export const windowAttributes = (axes: readonly Axis[]): Record<string, Attribute> => ({
  kernel_shape: axes.map(({ kernel }) => kernel),
  strides: axes.map(({ stride }) => stride),
  pads: [...axes.map(({ before }) => before), ...axes.map(({ after }) => after)],
});

/** Defines a volume by its `[N, C, D, H, W]`: what reads it row by row turns it, what reads channels first does not. */
export function defineVolume(ctx: Lowering, y: TraceValue, channelsFirst: Ref): void {
  ctx.define(y, 'plain', () => ctx.graph.transpose(channelsFirst, [0, 2, 3, 4, 1]));
  ctx.define(y, 'nchw', channelsFirst);
}
