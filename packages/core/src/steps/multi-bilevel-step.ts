import * as tf from '@tensorflow/tfjs';
import { scalarsOf, sumOf } from '../balancing/per-task.ts';
import type { MultiBilevelBalancer } from '../balancing/second-batch-balancer.ts';
import { commit } from '../layers/forward.ts';
import type { Objective } from '../objective.ts';
import { differentiated } from './differentiated.ts';
import { crossProducts, partsOfParameters } from './gradient-rows.ts';
import { combinedGradients, moveBy, remembered } from './look-ahead.ts';
import { inPlace, stacked, withSecondBatch } from './second-batch.ts';
import { balancerInputs, type StepOptions, type TrainingStep } from './step.ts';

/**
 * The training step of a balancer that learns its weights from what they do to each objective's loss on other data: θ is
 * what is trained, η its rate, L the losses of the batch, L̃ those of the same objectives on a batch of the stream
 * `second`. First, with the weights λ as they are,
 *
 * `θ′ = θ − η Σ λᵢ ∇Lᵢ(θ)`, so that `∂L̃ₖ(θ′)/∂λᵢ = −η ∇L̃ₖ(θ′) · ∇Lᵢ(θ)`
 *
 * exactly, with no second derivative, for θ′ is linear in λ. From these the balancer learns; then the step itself, down
 * `Σ λᵢ Lᵢ(θ)` with the new λ, by the gradients that are there already. 2 K backward passes.
 *
 * θ′ is a step of plain descent, without the optimiser's momentum and decay. Objectives that read other streams than the
 * main one are trained, and have no L̃. Moving averages are those of the first pass. `total` is `Σ λᵢ Lᵢ`.
 */
export function multiBilevelStep(options: StepOptions<MultiBilevelBalancer>): TrainingStep {
  const { network, objectives, balancer, optimiser } = options;
  const trained = optimiser.parameters;
  const parts = partsOfParameters(trained);
  const { second, outline } = withSecondBatch(options);
  return {
    ...outline,
    run(inputs) {
      const rate = inputs['rate/network'] as tf.Scalar;
      const applied = inputs['apply'] as tf.Scalar;
      const each = (of: readonly Objective[]) =>
        of.map((one) => differentiated(one, network, of, trained, inputs));

      // --- What the weights do to the other batch --------------------------------------------------
      const main = each(objectives);
      commit(main.find(({ statistics }) => statistics.length > 0)?.statistics ?? []);
      const present = stacked(main.map((one) => one.present));
      const rows = main.map(({ gradients }) => gradients);
      const putBack = remembered(trained);
      moveBy(
        trained,
        tf.neg(rate),
        combinedGradients(rows, scalarsOf(tf.mul(balancer.weights(present), present))),
      );
      const ahead = inPlace(objectives, each(second));
      putBack();
      const slopes = tf.neg(tf.mul(rate, crossProducts(parts, ahead.gradients, rows)));
      const paired = ahead.present;
      const context = { present, paired, applied, inputs: balancerInputs(balancer, inputs) };
      balancer.learn(slopes as tf.Tensor2D, ahead.losses, context);

      // --- The step itself -------------------------------------------------------------------------
      const weights = scalarsOf(tf.mul(balancer.weights(present), present));
      const rates = { network: rate, weighting: inputs['rate/weighting'] as tf.Scalar };
      const norms = optimiser.update(combinedGradients(rows, weights), rates, applied);
      return {
        total: sumOf(main.map(({ value }, k) => tf.mul<tf.Scalar>(value, weights[k]))),
        ...Object.fromEntries(
          objectives.flatMap(({ name }, k) => [
            [`loss/${name}`, main[k].value] as const,
            [`present/${name}`, main[k].present] as const,
            [`weight/${name}`, weights[k]] as const,
          ]),
        ),
        ...norms,
      };
    },
  };
}
