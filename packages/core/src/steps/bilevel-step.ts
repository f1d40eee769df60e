import * as tf from '@tensorflow/tfjs';
import { scalarsOf } from '../balancing/per-task.ts';
import type { BilevelBalancer } from '../balancing/second-batch-balancer.ts';
import { commit } from '../layers/forward.ts';
import { MAIN_STREAM, type Objective } from '../objective.ts';
import type { Gradients } from '../optimisers/optimiser.ts';
import { lossesOf } from './evaluate-losses.ts';
import { moveBy, remembered, weighedSum } from './look-ahead.ts';
import { stacked, withSecondBatch } from './second-batch.ts';
import type { StepOptions, TrainingStep } from './step.ts';

/** Length of the move along the second gradient, by which a second derivative is a difference. */
const REACH = 0.01;

/**
 * The training step of a balancer that learns its weights from what they do to other data: θ is what is
 * trained, η its rate, L the losses of the batch, L̃ those of the same objectives on a batch of the
 * stream `second`, p how much each of these counts. First, with the weights λ as they are,
 *
 * `θ′ = θ − η ∇ Σ λᵢ Lᵢ(θ)`, `v = ∇ Σ pᵢ L̃ᵢ(θ′)`,
 *
 * then the slope of `Σ pᵢ L̃ᵢ(θ′)` by λ, which is `−η ∇Lᵢ(θ) · v`, as a central difference of losses
 *
 * `−η (Lᵢ(θ + r v) − Lᵢ(θ − r v)) / 2r`, `r = 0.01/‖v‖`
 *
 * (Liu, Simonyan & Yang 2019, equation 8), from which the balancer learns; then the step itself, down
 * `Σ λᵢ Lᵢ(θ)` with the new λ. Three passes forward and back, and two forward.
 *
 * θ′ is a step of plain descent, without the optimiser's momentum and decay. Objectives that read other
 * streams than the main one are trained, and count for nothing in L̃. Moving averages are those of the
 * first pass.
 */
export function bilevelStep(options: StepOptions<BilevelBalancer>): TrainingStep {
  const { network, objectives, balancer, optimiser } = options;
  const trained = optimiser.parameters;
  const names = objectives.map(({ name }) => name);
  const main = objectives.filter(({ stream }) => stream === MAIN_STREAM);
  const { second, outline } = withSecondBatch(options);
  return {
    ...outline,
    run(inputs) {
      const rate = inputs['rate/network'] as tf.Scalar;
      const apply = inputs['apply'] as tf.Scalar;
      const evaluated = (of: readonly Objective[], weights: () => tf.Tensor) =>
        weighedSum(network, of, weights, trained, inputs);
      const putBack = remembered(trained);

      // --- What the weights do to the other batch --------------------------------------------------
      const first = evaluated(objectives, () => balancer.weights());
      commit(first.statistics);
      const present = stacked(first.present);
      moveBy(trained, tf.neg(rate), first.gradients);
      const counts = scalarsOf(balancer.preference());
      const other = evaluated(second, () =>
        stacked(main.map((objective) => counts[objectives.indexOf(objective)])),
      );
      const r = tf.div<tf.Scalar>(REACH, tf.maximum(lengthOf(other.gradients), 1e-12));
      const lossesAt = (factor: tf.Scalar): tf.Tensor1D => {
        putBack();
        moveBy(trained, factor, other.gradients);
        const losses = lossesOf(network, objectives, inputs);
        return stacked(objectives.map((objective) => losses.of(objective).value));
      };
      const rise = tf.sub(lossesAt(r), lossesAt(tf.neg(r)));
      putBack();
      const slope = tf.neg(tf.mul(rate, tf.div(rise, tf.mul(r, 2))));
      balancer.learn(tf.mul<tf.Tensor1D>(slope, present), tf.mul(present, apply));

      // --- The step itself -------------------------------------------------------------------------
      const weights = scalarsOf(balancer.weights());
      const last = evaluated(objectives, () => balancer.weights());
      const rates = { network: rate, weighting: inputs['rate/weighting'] as tf.Scalar };
      const norms = optimiser.update(last.gradients, rates, apply);
      const logged = (kind: string, values: readonly tf.Scalar[]) =>
        Object.fromEntries(names.map((name, i) => [`${kind}/${name}`, values[i]]));
      return {
        total: last.total,
        ...logged('loss', first.losses),
        ...logged('present', first.present),
        ...logged('weight', weights),
        ...norms,
      };
    },
  };
}

const lengthOf = (gradients: Gradients): tf.Scalar =>
  tf.sqrt(
    Object.values(gradients)
      .map((g) => tf.sum<tf.Scalar>(tf.square(g)))
      .reduce((a, b) => tf.add(a, b), tf.scalar(0)),
  );
