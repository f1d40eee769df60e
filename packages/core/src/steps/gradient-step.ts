import * as tf from '@tensorflow/tfjs';
import type { ComposedBalancer } from '../balancing/balancer.ts';
import type { GradientBalancer } from '../balancing/gradient-balancer.ts';
import { perTask, sumOf } from '../balancing/per-task.ts';
import { commit } from '../layers/forward.ts';
import type { Objective } from '../objective.ts';
import type { Parameter } from '../parameters.ts';
import { observeUpdate } from './after-update.ts';
import type { Behind } from './cut.ts';
import {
  throughKeptWeights,
  throughParameters,
  throughRepresentation,
  type Way,
} from './direction.ts';
import { groupsOf, type Balanced } from './gradient-rows.ts';
import {
  BALANCER_STATE,
  balancerInputs,
  outlineOf,
  type StepOptions,
  type TrainingStep,
} from './step.ts';
import { added, methodsOf, scaledGradients, weighedLosses } from './weighed-losses.ts';

/**
 * The training step of a balancer that works on the gradients: each objective is differentiated by
 * itself, K backward passes; compiled, they share the forward pass. The balancer's direction stands for
 * the gradient of the shared parameters, or of the representation that they give (`mode`). What is one task's own
 * gets that task's gradient as it is, so that balancing does not change how fast a head learns. At batches where
 * the balancer keeps its weights, another step (`between`) takes one backward pass.
 *
 * An objective without a label in the batch has a row of zeros, whatever its loss, for every balancer
 * alike. Besides what every step logs: `gradientNorm/<objective>` `‖gᵢ‖` over the shared parameters, and
 * for a gramian balancer `weight/<objective>`. `total` is the sum of the losses: the direction is the
 * gradient of no function.
 *
 * Of two methods, the first weighs the losses: its wᵢ are factors of all of a task's gradients, and its
 * own variables get those of its total, which is `total` then. `weight/<objective>` is the factor of the
 * task's loss in the direction, of both methods together, and the norms are those of `wᵢ gᵢ`.
 * @throws when no trained parameter is shared, or the network has no representation whose gradients are to be balanced
 */
export function gradientStep(
  options: StepOptions<GradientBalancer | ComposedBalancer<GradientBalancer>>,
): TrainingStep {
  const { network, objectives, balancer, optimiser } = options;
  const names = objectives.map(({ name }) => name);
  const { weighing, balancing, under } = methodsOf(balancer);
  const shared = optimiser.parameters.filter((p) => p.role === 'shared');
  const own = optimiser.parameters.filter((p) => p.role !== 'shared');
  if (shared.length === 0) {
    throw new Error(
      `${balancer.name}: expected trained parameters that the tasks share, got none; ` +
        `use a balancer of the losses, for example equal`,
    );
  }
  const memory = memoryOf(balancing, objectives.length, shared);
  const outline = outlineOf(options);
  const place = BALANCER_STATE + under(balancing);
  const kept = Object.entries(memory).map(([name, v]) => [place + name, v] as const);
  const runBy =
    (way: Way): TrainingStep['run'] =>
    (inputs) => {
      const { each: plain, statistics, direction } = way(inputs);
      commit(statistics);
      const weighed =
        weighing &&
        weighedLosses(
          weighing,
          perTask(names, (_, k) => plain[k].value),
          perTask(names, (_, k) => plain[k].present),
          balancerInputs(weighing, inputs, under(weighing)),
          optimiser.parameters,
        );
      const each = weighed ? plain.map((one, k) => scaled(one, weighed.weights[k])) : plain;
      const balanced = direction(
        each,
        {
          losses: tf.stack(each.map(({ value }) => value)) as tf.Tensor1D,
          present: tf.stack(each.map(({ present }) => present)) as tf.Tensor1D,
          inputs: balancerInputs(balancing, inputs, under(balancing)),
          memory,
        },
        weighed?.weights,
      );
      const gradients = {
        ...balanced.gradients,
        ...Object.fromEntries(
          own.flatMap(({ name }) => {
            const gradient = added([...each, ...(weighed ? [weighed] : [])], name);
            return gradient ? [[name, gradient]] : [];
          }),
        ),
      };
      const logged: Record<string, tf.Tensor> = {};
      for (const [k, { name }] of objectives.entries()) {
        logged[`loss/${name}`] = plain[k].logged;
        logged[`present/${name}`] = plain[k].present;
      }
      const rates = {
        network: inputs['rate/network'] as tf.Scalar,
        weighting: inputs['rate/weighting'] as tf.Scalar,
      };
      const norms = optimiser.update(gradients, rates, inputs['apply'] as tf.Scalar);
      if (weighing) {
        const before = perTask(names, (_, k) => plain[k].logged);
        observeUpdate(weighing, network, objectives, inputs, before);
      }
      return {
        total: weighed?.total ?? sumOf(each.map(({ value }) => value)),
        ...logged,
        ...weighed?.report,
        ...reported(objectives, balanced, weighed?.weights),
        ...norms,
      };
    };
  const whole =
    balancing.mode === 'representation'
      ? throughRepresentation(options, balancing, weighing)
      : throughParameters(options, balancing, weighing);
  const keptWeights = balancing.kind === 'gramian' ? balancing.kept : undefined;
  return {
    ...outline,
    variables: new Map([...outline.variables, ...kept]),
    run: runBy(whole),
    ...(keptWeights && {
      between: {
        at: (batch: number) => keptWeights.at(batch),
        run: runBy(throughKeptWeights(options, keptWeights, weighing)),
      },
    }),
  };
}

/** What a balancer keeps of the shared parameters, zero at the start. */
function memoryOf(
  balancer: GradientBalancer,
  objectives: number,
  shared: readonly Parameter[],
): Record<string, tf.Variable> {
  if (balancer.kind === 'gramian') return {};
  const shape =
    balancer.kind === 'grouped'
      ? [groupsOf(balancer, shared).length, objectives, objectives]
      : [objectives, shared.reduce((sum, { variable }) => sum + variable.size, 0)];
  const memory = (balancer.memory ?? []).map(
    (name) => [name, tf.variable(tf.zeros(shape), false)] as const,
  );
  return Object.fromEntries(memory);
}

/** An objective whose loss has a factor. */
function scaled(one: Behind, factor: tf.Scalar): Behind {
  const gradients = scaledGradients(one.gradients, factor);
  const rows = one.rows === one.gradients ? gradients : scaledGradients(one.rows, factor);
  return { ...one, value: tf.mul(one.value, factor), gradients, rows };
}

/** Norms and weights, where there are some, by name. */
function reported(
  objectives: readonly Objective[],
  { norms, weights }: Balanced,
  factors?: readonly tf.Scalar[],
): Record<string, tf.Scalar> {
  const whole =
    factors && weights ? weights.map((w, k) => tf.mul<tf.Scalar>(w, factors[k])) : weights;
  return Object.fromEntries(
    objectives.flatMap(({ name }, k) => [
      ...(norms ? [[`gradientNorm/${name}`, norms[k]] as const] : []),
      ...(whole ? [[`weight/${name}`, whole[k]] as const] : []),
    ]),
  );
}
