import type { TraceValue } from '../capture/value.ts';
import type { Lowering } from '../lowering/lowering.ts';
import type { Graph, Ref } from '../onnx/graph.ts';
import { elementwise } from '../lowering/elementwise.ts';
import { defineKernels, type Kernel } from './kernel.ts';
import { channelMean, channelProductMean } from './reductions.ts';

/**
 * Batch normalisation. In blocks of channels the normalised output is one affine pass, which a
 * following addition and ReLU join, and the input gradient is two: dx = a·dy + b·x + c with
 * per-channel a = γ/√(σ²+ε), b = −a·mean(dy·x̂)/√(σ²+ε), c = −a·mean(dy) − b·μ.
 */

const epsilonOf = (attrs: Readonly<Record<string, unknown>>) =>
  (attrs['epsilon'] ?? attrs['varianceEpsilon'] ?? 1e-3) as number;

/** Means over the batch and the pixels, `[C]`, of a value or of its product with another. */
function channelMeans(
  ctx: Lowering,
  x: TraceValue,
  layout: 'blocked' | 'nchw',
  factor?: TraceValue,
): Ref {
  const { graph: g } = ctx;
  const [n, h, w, c] = x.shape;
  const ref = ctx.as(x, layout);
  const other = factor && ctx.as(factor, layout);
  if (layout === 'blocked') return other ? channelProductMean(g, ref, other) : channelMean(g, ref);
  const product = other ? g.op('Mul', [ref, other], [n, c, h, w]) : ref;
  return g.op('ReduceMean', [product, g.ints([0, 2, 3])], [c], { keepdims: 0 });
}

/** 1 / √(variance + ε), `[C]`. */
function inverseDeviation(g: Graph, variance: Ref, epsilon: number): Ref {
  const shape = variance.shape;
  const root = g.op('Sqrt', [g.op('Add', [variance, g.float(epsilon)], shape)], shape);
  return g.op('Reciprocal', [root], shape);
}

/** y = scale·x + offset per channel: absorbed by what follows when blocked, else two passes. */
function affine(ctx: Lowering, x: TraceValue, scale: Ref, offset: Ref, y: TraceValue): void {
  const { graph: g } = ctx;
  if (ctx.canBlock(x.shape) && ctx.native(x) !== 'plain') {
    return ctx.defineAffine(y, { x: ctx.as(x, 'blocked'), scale, offset });
  }
  const layout = ctx.native(x) === 'plain' ? 'plain' : 'nchw';
  const c = scale.shape[0];
  const per = layout === 'plain' ? [c] : [c, 1, 1];
  const ref = ctx.as(x, layout);
  const scaled = g.op('Mul', [ref, g.reshape(scale, per)], ref.shape);
  ctx.define(y, layout, g.op('Add', [scaled, g.reshape(offset, per)], ref.shape));
}

const training: Kernel = {
  name: 'BatchNormTraining',
  lowering: 'channel sums; one blocked 1×1 depthwise Conv that absorbs a following Add and Relu',
  infer: ({ x, gamma }) => [
    { shape: x.shape, dtype: 'float32' },
    { shape: gamma.shape, dtype: 'float32' },
    { shape: gamma.shape, dtype: 'float32' },
  ],
  lower: (ctx, { inputs: { x, gamma, beta }, attrs, outputs: [y, mean, variance] }) => {
    const { graph: g } = ctx;
    const layout = ctx.canBlock(x.shape) && ctx.native(x) !== 'plain' ? 'blocked' : 'nchw';
    const c = x.shape[3];
    const mu = channelMeans(ctx, x, layout);
    const square = channelMeans(ctx, x, layout, x);
    const spread = g.op('Sub', [square, g.op('Mul', [mu, mu], [c])], [c]);
    // Rounding may leave a constant channel slightly below zero.
    const sigma2 = g.op('Max', [spread, g.float(0)], [c]);
    const scale = g.op(
      'Mul',
      [ctx.plain(gamma), inverseDeviation(g, sigma2, epsilonOf(attrs))],
      [c],
    );
    const offset = g.op('Sub', [ctx.plain(beta), g.op('Mul', [mu, scale], [c])], [c]);
    ctx.define(mean, 'plain', mu);
    ctx.define(variance, 'plain', sigma2);
    affine(ctx, x, scale, offset, y);
  },
};

const trainingGradient: Kernel = {
  name: 'BatchNormTrainingGrad',
  lowering: 'channel sums; two blocked 1×1 depthwise Convs',
  infer: ({ x, gamma }) => [
    { shape: x.shape, dtype: 'float32' },
    { shape: gamma.shape, dtype: 'float32' },
    { shape: gamma.shape, dtype: 'float32' },
  ],
  lower: (
    ctx,
    { inputs: { dy, x, gamma, mean, variance }, attrs, outputs: [dx, dGamma, dBeta] },
  ) => {
    const { graph: g } = ctx;
    const [n, h, w, c] = x.shape;
    const m = g.float(n * h * w);
    const blocked = ctx.canBlock(x.shape) && ctx.native(x) !== 'plain';
    const layout = blocked ? 'blocked' : 'nchw';
    const op = (name: string, ...refs: Ref[]) => g.op(name, refs, [c]);
    const mu = ctx.plain(mean);
    const inverse = inverseDeviation(g, ctx.plain(variance), epsilonOf(attrs));
    const scale = op('Mul', ctx.plain(gamma), inverse);
    const meanDy = channelMeans(ctx, dy, layout);
    const meanProduct = channelMeans(ctx, dy, layout, x);
    // mean(dy·x̂) = (mean(dy·x) − μ·mean(dy)) / √(σ²+ε)
    const projected = op('Mul', op('Sub', meanProduct, op('Mul', mu, meanDy)), inverse);
    ctx.define(dBeta, 'plain', op('Mul', meanDy, m));
    ctx.define(dGamma, 'plain', op('Mul', projected, m));
    const a = scale;
    const minusB = op('Mul', op('Mul', a, inverse), projected);
    const offset = op('Sub', op('Mul', minusB, mu), op('Mul', a, meanDy));
    const b = op('Neg', minusB);
    if (blocked) {
      const zero = g.floats(new Float32Array(c));
      const first = ctx.emitAffine({ x: ctx.as(dy, 'blocked'), scale: a, offset }, false);
      const dxRef = ctx.emitAffine(
        { x: ctx.as(x, 'blocked'), scale: b, offset: zero, sum: first },
        false,
      );
      return ctx.define(dx, 'blocked', dxRef);
    }
    const per = (ref: Ref) => g.reshape(ref, [c, 1, 1]);
    const shape = [n, c, h, w];
    const fromDy = g.op('Mul', [ctx.as(dy, 'nchw'), per(a)], shape);
    const fromX = g.op('Mul', [ctx.as(x, 'nchw'), per(b)], shape);
    ctx.define(dx, 'nchw', g.op('Add', [g.op('Add', [fromDy, fromX], shape), per(offset)], shape));
  },
};

const inference: Kernel = {
  name: 'FusedBatchNorm',
  lowering: 'one affine pass per channel',
  infer: ({ x }) => [{ shape: x.shape, dtype: 'float32' }],
  lower: (ctx, { inputs: { x, mean, variance, offset, scale }, attrs, outputs: [y] }) => {
    const { graph: g } = ctx;
    if (mean.shape.length === 1 && x.shape.length === 4) {
      const c = mean.shape[0];
      const inverse = inverseDeviation(g, ctx.plain(variance), epsilonOf(attrs));
      const factor = scale ? g.op('Mul', [ctx.plain(scale), inverse], [c]) : inverse;
      const shift = g.op('Mul', [ctx.plain(mean), factor], [c]);
      const addend = offset
        ? g.op('Sub', [ctx.plain(offset), shift], [c])
        : g.op('Neg', [shift], [c]);
      return affine(ctx, x, factor, addend, y);
    }
    const values = [x, mean, variance, ...(scale ? [scale] : []), ...(offset ? [offset] : [])];
    elementwise(ctx, values, y, ([v, mu, sigma2, ...rest], shape) => {
      const centred = g.op('Sub', [v, mu], shape);
      const scaled = g.op('Mul', [centred, inverseDeviation(g, sigma2, epsilonOf(attrs))], shape);
      const gained = scale ? g.op('Mul', [scaled, rest[0]], shape) : scaled;
      return offset ? g.op('Add', [gained, rest[rest.length - 1]], shape) : gained;
    });
  },
};

defineKernels(training, trainingGradient, inference);
