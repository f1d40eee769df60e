import * as tf from '@tensorflow/tfjs';
import type { Attrs } from '../capture/value.ts';
import type { CapturedType } from '../capture/value.ts';
import { onnxType } from '../lowering/lowering.ts';
import {
  defineCompositions,
  defineKernels,
  like,
  type Composition,
  type Kernel,
} from './kernel.ts';

/** Kernels that make values rather than move them. */

/** Kernels without inputs: the CPU backend computes them at once, and they become constants. */
function onCpu(name: string, attrs: Attrs): tf.Tensor {
  const cpu = tf.findBackend('cpu') as tf.KernelBackend & { readSync(id: object): Float32Array };
  const { kernelFunc } = tf.getKernel(name, 'cpu');
  const info = kernelFunc({ inputs: {}, backend: cpu, attrs: attrs as never }) as tf.TensorInfo;
  return tf.tensor(cpu.readSync(info.dataId).slice(), info.shape, info.dtype);
}

const constant = (name: string): Composition => ({
  name,
  lowering: 'constant',
  compose: (_, attrs) => onCpu(name, attrs),
});

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/** One number spread over a shape: elementwise ops read the number alone. */
const filled = (
  name: string,
  value: (attrs: Readonly<Record<string, unknown>>) => number,
): Kernel => ({
  name,
  lowering: 'a scalar constant; Expand where something else than an elementwise op reads it',
  infer: ({ x }, attrs) =>
    x
      ? like(x)
      : [
          {
            shape: attrs['shape'] as number[],
            dtype: (attrs['dtype'] as CapturedType | undefined) ?? 'float32',
          },
        ],
  lower: (ctx, { attrs, outputs: [y] }) => {
    const data = arrays[y.dtype].of(value(attrs));
    const source = { kind: 'constant', data } as const;
    if (y.shape.length > 0) return ctx.defineSpread(y, { shape: [], dtype: y.dtype, source });
    ctx.define(y, 'plain', ctx.graph.constant(data, [], onnxType(y.dtype)));
  },
});

/** Equality with a range, so that an index outside it gives a row of off values, as it does eagerly. */
const oneHot: Kernel = {
  name: 'OneHot',
  lowering: 'Equal against a range, Cast (other on and off values: Where)',
  infer: ({ indices }, attrs) => [
    {
      shape: [...indices.shape, attrs['depth'] as number],
      dtype: (attrs['dtype'] as CapturedType | undefined) ?? 'int32',
    },
  ],
  lower: (ctx, { inputs: { indices }, attrs, outputs: [y] }) => {
    const { graph: g } = ctx;
    const depth = attrs['depth'] as number;
    const range = Array.from({ length: depth }, (_, i) => i);
    const type = onnxType(y.dtype);
    const ids = g.cast(ctx.plain(indices), 'int32');
    // Channels first for maps of labels: long runs per class instead of one short run per pixel.
    const map = indices.shape.length === 3;
    const [n, h, w] = indices.shape;
    const shape = map ? [n, depth, h, w] : y.shape;
    const classes = g.typed(range, map ? [depth, 1, 1] : [depth], 'int32');
    const cells = g.reshape(ids, map ? [n, 1, h, w] : [...indices.shape, 1]);
    const equal = g.op('Equal', [cells, classes], shape, {}, { type: 'bool' });
    const [on, off] = [attrs['onValue'] as number, attrs['offValue'] as number];
    const value =
      on === 1 && off === 0
        ? g.cast(equal, type)
        : g.op(
            'Where',
            [equal, g.typed([on], [], type), g.typed([off], [], type)],
            shape,
            {},
            { type },
          );
    ctx.define(y, map ? 'nchw' : 'plain', value);
  },
};

defineKernels(
  filled('ZerosLike', () => 0),
  filled('OnesLike', () => 1),
  filled('Fill', (attrs) => attrs['value'] as number),
  oneHot,
);

defineCompositions(constant('Range'), constant('LinSpace'));
