import * as tf from '@tensorflow/tfjs';
import { scalarsOf } from '../balancing/per-task.ts';
import type { ValueFunctionBalancer } from '../balancing/second-batch-balancer.ts';
import { commit } from '../layers/forward.ts';
import type { Gradients } from '../optimisers/optimiser.ts';
import { differentiated } from './differentiated.ts';
import { lossesOf } from './evaluate-losses.ts';
import { gramOfGradients, partsOfParameters } from './gradient-rows.ts';
import { combinedGradients, moveBy, remembered, weighedSum } from './look-ahead.ts';
import { inPlace, stacked, withSecondBatch } from './second-batch.ts';
import { balancerInputs, type StepOptions, type TrainingStep } from './step.ts';

/**
 * The training step of a balancer that goes down the losses of other data within a bound on those of the batch: θ is what
 * is trained, L the losses of the batch, L̃ those of the same objectives on a batch of the stream `second`, λ the weights,
 *
 * `f(θ) = Σ λᵢ Lᵢ(θ)`, `θᵀ` = θ after T steps of plain descent on f with λ as it is, `q = f(θ) − f(θᵀ)`.
 *
 * The balancer is told the products of all ∇L̃ₖ(θ) and ∇f(θ), and both L(θ) and L(θᵀ), from which it has the slope of q
 * by λ; what it gives is the direction `Σ upperₖ ∇L̃ₖ + lower ∇f`. 1 + K backward passes, T − 1 more for the descent, and
 * one forward.
 *
 * Objectives that read other streams than the main one have no L̃ and are trained by f. Where the descent ends higher than
 * it began, or at no number, its rate was too large, and L(θᵀ) counts as L(θ). Moving averages are those of the pass of f.
 * `total` is f; `weight/<objective>` is λ.
 */
export function valueFunctionStep(options: StepOptions<ValueFunctionBalancer>): TrainingStep {
  const { network, objectives, balancer, optimiser } = options;
  const trained = optimiser.parameters;
  const parts = partsOfParameters(trained);
  const { second, outline } = withSecondBatch(options);
  const { steps, rate } = balancer.descent;
  return {
    ...outline,
    run(inputs) {
      const weights = (present: tf.Tensor1D) => tf.mul(balancer.weights(present), present);
      const lower = () => weighedSum(network, objectives, weights, trained, inputs);
      const first = lower();
      commit(first.statistics);
      const present = stacked(first.present);
      const lambda = weights(present) as tf.Tensor1D;
      const upper = inPlace(
        objectives,
        second.map((one) => differentiated(one, network, second, trained, inputs)),
      );
      const rows: readonly Gradients[] = [...upper.gradients, first.gradients];

      // --- The lowest f that is known -------------------------------------------------------------
      const putBack = remembered(trained);
      for (let n = 0; n < steps; n++) {
        moveBy(trained, -rate, n === 0 ? first.gradients : lower().gradients);
      }
      const below = lossesOf(network, objectives, inputs);
      const after = tf.mul<tf.Tensor1D>(
        stacked(objectives.map((objective) => below.of(objective).value)),
        present,
      );
      putBack();
      const losses = stacked(first.losses);
      const sum = (of: tf.Tensor1D) => tf.sum(tf.mul(lambda, of));
      const lowered = tf.lessEqual(sum(after), sum(losses));

      // --- The step itself -------------------------------------------------------------------------
      const applied = inputs['apply'] as tf.Scalar;
      const direction = balancer.direction(gramOfGradients(parts, rows), {
        ...{ losses, descended: tf.where(lowered, after, losses) },
        ...{ present, paired: upper.present, applied },
        inputs: balancerInputs(balancer, inputs),
      });
      const rates = {
        network: inputs['rate/network'] as tf.Scalar,
        weighting: inputs['rate/weighting'] as tf.Scalar,
      };
      const factors = [...scalarsOf(tf.mul(direction.upper, upper.present)), direction.lower];
      const norms = optimiser.update(combinedGradients(rows, factors), rates, applied);
      const each = scalarsOf(lambda);
      return {
        total: first.total,
        ...Object.fromEntries(
          objectives.flatMap(({ name }, k) => [
            [`loss/${name}`, first.losses[k]] as const,
            [`present/${name}`, first.present[k]] as const,
            [`weight/${name}`, each[k]] as const,
          ]),
        ),
        ...norms,
      };
    },
  };
}
