import * as tf from '@tensorflow/tfjs';
import type { Balancer, BalancerInputs, PerTask, ScalarContext } from '../../src/index.ts';

/** What the step tells a scalar balancer about tasks of which some are present (1) or not (0). */
export function contextOf(
  present: Readonly<Record<string, number>>,
  inputs: BalancerInputs = {},
): ScalarContext {
  const names = Object.keys(present);
  const scalars = Object.fromEntries(names.map((name) => [name, tf.scalar(present[name])]));
  return {
    present: scalars,
    inputs,
    sum: (terms: PerTask<tf.Scalar>) =>
      names
        .map((name) => tf.mul<tf.Scalar>(terms[name], scalars[name]))
        .reduce((a, b) => tf.add(a, b)),
  };
}

/** The same, with a label for every task. */
export const allPresent = (names: readonly string[], inputs?: BalancerInputs): ScalarContext =>
  contextOf(Object.fromEntries(names.map((name) => [name, 1])), inputs);

/** A balancer's own inputs at a batch, as tensors. */
export const inputsAt = (balancer: Balancer, batch: number): BalancerInputs =>
  Object.fromEntries(
    Object.entries(balancer.inputsAt(batch)).map(([name, v]) => [
      name,
      tf.tensor(v, [...balancer.inputs[name]]),
    ]),
  );
