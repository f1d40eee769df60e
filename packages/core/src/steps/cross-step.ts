import * as tf from '@tensorflow/tfjs';
import type { ComposedBalancer } from '../balancing/balancer.ts';
import { perTask, scalarsOf, sumOf } from '../balancing/per-task.ts';
import type { CrossBalancer } from '../balancing/second-batch-balancer.ts';
import { commit } from '../layers/forward.ts';
import {
  MAIN_STREAM,
  onStream,
  SECOND_STREAM,
  THIRD_STREAM,
  type Objective,
} from '../objective.ts';
import type { Parameter } from '../parameters.ts';
import { observeUpdate } from './after-update.ts';
import { differentiated } from './differentiated.ts';
import { crossProducts, partsOfParameters } from './gradient-rows.ts';
import { combinedGradients } from './look-ahead.ts';
import { inPlace, stacked } from './second-batch.ts';
import { balancerInputs, outlineOf, type StepOptions, type TrainingStep } from './step.ts';
import { added, methodsOf, scaledGradients, weighedLosses } from './weighed-losses.ts';

/** The batches whose gradients are compared, both of the same size as the one that is stepped on. */
const PAIR = [SECOND_STREAM, THIRD_STREAM] as const;

/**
 * The training step of a balancer that weighs gradients by those of two other batches: each objective is
 * differentiated by itself on each of three batches, 3 K backward passes; compiled, those of a batch share its forward
 * pass. Shared parameters go along `−Σ wᵢ gᵢ`, with gᵢ of the main stream's batch, and what is one task's own along that
 * task's gradient there, as it is. The batches of the streams `second` and `third` make the weights and nothing else;
 * moving averages are of the main stream's.
 *
 * Objectives that read other streams than the main one have no row in the products, as if they were absent there.
 * Besides what every step logs: `weight/<objective>`. `total` is the sum of the losses.
 *
 * Of two methods, the first weighs the losses of the main stream's batch as in `gradientStep`; its factors are also those
 * of the other two batches' gradients, so that chance in a factor is the same in all three.
 * @throws when no trained parameter is shared
 */
export function crossStep(
  options: StepOptions<CrossBalancer | ComposedBalancer<CrossBalancer>>,
): TrainingStep {
  const { network, objectives, balancer, optimiser, batchSizes } = options;
  const { weighing, balancing, under } = methodsOf(balancer);
  const names = objectives.map(({ name }) => name);
  const trained = optimiser.parameters;
  const shared = trained.filter(({ role }) => role === 'shared');
  const own = trained.filter(({ role }) => role !== 'shared');
  if (shared.length === 0) {
    throw new Error(
      `${balancer.name}: expected trained parameters that the tasks share, got none; ` +
        `use a balancer of the losses, for example equal`,
    );
  }
  const parts = partsOfParameters(shared);
  const pair = PAIR.map((stream) => onStream(objectives, stream));
  const size = batchSizes[MAIN_STREAM];
  return {
    ...outlineOf({
      ...options,
      objectives: [...objectives, ...pair.flat()],
      batchSizes: { ...batchSizes, ...Object.fromEntries(PAIR.map((stream) => [stream, size])) },
    }),
    run(inputs) {
      const each = (of: readonly Objective[], parameters: readonly Parameter[]) =>
        of.map((one) => differentiated(one, network, of, parameters, inputs, weighing));
      const main = each(objectives, trained);
      commit(main.find(({ statistics }) => statistics.length > 0)?.statistics ?? []);
      const [second, third] = pair.map((of) => inPlace(objectives, each(of, shared)));
      const present = stacked(main.map((one) => one.present));
      const products = crossProducts(parts, second.gradients, third.gradients);

      // --- What a method of the losses makes of them ------------------------------------------------
      const weighed =
        weighing &&
        weighedLosses(
          weighing,
          perTask(names, (_, k) => main[k].value),
          perTask(names, (_, k) => main[k].present),
          balancerInputs(weighing, inputs, under(weighing)),
          trained,
        );
      const factors = weighed && stacked(weighed.weights);
      const both = factors && tf.mul(tf.reshape(factors, [-1, 1]), factors);
      const rows = weighed
        ? main.map(({ gradients }, k) => scaledGradients(gradients, weighed.weights[k]))
        : main.map(({ gradients }) => gradients);

      // --- The step ---------------------------------------------------------------------------------
      const weights = tf.mul(
        balancing.weights(both ? tf.mul<tf.Tensor2D>(products, both) : products, {
          present,
          paired: tf.mul(second.present, third.present),
          inputs: balancerInputs(balancing, inputs, under(balancing)),
        }),
        present,
      );
      const direction = combinedGradients(rows, scalarsOf(weights));
      const owners = [...rows.map((gradients) => ({ gradients })), ...(weighed ? [weighed] : [])];
      const gradients = Object.fromEntries([
        ...shared.flatMap(({ name }) => (name in direction ? [[name, direction[name]]] : [])),
        ...own.flatMap(({ name }) => {
          const gradient = added(owners, name);
          return gradient ? [[name, gradient]] : [];
        }),
      ]) as Record<string, tf.Tensor>;
      const rates = {
        network: inputs['rate/network'] as tf.Scalar,
        weighting: inputs['rate/weighting'] as tf.Scalar,
      };
      const norms = optimiser.update(gradients, rates, inputs['apply'] as tf.Scalar);
      if (weighing) {
        const before = perTask(names, (_, k) => main[k].logged);
        observeUpdate(weighing, network, objectives, inputs, before);
      }
      const whole = scalarsOf(factors ? tf.mul(weights, factors) : weights);
      return {
        total: weighed?.total ?? sumOf(main.map(({ value }) => value)),
        ...weighed?.report,
        ...Object.fromEntries(
          objectives.flatMap(({ name }, k) => [
            [`loss/${name}`, main[k].logged] as const,
            [`present/${name}`, main[k].present] as const,
            [`weight/${name}`, whole[k]] as const,
          ]),
        ),
        ...norms,
      };
    },
  };
}
