import type { InputTensors } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import { scalarsOf, sumOf } from '../balancing/per-task.ts';
import type { Statistic } from '../layers/forward.ts';
import type { Runnable } from '../network.ts';
import type { Objective } from '../objective.ts';
import { gradientsOf } from '../optimisers/gradients.ts';
import type { Gradients } from '../optimisers/optimiser.ts';
import type { Parameter } from '../parameters.ts';
import { escape, lossesOf } from './evaluate-losses.ts';
import { stacked } from './second-batch.ts';
import type { FloatSignature } from './step.ts';

/** Moves parameters along a direction; those that it does not have stay. */
export function moveBy(
  parameters: readonly Parameter[],
  factor: tf.Scalar | number,
  direction: Gradients,
): void {
  for (const { name, variable } of parameters) {
    const along = direction[name] as tf.Tensor | undefined;
    if (along) variable.assign(tf.add(variable, tf.mul(along, factor)));
  }
}

/** Remembers where parameters are; what it returns puts them back. */
export function remembered(parameters: readonly Parameter[]): () => void {
  const here = parameters.map(({ variable }) => tf.clone(variable));
  return () => {
    for (const [k, { variable }] of parameters.entries()) variable.assign(here[k]);
  };
}

/** A weighed sum of losses, differentiated. */
export interface WeighedSum {
  readonly total: tf.Scalar;
  /** In the order of the objectives; 0 where one is absent. */
  readonly losses: readonly tf.Scalar[];
  readonly present: readonly tf.Scalar[];
  readonly gradients: Gradients;
  readonly statistics: readonly Statistic[];
}

/**
 * Differentiates `Σ wᵢ Lᵢ` in one backward pass.
 * @param weights w, `[K]`, by what is present, `[K]`
 */
export function weighedSum(
  network: Runnable,
  objectives: readonly Objective[],
  weights: (present: tf.Tensor1D) => tf.Tensor,
  parameters: readonly Parameter[],
  inputs: InputTensors<FloatSignature>,
): WeighedSum {
  const { keep, out, free } = escape();
  let losses: readonly tf.Scalar[] = [];
  let present: readonly tf.Scalar[] = [];
  let statistics: readonly Statistic[] = [];
  const { value, gradients } = gradientsOf(() => {
    const evaluated = lossesOf(network, objectives, inputs);
    const each = objectives.map((objective) => evaluated.of(objective));
    present = each.map((loss) => keep(loss.present));
    losses = each.map((loss) => keep(tf.mul<tf.Scalar>(loss.value, loss.present)));
    statistics = evaluated.statistics();
    statistics.forEach((statistic) => keep(statistic.value));
    const factors = scalarsOf(weights(stacked(present)));
    return sumOf(losses.map((loss, i) => tf.mul<tf.Scalar>(loss, factors[i])));
  }, parameters);
  const result = {
    total: value,
    gradients,
    losses: losses.map(out),
    present: present.map(out),
    statistics: statistics.map((s) => ({ variable: s.variable, value: out(s.value) })),
  };
  free();
  return result;
}

/** `Σ wᵢ gᵢ` of every parameter that some gᵢ has. */
export function combinedGradients(
  each: readonly Gradients[],
  weights: readonly tf.Scalar[],
): Gradients {
  const sums: Record<string, tf.Tensor> = {};
  for (const [k, gradients] of each.entries()) {
    for (const [name, gradient] of Object.entries(gradients)) {
      const term = tf.mul(gradient, weights[k]);
      sums[name] = name in sums ? tf.add(sums[name], term) : term;
    }
  }
  return sums;
}
