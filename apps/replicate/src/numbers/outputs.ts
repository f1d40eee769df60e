import { maskedL2, maskedMean } from '@scene-mtl/core';
import type { Likelihood } from '@scene-mtl/core';
import * as tf from '@tensorflow/tfjs';

/** What the outputs of a task are: its loss and what is told of its errors. */
export interface OutputKind {
  readonly likelihood: Likelihood;
  /**
   * Mean loss over the examples whose mask is 1.
   * @param raw outputs of the network `[B, m]`
   * @param target `[B, m]`
   * @param mask `[B, 1]`
   */
  loss(raw: tf.Tensor, target: tf.Tensor, mask: tf.Tensor): tf.Scalar;
  /** A raw output as a prediction. */
  predicted(raw: number): number;
  /** Share of an error in the loss, for one number. */
  cost(raw: number, target: number): number;
  /** Its derivative by the raw output. */
  slope(raw: number, target: number): number;
  /** Whether targets are 0 or 1, so that there is a share of wrong ones. */
  readonly isBinary: boolean;
}

const sigma = (x: number): number => 1 / (1 + Math.exp(-x));
const square = (x: number): number => x * x;

/** Kinds of outputs by name. */
export const outputKinds = {
  /** Squared error of a linear unit. */
  linear: {
    likelihood: 'gaussian',
    loss: maskedL2,
    predicted: (raw) => raw,
    cost: (raw, target) => square(raw - target),
    slope: (raw, target) => 2 * (raw - target),
    isBinary: false,
  },
  /** Squared error of a sigmoidal unit, as back-propagation had it in 1986 and Caruana 1997 has it. */
  sigmoid: {
    likelihood: 'gaussian',
    loss: (raw, target, mask) => maskedL2(tf.sigmoid(raw), target, mask),
    predicted: sigma,
    cost: (raw, target) => square(sigma(raw) - target),
    slope: (raw, target) => 2 * (sigma(raw) - target) * sigma(raw) * (1 - sigma(raw)),
    isBinary: false,
  },
  /** Cross-entropy of a sigmoidal unit, `L = softplus(z) − y z`, summed over the numbers of an example. */
  binary: {
    likelihood: 'softmax',
    loss(raw, target, mask) {
      const each = tf.sub(tf.softplus(raw), tf.mul(target, raw));
      return maskedMean(tf.sum(each, -1, true), mask);
    },
    predicted: sigma,
    cost: (raw, target) => Math.max(raw, 0) + Math.log1p(Math.exp(-Math.abs(raw))) - target * raw,
    slope: (raw, target) => sigma(raw) - target,
    isBinary: true,
  },
} as const satisfies Record<string, OutputKind>;

/** Name of an {@link OutputKind}. */
export type OutputName = keyof typeof outputKinds;

/**
 * What some outputs of a task are worth, over the examples that are known: `loss` as it is trained, `rms` of the
 * predictions in the unit of the target, and of binary ones `error`, % on the wrong side of 1/2. NaN where none is
 * known.
 * @param raw `[N, m]`
 * @param target `[N, m]`
 * @param known `[N]`
 */
export function judgedOutputs(
  kind: OutputKind,
  raw: ArrayLike<number>,
  target: ArrayLike<number>,
  known: ArrayLike<number>,
): Record<string, number> {
  const width = target.length / known.length;
  let [examples, loss, squares, wrong] = [0, 0, 0, 0];
  for (let i = 0; i < known.length; i++) {
    if (known[i] === 0) continue;
    examples++;
    for (let k = i * width; k < (i + 1) * width; k++) {
      loss += kind.cost(raw[k], target[k]);
      squares += square(kind.predicted(raw[k]) - target[k]);
      wrong += Number(kind.predicted(raw[k]) >= 0.5 !== target[k] >= 0.5);
    }
  }
  const numbers = examples * width;
  return {
    loss: loss / examples,
    rms: Math.sqrt(squares / numbers),
    ...(kind.isBinary && { error: (100 * wrong) / numbers }),
  };
}
