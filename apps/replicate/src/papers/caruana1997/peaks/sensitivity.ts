import type { Network } from '@scene-mtl/core';
import * as tf from '@tensorflow/tfjs';
import type { Columns } from '../../../numbers/drawn.ts';
import type { NumbersMeasurement } from '../../../numbers/measurement.ts';
import { FUNCTIONS, type PeakFunction } from './functions.ts';

/** Mean rank correlations of pairs of functions by how many features they share, 0 to 3. */
export type Relatedness = {
  /** Any features, and those of pairs that test the same one (none shares 0 of them). */
  readonly any: readonly number[];
  readonly test: readonly (number | null)[];
};

/** Relatedness at the end of training, and at its start as a control. */
export const relatedness: NumbersMeasurement<{
  readonly start: Relatedness;
  readonly end: Relatedness;
}> = {
  name: 'relatedness',
  version: 1,
  module: import.meta.url,
  async measure({ columns, network }) {
    const of = async (at: string) => correlations(sensitivities(await network(at), columns.test));
    return { start: await of('start'), end: await of('joint') };
  },
};

/**
 * How much each output depends on each hidden unit: `|∂y_k/∂h_j| · sd(h_j)` over the examples; the outputs are linear in
 * the hidden units.
 * @returns per output, over the units
 */
export function sensitivities(network: Network, { arrays, count, widths }: Columns): number[][] {
  return tf.tidy(() => {
    const x = tf.tensor2d(arrays['x'], [count, widths['x']]);
    const hidden = network.forward({ x }, { training: false }).shared as tf.Tensor2D;
    const deviation = tf.sqrt(tf.moments(hidden, 0).variance);
    const kernel = network.weights.find(({ name }) => name === 'functions/output/kernel')!;
    const each = tf.mul(tf.abs(kernel.variable), tf.reshape(deviation, [-1, 1]));
    return (tf.transpose(each) as tf.Tensor2D).arraySync();
  });
}

/** Spearman's rank correlation of every two rows, averaged by what their functions share. */
export function correlations(rows: readonly (readonly number[])[]): Relatedness {
  const ranks = rows.map(standardisedRanks);
  const any = [0, 1, 2, 3].map(() => [] as number[]);
  const test = [0, 1, 2, 3].map(() => [] as number[]);
  for (let i = 0; i < rows.length; i++) {
    for (let j = 0; j < i; j++) {
      const correlation = ranks[i].reduce((sum, rank, k) => sum + rank * ranks[j][k], 0);
      const [f, g] = [FUNCTIONS[i], FUNCTIONS[j]];
      any[shared(f, g)].push(correlation);
      if (f.test === g.test) test[shared(f, g)].push(correlation);
    }
  }
  const mean = (of: readonly number[]) => of.reduce((a, b) => a + b, 0) / of.length;
  return { any: any.map(mean), test: test.map((of) => (of.length > 0 ? mean(of) : null)) };
}

/** How many features two functions have in common, wherever these stand. */
export function shared(f: PeakFunction, g: PeakFunction): number {
  const of = [g.test, g.then, g.otherwise];
  return [f.test, f.then, f.otherwise].filter((feature) => of.includes(feature)).length;
}

/** Ranks with mean 0 and length 1, so that a product of two is their correlation. */
function standardisedRanks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b]);
  const ranks = new Array<number>(values.length);
  order.forEach((i, rank) => (ranks[i] = rank - (values.length - 1) / 2));
  const length = Math.sqrt(ranks.reduce((sum, rank) => sum + rank ** 2, 0));
  return ranks.map((rank) => rank / length);
}
