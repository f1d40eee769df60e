import * as tf from '@tensorflow/tfjs';
import type {
  GradientBalancer,
  GroupedBalancer,
  JacobianContext,
} from '../balancing/gradient-balancer.ts';
import { scalarsOf } from '../balancing/per-task.ts';
import type { Gradients } from '../optimisers/optimiser.ts';
import type { Parameter } from '../parameters.ts';

/** From this many numbers on a part's rows stand alone: copying them costs more than calls. */
const LARGE = 2 ** 15;

/** A tensor whose gradients are balanced: a shared parameter, or one of the shared representation. */
export interface Part {
  /** Under which each objective's gradients have it. */
  readonly name: string;
  readonly shape: readonly number[];
}

/** Parts whose gradients stand side by side in one block of rows. */
type Block = readonly Part[];

const sizeOf = ({ shape }: Part): number => shape.reduce((a, b) => a * b, 1);

/** What a balancer made of the gradients. */
export interface Balanced {
  /** What stands for the gradient of the parts, by their names. */
  readonly gradients: Gradients;
  /** ‖gᵢ‖ of each objective over the parts; absent where no gradient was taken alone. */
  readonly norms?: readonly tf.Scalar[];
  /** Coefficients of the objectives, of a gramian balancer. */
  readonly weights?: readonly tf.Scalar[];
}

/**
 * Lays the objectives' gradients of some tensors in rows and lets a balancer make one of them.
 * @param gradients of each objective, zero where it is absent; a missing one counts as zero
 */
export function balancedRows(
  balancer: GradientBalancer,
  parts: readonly Part[],
  gradients: readonly Gradients[],
  context: JacobianContext,
): Balanced {
  const rowsOf = (block: Block) => rowsIn(block, gradients);
  if (balancer.kind === 'jacobian') {
    const rows = rowsOf(parts);
    const direction = balancer.direction(tf.stack(rows) as tf.Tensor2D, context);
    const norms = rows.map((g) => tf.sqrt(dot(g, g)));
    return { gradients: split(parts, direction), norms };
  }
  if (balancer.kind === 'grouped') {
    const groups = groupsOf(balancer, parts).map((group) =>
      blocksOf(group).map((block) => ({ block, rows: rowsOf(block) })),
    );
    const grams = tf.stack(groups.map((of) => gramOf(of.map(({ rows }) => rows)))) as tf.Tensor3D;
    const weights = tf.mul<tf.Tensor2D>(balancer.weights(grams, context), context.present);
    const each = tf.unstack(weights).map((w) => scalarsOf(w));
    const gradients = groups.flatMap((of, g) =>
      of.map(({ block, rows }) => split(block, combined(rows, each[g]))),
    );
    return {
      gradients: Object.assign({}, ...gradients) as Gradients,
      norms: normsOf(tf.sum(grams, 0)),
    };
  }
  const blocks = blocksOf(parts);
  const rows = blocks.map(rowsOf);
  const gram = gramOf(rows);
  // A zero row keeps its coefficient from mattering; 0 says so in the log.
  const weights = scalarsOf(tf.mul(balancer.weights(gram, context), context.present));
  const directions = rows.map((block) => combined(block, weights));
  return {
    gradients: Object.assign(
      {},
      ...blocks.map((block, b) => split(block, directions[b])),
    ) as Gradients,
    norms: normsOf(gram),
    weights,
  };
}

/** `Σ wᵢ gᵢ`. */
const combined = (rows: readonly tf.Tensor1D[], weights: readonly tf.Scalar[]): tf.Tensor1D =>
  rows.map((g, k) => tf.mul<tf.Tensor1D>(g, weights[k])).reduce((a, b) => tf.add(a, b));

/** ‖gᵢ‖ from their products. */
const normsOf = (gram: tf.Tensor2D): tf.Scalar[] =>
  scalarsOf(tf.sqrt(tf.sum(tf.mul(gram, tf.eye(gram.shape[0])), 1)));

/** Parts by the groups that a balancer puts them in, in the order in which they name them. */
export function groupsOf<P extends Pick<Part, 'name'>>(
  balancer: GroupedBalancer,
  parts: readonly P[],
): P[][] {
  const groups = new Map<string, P[]>();
  for (const part of parts) {
    const group = balancer.groupOf(part.name);
    groups.set(group, [...(groups.get(group) ?? []), part]);
  }
  return [...groups.values()];
}

/**
 * `[K, K]`: scalar products of the objectives' gradients over some tensors.
 * @param gradients of each objective, zero where it is absent; a missing one counts as zero
 */
export const gramOfGradients = (
  parts: readonly Part[],
  gradients: readonly Gradients[],
): tf.Tensor2D => gramOf(blocksOf(parts).map((block) => rowsIn(block, gradients)));

/**
 * `[K, K̃]`: scalar products of one batch's gradients with those of another over some tensors.
 * @param gradients of each objective, zero where it is absent; a missing one counts as zero
 */
export function crossProducts(
  parts: readonly Part[],
  gradients: readonly Gradients[],
  others: readonly Gradients[],
): tf.Tensor2D {
  const blocks = blocksOf(parts).map(
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
      tf.reshape<tf.Rank.R1>(of[p.name] ?? tf.zeros([...p.shape]), [-1]),
    );
    return parts.length === 1 ? parts[0] : tf.concat(parts);
  });

/** The small ones together, each large one alone, in their order. */
function blocksOf(parts: readonly Part[]): Block[] {
  const small = parts.filter((p) => sizeOf(p) < LARGE);
  const large = parts.filter((p) => sizeOf(p) >= LARGE).map((p) => [p]);
  return small.length > 0 ? [small, ...large] : large;
}

const dot = (a: tf.Tensor1D, b: tf.Tensor1D): tf.Scalar => tf.sum<tf.Scalar>(tf.mul(a, b));

/** The shared parameters as what is balanced. */
export const partsOfParameters = (parameters: readonly Parameter[]): Part[] =>
  parameters.map(({ name, variable }) => ({ name, shape: variable.shape }));

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

/** A direction `[P]` cut into the gradients of the parts. */
function split(block: Block, direction: tf.Tensor1D): Record<string, tf.Tensor> {
  let offset = 0;
  const gradients: Record<string, tf.Tensor> = {};
  for (const part of block) {
    const size = sizeOf(part);
    gradients[part.name] = tf.reshape(tf.slice(direction, [offset], [size]), [...part.shape]);
    offset += size;
  }
  return gradients;
}
