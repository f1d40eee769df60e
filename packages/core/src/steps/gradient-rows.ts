import * as tf from '@tensorflow/tfjs';
import { scalarsOf, type GradientBalancer, type JacobianContext } from '../balancing/balancer.ts';
import type { Gradients } from '../optimisers/optimiser.ts';
import type { Parameter } from '../parameters.ts';

/** From this many numbers on a parameter's rows stand alone: copying them costs more than calls. */
const LARGE = 2 ** 15;

/** Shared parameters whose gradients stand side by side in one block of rows. */
type Block = readonly Parameter[];

/** What a balancer made of the gradients. */
export interface Balanced {
  /** Of the shared parameters, by `Parameter.name`. */
  readonly gradients: Gradients;
  /** ‖gᵢ‖ of each objective over the shared parameters. */
  readonly norms: readonly tf.Scalar[];
  /** Coefficients of the objectives, of a gramian balancer. */
  readonly weights?: readonly tf.Scalar[];
}

/**
 * Lays the objectives' gradients of the shared parameters in rows and lets a balancer make one of them.
 * @param gradients of each objective, zero where it is absent; a missing one counts as zero
 */
export function balancedRows(
  balancer: GradientBalancer,
  shared: readonly Parameter[],
  gradients: readonly Gradients[],
  context: JacobianContext,
): Balanced {
  const rowsOf = (block: Block) => rowsIn(block, gradients);
  if (balancer.kind === 'jacobian') {
    const rows = rowsOf(shared);
    const direction = balancer.direction(tf.stack(rows) as tf.Tensor2D, context);
    const norms = rows.map((g) => tf.sqrt(dot(g, g)));
    return { gradients: split(shared, direction), norms };
  }
  const blocks = blocksOf(shared);
  const rows = blocks.map(rowsOf);
  const gram = gramOf(rows);
  // A zero row keeps its coefficient from mattering; 0 says so in the log.
  const weights = scalarsOf(tf.mul(balancer.weights(gram, context), context.present));
  const directions = rows.map((block) =>
    block.map((g, k) => tf.mul<tf.Tensor1D>(g, weights[k])).reduce((a, b) => tf.add(a, b)),
  );
  return {
    gradients: Object.assign(
      {},
      ...blocks.map((block, b) => split(block, directions[b])),
    ) as Gradients,
    norms: scalarsOf(tf.sqrt(tf.sum(tf.mul(gram, tf.eye(gradients.length)), 1))),
    weights,
  };
}

/**
 * `[K, K]`: scalar products of the objectives' gradients over some parameters.
 * @param gradients of each objective, zero where it is absent; a missing one counts as zero
 */
export const gramOfGradients = (
  parameters: readonly Parameter[],
  gradients: readonly Gradients[],
): tf.Tensor2D => gramOf(blocksOf(parameters).map((block) => rowsIn(block, gradients)));

/**
 * `[K, K̃]`: scalar products of one batch's gradients with those of another over some parameters.
 * @param gradients of each objective, zero where it is absent; a missing one counts as zero
 */
export function crossProducts(
  parameters: readonly Parameter[],
  gradients: readonly Gradients[],
  others: readonly Gradients[],
): tf.Tensor2D {
  const blocks = blocksOf(parameters).map(
    (block) => [rowsIn(block, gradients), rowsIn(block, others)] as const,
  );
  const all = gradients.flatMap((_, i) =>
    others.map((__, j) =>
      blocks.map(([rows, columns]) => dot(rows[i], columns[j])).reduce((a, b) => tf.add(a, b)),
    ),
  );
  return tf.reshape(tf.stack(all), [gradients.length, others.length]);
}

/** A block's row of each objective. */
const rowsIn = (block: Block, gradients: readonly Gradients[]): tf.Tensor1D[] =>
  gradients.map((of) => {
    const parts = block.map((p) =>
      tf.reshape<tf.Rank.R1>(of[p.name] ?? tf.zerosLike(p.variable), [-1]),
    );
    return parts.length === 1 ? parts[0] : tf.concat(parts);
  });

/** The small parameters together, each large one alone, in their order. */
function blocksOf(parameters: readonly Parameter[]): Block[] {
  const small = parameters.filter((p) => p.variable.size < LARGE);
  const large = parameters.filter((p) => p.variable.size >= LARGE).map((p) => [p]);
  return small.length > 0 ? [small, ...large] : large;
}

const dot = (a: tf.Tensor1D, b: tf.Tensor1D): tf.Scalar => tf.sum<tf.Scalar>(tf.mul(a, b));

/** `Mᵢⱼ = gᵢ · gⱼ`, `[K, K]`, from rows in blocks. Each product is made once, so M is symmetric. */
function gramOf(blocks: readonly (readonly tf.Tensor1D[])[]): tf.Tensor2D {
  const K = blocks[0].length;
  const entry = (i: number, j: number) =>
    blocks.map((rows) => dot(rows[i], rows[j])).reduce((a, b) => tf.add(a, b));
  const half = Array.from({ length: K }, (_, i) =>
    Array.from({ length: i + 1 }, (__, j) => entry(i, j)),
  );
  const all = half.flatMap((_, i) => half.map((__, j) => (j <= i ? half[i][j] : half[j][i])));
  return tf.reshape(tf.stack(all), [K, K]);
}

/** A direction `[P]` cut into the parameters' gradients. */
function split(parameters: Block, direction: tf.Tensor1D): Record<string, tf.Tensor> {
  let offset = 0;
  const parts: Record<string, tf.Tensor> = {};
  for (const { name, variable } of parameters) {
    const part = tf.slice(direction, [offset], [variable.size]);
    parts[name] = tf.reshape(part, variable.shape);
    offset += variable.size;
  }
  return parts;
}
