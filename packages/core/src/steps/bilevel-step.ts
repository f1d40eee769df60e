import type { InputTensors } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import { scalarsOf, sumOf, type BilevelBalancer } from '../balancing/balancer.ts';
import { commit, type Statistic } from '../layers/forward.ts';
import type { Runnable } from '../network.ts';
import { MAIN_STREAM, onStream, SECOND_STREAM, type Objective } from '../objective.ts';
import { gradientsOf } from '../optimisers/gradients.ts';
import type { Gradients } from '../optimisers/optimiser.ts';
import type { Parameter } from '../parameters.ts';
import { escape, lossesOf } from './evaluate-losses.ts';
import { outlineOf, type FloatSignature, type StepOptions, type TrainingStep } from './step.ts';

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
  const { network, objectives, balancer, optimiser, batchSizes } = options;
  const trained = optimiser.parameters;
  const names = objectives.map(({ name }) => name);
  const main = objectives.filter(({ stream }) => stream === MAIN_STREAM);
  const second = onStream(objectives, SECOND_STREAM);
  return {
    ...outlineOf({
      ...options,
      objectives: [...objectives, ...second],
      batchSizes: { ...batchSizes, [SECOND_STREAM]: batchSizes[MAIN_STREAM] },
    }),
    run(inputs) {
      const rate = inputs['rate/network'] as tf.Scalar;
      const apply = inputs['apply'] as tf.Scalar;
      const evaluated = (of: readonly Objective[], weights: readonly tf.Scalar[]) =>
        weighedSum(network, of, weights, trained, inputs);
      const here = trained.map(({ variable }) => tf.clone(variable));
      /** Puts the parameters at θ + factor · direction. */
      const moveBy = (factor: tf.Scalar, direction: Gradients): void => {
        for (const [k, { name, variable }] of trained.entries()) {
          const along = direction[name];
          if (along) variable.assign(tf.add(here[k], tf.mul(along, factor)));
        }
      };

      // --- What the weights do to the other batch --------------------------------------------------
      const first = evaluated(objectives, scalarsOf(balancer.weights()));
      commit(first.statistics);
      const present = tf.stack([...first.present]) as tf.Tensor1D;
      moveBy(tf.neg(rate), first.gradients);
      const counts = scalarsOf(balancer.preference());
      const other = evaluated(
        second,
        main.map((objective) => counts[objectives.indexOf(objective)]),
      );
      const r = tf.div<tf.Scalar>(REACH, tf.maximum(lengthOf(other.gradients), 1e-12));
      const lossesAt = (factor: tf.Scalar): tf.Tensor1D => {
        putBack(trained, here);
        moveBy(factor, other.gradients);
        const losses = lossesOf(network, objectives, inputs);
        return tf.stack(objectives.map((objective) => losses.of(objective).value)) as tf.Tensor1D;
      };
      const rise = tf.sub(lossesAt(r), lossesAt(tf.neg(r)));
      putBack(trained, here);
      const slope = tf.neg(tf.mul(rate, tf.div(rise, tf.mul(r, 2))));
      balancer.learn(tf.mul<tf.Tensor1D>(slope, present), tf.mul(present, apply));

      // --- The step itself -------------------------------------------------------------------------
      const weights = scalarsOf(balancer.weights());
      const last = evaluated(objectives, weights);
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

/** A weighed sum of losses, differentiated. */
interface WeighedSum {
  readonly total: tf.Scalar;
  /** In the order of the objectives; 0 where one is absent. */
  readonly losses: readonly tf.Scalar[];
  readonly present: readonly tf.Scalar[];
  readonly gradients: Gradients;
  readonly statistics: readonly Statistic[];
}

function weighedSum(
  network: Runnable,
  objectives: readonly Objective[],
  weights: readonly tf.Scalar[],
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
    return sumOf(losses.map((loss, i) => tf.mul<tf.Scalar>(loss, weights[i])));
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

function putBack(parameters: readonly Parameter[], values: readonly tf.Tensor[]): void {
  for (const [k, { variable }] of parameters.entries()) variable.assign(values[k]);
}

const lengthOf = (gradients: Gradients): tf.Scalar =>
  tf.sqrt(
    Object.values(gradients)
      .map((g) => tf.sum<tf.Scalar>(tf.square(g)))
      .reduce((a, b) => tf.add(a, b), tf.scalar(0)),
  );
