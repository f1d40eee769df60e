import * as tf from '@tensorflow/tfjs';
import { dense } from './dense.ts';
import { inside, type Scope } from './scope.ts';

/** Cells of a side that are told apart where `cells` are wanted at most: as many as divide it. */
const cellsOf = (side: number, cells: number): number => {
  for (let n = Math.min(cells, side); n > 1; n--) if (side % n === 0) return n;
  return 1;
};

/** How many numbers {@link glance} gives for an input of a shape, `[H, W, C]` or `[C]`. */
export const glanceSize = (shape: readonly number[], cells: number): number => {
  const sides = shape.slice(0, -1).map((side) => cellsOf(side, cells));
  return [...sides, shape[shape.length - 1]].reduce((a, b) => a * b, 1);
};

/**
 * One row of numbers for each example: the means of maps over a grid of cells. Numbers are what they are.
 * @param x symbolic `[B, H, W, C]` or `[B, C]`
 * @param cells of each side at most
 * @returns `[B, glanceSize]`
 */
export function glance(x: tf.SymbolicTensor, name: string, cells: number): tf.SymbolicTensor {
  const [, ...shape] = x.shape as [null, ...number[]];
  if (shape.length === 1) return x;
  const [h, w] = shape.slice(0, 2).map((side) => side / cellsOf(side, cells));
  const pool = tf.layers.averagePooling2d({ name: `${name}/cells`, poolSize: [h, w] });
  const flat = tf.layers.flatten({ name: `${name}/row` });
  return flat.apply(pool.apply(x)) as tf.SymbolicTensor;
}

/** Cells of each side of a picture that a gate tells apart; of features, whose channels are many, their mean. */
export const GATE_CELLS = { picture: 4, features: 1 } as const;

/**
 * A gate: `g = softmax(W · glance(x) + b)`. W and b begin as 0, so that it begins with every choice alike.
 * @param x what it looks at, symbolic `[B, H, W, C]` or `[B, C]`
 * @param choices how many it weighs
 * @param cells see {@link glance}
 * @returns g `[B, choices]`, each row of sum 1
 */
export function softmaxGate(
  x: tf.SymbolicTensor,
  scope: Scope,
  { choices, cells }: { readonly choices: number; readonly cells: number },
): tf.SymbolicTensor {
  const seen = glance(x, scope.name, cells);
  const logits = dense(seen, inside(scope, 'logits'), { units: choices, gain: 0 });
  return tf.layers
    .activation({ activation: 'softmax', name: `${scope.name}/softmax` })
    .apply(logits) as tf.SymbolicTensor;
}
