import * as tf from '@tensorflow/tfjs';
import { scalarsOf, sumOf, type CrossBalancer } from '../balancing/balancer.ts';
import { commit } from '../layers/forward.ts';
import {
  MAIN_STREAM,
  onStream,
  SECOND_STREAM,
  THIRD_STREAM,
  type Objective,
} from '../objective.ts';
import type { Gradients } from '../optimisers/optimiser.ts';
import type { Parameter } from '../parameters.ts';
import { differentiated, type Differentiated } from './differentiated.ts';
import { crossProducts, partsOfParameters } from './gradient-rows.ts';
import { balancerInputs, outlineOf, type StepOptions, type TrainingStep } from './step.ts';

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
 * @throws when no trained parameter is shared
 */
export function crossStep(options: StepOptions<CrossBalancer>): TrainingStep {
  const { network, objectives, balancer, optimiser, batchSizes } = options;
  const trained = optimiser.parameters;
  const shared = trained.filter(({ role }) => role === 'shared');
  if (shared.length === 0) {
    throw new Error(
      `${balancer.name}: expected trained parameters that the tasks share, got none; ` +
        `use a balancer of the losses, for example equal`,
    );
  }
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
        of.map((one) => differentiated(one, network, of, parameters, inputs));
      const main = each(objectives, trained);
      commit(main.find(({ statistics }) => statistics.length > 0)?.statistics ?? []);
      const [second, third] = pair.map((of) => inPlace(objectives, each(of, shared)));
      const present = stacked(main.map((one) => one.present));
      const weights = scalarsOf(
        tf.mul(
          balancer.weights(
            crossProducts(partsOfParameters(shared), second.gradients, third.gradients),
            {
              present,
              paired: tf.mul(second.present, third.present),
              inputs: balancerInputs(balancer, inputs),
            },
          ),
          present,
        ),
      );
      const gradients: Record<string, tf.Tensor> = {};
      for (const { name, role } of trained) {
        const terms = main.flatMap(({ gradients: of }, k) => {
          const gradient = of[name] as tf.Tensor | undefined;
          return gradient ? [role === 'shared' ? tf.mul(gradient, weights[k]) : gradient] : [];
        });
        if (terms.length > 0) gradients[name] = terms.reduce((a, b) => tf.add(a, b));
      }
      const rates = {
        network: inputs['rate/network'] as tf.Scalar,
        weighting: inputs['rate/weighting'] as tf.Scalar,
      };
      const norms = optimiser.update(gradients, rates, inputs['apply'] as tf.Scalar);
      return {
        total: sumOf(main.map(({ value }) => value)),
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

const stacked = (values: readonly tf.Scalar[]) => tf.stack([...values]) as tf.Tensor1D;

/** What the objectives of the main stream gave on another batch, in the places of all; the others are absent. */
function inPlace(objectives: readonly Objective[], given: readonly Differentiated[]) {
  const left = [...given];
  const placed = objectives.map(({ stream }) =>
    stream === MAIN_STREAM ? left.shift() : undefined,
  );
  return {
    gradients: placed.map((one): Gradients => one?.gradients ?? {}),
    present: stacked(placed.map((one) => one?.present ?? tf.scalar(0))),
  };
}
