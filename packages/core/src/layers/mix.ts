import * as tf from '@tensorflow/tfjs';
import { replaceCall, weightOf } from './replace-call.ts';
import { owned, undecayed, type Scope } from './scope.ts';

/** What {@link mixed} makes. */
export interface MixOptions {
  /** How many features come out, each of the shape of one that goes in. */
  readonly outputs: number;
  /** Equal runs of channels of each of the features that are mixed by themselves. Default 1: all channels together. */
  readonly parts?: number;
  /** A coefficient for each channel, in place of one for all. Default false. */
  readonly perChannel?: boolean;
  /**
   * Coefficients at the start.
   * @param from part that goes in: those of the first features, then those of the next
   * @param to part that comes out, in the same order
   */
  readonly initial: (from: number, to: number) => number;
}

/** What came of mixing. */
export interface Mixed {
  /** `outputs` tensors of the shape of the input's. */
  readonly features: readonly tf.SymbolicTensor[];
  /** α, `[from, 1, channels, to]`; one channel stands for all unless there is a coefficient for each. */
  readonly coefficients: tf.Variable<tf.Rank.R4>;
}

/**
 * Sums of features with coefficients that are learned: `y_j = Σᵢ α_ij x_i` over parts i and j of them, for all
 * channels alike or for each. Weight decay leaves the coefficients alone.
 *
 * Standard layers: parts are laid along a side of their own, over which a depthwise convolution as long as that side
 * makes each sum a channel of its output, which is cut out again.
 * @param xs symbolic features of one shape, `[B, …, C]`
 * @throws when shapes differ, or the channels cannot be cut into equal parts
 * @example
 * ```ts
 * import { mixed } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * const xs = [tf.input({ shape: [2] }), tf.input({ shape: [2] })];
 * const scope = { name: 'between/first', seed: 1, owner: 'between' } as const;
 * const initial = (from: number, to: number) => (from === to ? 0.75 : 0.25);
 * const { features } = mixed(xs, scope, { outputs: 2, initial });
 * const model = tf.model({ inputs: xs, outputs: [...features] });
 * const [a, b] = model.predict([tf.tensor2d([[4, 0]]), tf.tensor2d([[0, 8]])]) as tf.Tensor[];
 * [a.arraySync(), b.arraySync()]; // → [[[3, 2]], [[1, 6]]]
 * ```
 */
export function mixed(
  xs: readonly tf.SymbolicTensor[],
  scope: Scope,
  { outputs, parts = 1, perChannel = false, initial }: MixOptions,
): Mixed {
  const shape = xs[0].shape.slice(1) as number[];
  const channels = shape[shape.length - 1];
  const places = shape.slice(0, -1).reduce((a, b) => a * b, 1);
  check(scope, xs, parts, channels);
  const own = channels / parts;
  const reshape = (x: tf.SymbolicTensor, name: string, ...targetShape: number[]) =>
    tf.layers.reshape({ name: `${scope.name}/${name}`, targetShape }).apply(x) as tf.SymbolicTensor;
  const swapped = (x: tf.SymbolicTensor, name: string, dims: [number, number, number]) =>
    tf.layers.permute({ name: `${scope.name}/${name}`, dims }).apply(x) as tf.SymbolicTensor;

  // --- One side for the parts ------------------------------------------------------------------------
  const [length, width] = perChannel ? [places, own] : [places * own, 1];
  const rows = xs.map((x, i) => {
    const at = `in${i + 1}`;
    if (parts === 1) return reshape(x, at, 1, length, width);
    const cut = reshape(x, `${at}/parts`, places, parts, own);
    return reshape(swapped(cut, `${at}/first`, [2, 1, 3]), at, parts, length, width);
  });
  const stacked =
    rows.length === 1
      ? rows[0]
      : (tf.layers
          .concatenate({ name: `${scope.name}/stack`, axis: 1 })
          .apply(rows) as tf.SymbolicTensor);

  // --- The sums ----------------------------------------------------------------------------------------
  const [from, to] = [xs.length * parts, outputs * parts];
  const layer = summing(scope, from, to);
  const sums = reshape(layer.apply(stacked) as tf.SymbolicTensor, 'sums', length * width, to, 1);
  const start = tf.tidy(() => {
    const each = Array.from({ length: from }, (_, i) =>
      Array.from({ length: width }, () => Array.from({ length: to }, (__, j) => initial(i, j))),
    );
    return tf.tensor(each.flat(2), [from, 1, width, to]);
  });
  layer.weights[0].write(start);
  start.dispose();

  // --- Each as it went in ------------------------------------------------------------------------------
  const features = Array.from({ length: outputs }, (_, j) => {
    const at = `out${j + 1}`;
    const cropping: [[number, number], [number, number]] = [
      [0, 0],
      [j * parts, to - (j + 1) * parts],
    ];
    const one =
      outputs === 1
        ? sums
        : (tf.layers
            .cropping2D({ name: `${scope.name}/${at}/one`, cropping })
            .apply(sums) as tf.SymbolicTensor);
    if (parts === 1) return reshape(one, at, ...shape);
    const cut = reshape(one, `${at}/parts`, places, own, parts);
    return reshape(swapped(cut, `${at}/last`, [1, 3, 2]), at, ...shape);
  });
  return { features, coefficients: layer.weights[0].read() as tf.Variable<tf.Rank.R4> };
}

/** `[B, from, M, G]` → `[B, 1, M, G · to]`. */
function summing(scope: Scope, from: number, to: number): tf.layers.Layer {
  const layer = tf.layers.depthwiseConv2d({
    name: `${scope.name}/mix`,
    kernelSize: [from, 1],
    depthMultiplier: to,
    padding: 'valid',
    useBias: false,
    depthwiseInitializer: 'zeros',
  });
  undecayed(owned(layer, scope));
  // A convolution of one column is slower than the sums.
  return replaceCall(layer, (x) => {
    const [B, , M, G] = x.shape;
    const alpha = weightOf<tf.Tensor4D>(layer, 'depthwise_kernel');
    const sums = Array.from({ length: to }, (_, j) => {
      const one = tf.reshape(tf.slice(alpha, [0, 0, 0, j], [from, 1, G, 1]), [from, 1, G]);
      return tf.sum(tf.mul(x, one), 1);
    });
    return tf.reshape(tf.stack(sums, 3), [B, 1, M, G * to]);
  });
}

function check(
  { name }: Scope,
  xs: readonly tf.SymbolicTensor[],
  parts: number,
  channels: number,
): void {
  const shapes = xs.map(({ shape }) => shape.slice(1).join('×'));
  if (new Set(shapes).size > 1) {
    throw new Error(`${name}: expected features of one shape, got ${shapes.join(', ')}`);
  }
  if (channels % parts === 0) return;
  throw new Error(
    `${name}: expected channels that make ${parts} equal parts, got ${channels}; choose other channels`,
  );
}
