import * as tf from '@tensorflow/tfjs';
import type { Attrs } from '../capture/value.ts';
import { defineKernels, type Kernel } from './kernel.ts';

/**
 * Complex numbers in steps: a pair of float32 tensors. What a kernel makes of them is composed of kernels
 * of their parts; those here are what TensorFlow.js' own CPU backend takes complex numbers in.
 */
export interface Complex {
  readonly real: tf.Tensor;
  readonly imag: tf.Tensor;
}

type OfParts = (inputs: Readonly<Record<string, Complex>>, attrs: Attrs) => Complex | tf.Tensor;

const engine = tf.engine() as unknown as {
  runKernel(name: string, inputs: object, attrs: object): tf.Tensor;
};

/** The same kernel on each part. */
const partwise =
  (name: string, list = false): OfParts =>
  (inputs, attrs) => {
    const of = (part: keyof Complex) => {
      const taken = Object.entries(inputs).map(([key, x]) => [key, x[part]] as const);
      const given = list ? taken.map(([, x]) => x) : Object.fromEntries(taken);
      return engine.runKernel(name, given, { ...attrs });
    };
    return { real: of('real'), imag: of('imag') };
  };

/** √(a² + b²) of numbers ≥ 0, whose squares need not be in the range of float32. */
function length(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const longer = tf.maximum(a, b);
  const ratio = tf.divNoNan(tf.minimum(a, b), longer);
  return tf.mul(longer, tf.sqrt(tf.add(tf.square(ratio), 1)));
}

/** Along the last axis. */
const fourier =
  (inverse: boolean): OfParts =>
  ({ input: { real, imag } }) => {
    const { shape } = real;
    const rows = [real, imag].map((part) => tf.reshape(part, [-1, shape[shape.length - 1]]));
    const y = engine.runKernel('FourierTransform', { x: tf.stack(rows, 2) }, { inverse });
    const [re, im] = tf.unstack(y, 2);
    return { real: tf.reshape(re, shape), imag: tf.reshape(im, shape) };
  };

/** Kernels that take complex numbers, or make them. */
export const complexKernels: Readonly<Record<string, OfParts>> = {
  Complex: ({ real, imag }) => ({ real: real.real, imag: imag.real }),
  Real: ({ input }) => tf.clone(input.real),
  Imag: ({ input }) => tf.clone(input.imag),
  ComplexAbs: ({ x: { real, imag } }) => length(tf.abs(real), tf.abs(imag)),
  Cast: ({ x: { real, imag } }, { dtype }) =>
    dtype === 'complex64'
      ? { real: tf.cast(real, 'float32'), imag }
      : tf.cast(real, dtype as 'int32'),
  Identity: partwise('Identity'),
  Reshape: partwise('Reshape'),
  ExpandDims: partwise('ExpandDims'),
  Transpose: partwise('Transpose'),
  Concat: partwise('Concat', true),
  Add: partwise('Add'),
  Sub: partwise('Sub'),
  Multiply: ({ a, b }) => ({
    real: tf.sub(tf.mul(a.real, b.real), tf.mul(a.imag, b.imag)),
    imag: tf.add(tf.mul(a.real, b.imag), tf.mul(a.imag, b.real)),
  }),
  ZerosLike: ({ x: { real } }) => ({ real: tf.zerosLike(real), imag: tf.zerosLike(real) }),
  OnesLike: ({ x: { real } }) => ({ real: tf.onesLike(real), imag: tf.zerosLike(real) }),
  FFT: fourier(false),
  IFFT: fourier(true),
};

/** Ours: the parts of the numbers along the last axis, `[B, n, 2]`; the inverse is divided by n. */
const transform: Kernel = {
  name: 'FourierTransform',
  lowering: 'DFT',
  infer: ({ x }) => [{ shape: x.shape, dtype: 'float32' }],
  lower: (ctx, { inputs: { x }, attrs, outputs: [y] }) => {
    const { graph: g } = ctx;
    if (y.shape.includes(0)) return ctx.define(y, 'plain', ctx.plain(x));
    const inverse = attrs['inverse'] ? 1 : 0;
    ctx.define(y, 'plain', g.op('DFT', [ctx.plain(x)], y.shape, { inverse }));
  },
};

defineKernels(transform);
