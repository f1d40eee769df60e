import * as tf from '@tensorflow/tfjs';
import type { Random } from '@scene-mtl/data';

/** Which side of a convolution keeps its variance: see {@link normalKernel}. */
export type Fan = 'in' | 'out';

/** How a convolution's kernel is drawn. */
export interface KernelInit {
  /** Default `in`. */
  readonly fan?: Fan;
  /** Gain g: √2 before a ReLU (He et al. 2015, the default), 1 for a linear output. */
  readonly gain?: number;
}

/**
 * Normal deviates for a convolution's kernel (He et al. 2015, equations 10 and 14):
 *
 * `deviation = g / √n`, n = kh · kw · Cin (fan in) or kh · kw · Cout (fan out)
 *
 * A depthwise kernel `[kh, kw, C, 1]` reads one channel per output, so that its n is kh · kw.
 * @param shape `[kh, kw, Cin, Cout]`
 */
export function normalKernel(
  shape: readonly [number, number, number, number],
  random: Random,
  { fan = 'in', gain = Math.SQRT2 }: KernelInit = {},
  depthwise = false,
): tf.Tensor4D {
  const [kh, kw, cin, cout] = shape;
  const n = kh * kw * (depthwise ? 1 : fan === 'in' ? cin : cout);
  const values = random.normals(kh * kw * cin * cout, gain / Math.sqrt(n));
  return tf.tensor4d(values, [...shape]);
}
