import * as tf from '@tensorflow/tfjs';

/**
 * Features brought to the places of others: means over what one of the others' cells covers, or each cell repeated.
 * Numbers without places stand alike at every place.
 * @param x symbolic `[B, H, W, C]` or `[B, C]`
 * @param like symbolic `[B, h, w, …]`, whose sides divide those of x or are divided by them, or `[B, …]`
 * @returns `[B, h, w, C]` or `[B, C]`
 * @throws when neither side is a whole multiple of the other
 */
export function matched(
  x: tf.SymbolicTensor,
  like: tf.SymbolicTensor,
  name: string,
): tf.SymbolicTensor {
  const [sides, wanted] = [placesOf(x), placesOf(like)];
  if (sides.join() === wanted.join()) return x;
  if (wanted.length === 0) {
    const layer = tf.layers.globalAveragePooling2d({ name, dataFormat: 'channelsLast' });
    return layer.apply(x) as tf.SymbolicTensor;
  }
  if (sides.length === 0) {
    const targetShape = [1, 1, x.shape[1] as number];
    const cell = tf.layers.reshape({ name: `${name}/cell`, targetShape }).apply(x);
    return matched(cell as tf.SymbolicTensor, like, name);
  }
  const factors = sides.map((side, i) => side / wanted[i]) as [number, number];
  if (factors.every((factor) => Number.isInteger(factor))) {
    const layer = tf.layers.averagePooling2d({ name, poolSize: factors, strides: factors });
    return layer.apply(x) as tf.SymbolicTensor;
  }
  const repeats = factors.map((factor) => 1 / factor) as [number, number];
  if (repeats.every((factor) => Number.isInteger(factor))) {
    const layer = tf.layers.upSampling2d({ name, size: repeats, interpolation: 'nearest' });
    return layer.apply(x) as tf.SymbolicTensor;
  }
  throw new Error(
    `${name}: expected sides of which one divides the other, got ${sides.join('×')} and ${wanted.join('×')}`,
  );
}

const placesOf = ({ shape }: tf.SymbolicTensor): number[] => shape.slice(1, -1) as number[];
