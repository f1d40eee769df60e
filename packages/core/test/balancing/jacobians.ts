import * as tf from '@tensorflow/tfjs';
import { balancerNamed, type GradientBalancer } from '../../src/index.ts';

/** Gradients of the objectives, one a row. */
export type Rows = readonly (readonly number[])[];

/** `a · b`. */
export const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, v, i) => sum + v * b[i], 0);

export const norm = (a: readonly number[]): number => Math.sqrt(dot(a, a));

/** `gᵢ · gⱼ`, in 64 bits. */
export const gramOf = (rows: Rows): number[][] => rows.map((a) => rows.map((b) => dot(a, b)));

/** `Σ wᵢ gᵢ`. */
export const combined = (rows: Rows, weights: readonly number[]): number[] =>
  rows[0].map((_, p) => rows.reduce((sum, row, i) => sum + weights[i] * row[p], 0));

/** The first objectives' names. */
const named = (K: number) => Array.from({ length: K }, (_, i) => ({ name: `task${i}` }));

/** Numbers by the names of the objectives. */
export const byName = (values: readonly number[]): Record<string, number> =>
  Object.fromEntries(values.map((v, i) => [`task${i}`, v]));

/** A gradient method for K objectives. */
export const balancerOf = (name: string, K: number, options: object = {}): GradientBalancer =>
  balancerNamed(name).make({ objectives: named(K) }, options) as GradientBalancer;

/** `[K − 1, K, K]`: every row takes the others in the order of their numbers. */
export function inOrder(K: number): tf.Tensor {
  const others = (i: number) => Array.from({ length: K }, (_, j) => j).filter((j) => j !== i);
  const turns = Array.from({ length: K - 1 }, (_, turn) =>
    Array.from({ length: K }, (__, i) =>
      Array.from({ length: K }, (___, j) => (others(i)[turn] === j ? 1 : 0)),
    ),
  );
  return tf.tensor3d(turns, [K - 1, K, K]);
}

/** What a step keeps for a method, by the method. */
const memories = new WeakMap<GradientBalancer, Record<string, tf.Variable>>();

/** What a step would tell a method at a batch; the random orders are those of the numbers. */
function contextOf(
  balancer: GradientBalancer,
  rows: Rows,
  batch: number,
  losses?: readonly number[],
) {
  const K = rows.length;
  const names = balancer.kind === 'jacobian' ? (balancer.memory ?? []) : [];
  const memory =
    memories.get(balancer) ??
    Object.fromEntries(names.map((n) => [n, tf.variable(tf.zeros([K, rows[0].length]))]));
  memories.set(balancer, memory);
  const given = Object.entries(balancer.inputsAt(batch)).map(
    ([n, v]) => [n, tf.tensor(Array.from(v), [...balancer.inputs[n]])] as const,
  );
  return {
    losses: tf.tensor1d(losses ? [...losses] : Array<number>(K).fill(1)),
    present: tf.ones<tf.Rank.R1>([K]),
    inputs: {
      ...Object.fromEntries(given),
      ...('order' in balancer.inputs && { order: inOrder(K) }),
    },
    memory,
  };
}

const numbersOf = (compute: () => tf.Tensor): number[] =>
  tf.tidy(() => Array.from(compute().dataSync()));

/** A gramian method's weights of some gradients, whose products are taken in 64 bits. */
export function weightsOf(
  balancer: GradientBalancer,
  rows: Rows,
  batch = 0,
  losses?: readonly number[],
): number[] {
  if (balancer.kind !== 'gramian') throw new Error(`${balancer.name} has no weights`);
  return numbersOf(() =>
    balancer.kept?.at(batch)
      ? balancer.kept.weights()
      : balancer.weights(tf.tensor2d(gramOf(rows)), contextOf(balancer, rows, batch, losses)),
  );
}

/** A method's direction of some gradients. */
export function directionOf(
  balancer: GradientBalancer,
  rows: Rows,
  batch = 0,
  losses?: readonly number[],
): number[] {
  if (balancer.kind === 'gramian') {
    return combined(rows, weightsOf(balancer, rows, batch, losses));
  }
  if (balancer.kind !== 'jacobian') throw new Error(`${balancer.name} works by groups`);
  const matrix = rows.map((row) => [...row]);
  return numbersOf(() =>
    balancer.direction(tf.tensor2d(matrix), contextOf(balancer, rows, batch, losses)),
  );
}
