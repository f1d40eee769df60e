import type * as tf from '@tensorflow/tfjs';
import { registerCaptured } from './capture/register.ts';
import type { Attrs, OutputShape } from './capture/value.ts';
import './kernels/index.ts';
import {
  compositions,
  defineCompositions,
  defineKernels,
  forgetKernel,
  kernels,
  type Kernel,
} from './kernels/kernel.ts';
import { onnxType } from './lowering/lowering.ts';
import type { Graph, Ref } from './onnx/graph.ts';
import { refuseUnknown } from './options.ts';

/**
 * What a lowering may put into the graph: `op` and `ops` make nodes of any operator, `float`, `floats`,
 * `ints` and `typed` constants, `reshape`, `transpose` and `cast` the usual conversions. The caller states
 * the shape of every result.
 */
export type GraphBuilder = Pick<
  Graph,
  | 'op'
  | 'ops'
  | 'float'
  | 'floats'
  | 'ints'
  | 'typed'
  | 'reshape'
  | 'transpose'
  | 'cast'
  | 'literal'
>;

/** A custom kernel as ONNX nodes. */
export interface NodeLowering {
  /** Shapes and types of the outputs, from those of the inputs. An error that it throws gets op and line. */
  readonly infer: (
    inputs: Readonly<Record<string, OutputShape>>,
    attrs: Attrs,
  ) => readonly OutputShape[];
  /**
   * Emits the nodes. Inputs by name, row-major, in the shapes that TensorFlow.js has; a kernel that takes
   * a list has them as '0', '1', …
   * @returns the outputs, of the shapes and types that `infer` gave
   */
  readonly lower: (
    graph: GraphBuilder,
    inputs: Readonly<Record<string, Ref>>,
    attrs: Attrs,
  ) => readonly Ref[];
}

/** A custom kernel as the TensorFlow.js ops that it consists of; no gradient is taken through them. */
export interface OpLowering {
  /** The kernel of other ops, from its inputs and attributes by name. */
  readonly compose: (
    inputs: Readonly<Record<string, tf.Tensor>>,
    attrs: Attrs,
  ) => tf.Tensor | tf.Tensor[];
}

/** Options of {@link registerLowering}. */
export interface RegisterOptions {
  /** Whether a lowering of this name may be replaced, one of this package included. Default: false. */
  readonly replace?: boolean;
}

/**
 * Teaches `compile` a kernel of your own, or another lowering of one that it has. It holds for steps that
 * are compiled from then on. What it does eagerly is `tf.registerKernel`'s matter, its gradient
 * `tf.registerGradient`'s; a step uses the gradient as eager code does.
 *
 * @param kernel name in TensorFlow.js' kernel registry, the first argument of `tf.engine().runKernel`
 * @throws when the name is taken and `replace` is not set, or the lowering is of neither form; in `compile`
 * when what it gives is not of the shape or type that `infer` said
 * @example
 * ```ts
 * import { compile, registerLowering } from '@scene-mtl/runtime';
 * import * as tf from '@tensorflow/tfjs';
 * registerLowering('Hardswish', {
 *   infer: ({ x }) => [x],
 *   lower: (graph, { x }) => [graph.op('HardSwish', [x], x.shape)],
 * });
 * const hardswish = (x: tf.Tensor) => tf.engine().runKernel('Hardswish', { x }) as tf.Tensor;
 * const step = ({ x }: { x: tf.Tensor }) => ({ y: hardswish(x) });
 * const compiled = await compile(step, { x: { shape: [3], dtype: 'float32' } });
 * (await compiled.run({ x: Float32Array.of(-4, 1.5, 4) })).y; // → [0, 1.125, 4]
 * await compiled.dispose();
 * ```
 */
export function registerLowering(
  kernel: string,
  lowering: NodeLowering | OpLowering,
  options: RegisterOptions = {},
): void {
  refuseUnknown('registerLowering', options, ['replace']);
  const taken = kernels.has(kernel) || compositions.has(kernel) || kernel === 'Identity';
  if (taken && options.replace !== true) {
    throw new Error(
      `registerLowering: kernel '${kernel}' has a lowering; choose another name, or replace it by ` +
        '{ replace: true }',
    );
  }
  const composes = typeof (lowering as Partial<OpLowering>).compose === 'function';
  const { infer, lower } = lowering as Partial<NodeLowering>;
  if (!composes && (typeof infer !== 'function' || typeof lower !== 'function')) {
    throw new Error(
      `registerLowering: kernel '${kernel}': expected functions { infer, lower } or { compose }, got ` +
        `{ ${Object.keys(lowering).join(', ')} }`,
    );
  }
  forgetKernel(kernel);
  const described = { name: kernel, lowering: 'registered by registerLowering' };
  if (composes) defineCompositions({ ...described, compose: (lowering as OpLowering).compose });
  else defineKernels({ ...described, ...kernelOf(kernel, lowering as NodeLowering) });
  registerCaptured(kernel);
}

/** A lowering of row-major values as one of a trace's. */
const kernelOf = (
  name: string,
  { infer, lower }: NodeLowering,
): Pick<Kernel, 'infer' | 'lower'> => ({
  infer,
  lower: (ctx, { inputs, attrs, outputs, site }) => {
    const given = Object.entries(inputs).map(([key, value]) => [key, ctx.plain(value)] as const);
    const made = lower(ctx.graph, Object.fromEntries(given), attrs);
    const spelled = (shape: readonly number[], type: string) => `${type} [${shape.join(', ')}]`;
    const expected = outputs.map(({ shape, dtype }) => spelled(shape, onnxType(dtype)));
    const got = made.map(({ shape, type }) => spelled(shape, type));
    if (expected.join('; ') !== got.join('; ')) {
      throw new Error(
        `compile: ${name} at ${site}: its lowering gives ${got.join('; ') || 'nothing'}, but infer said ` +
          `${expected.join('; ')}`,
      );
    }
    outputs.forEach((output, i) => ctx.define(output, 'plain', made[i]));
  },
});
