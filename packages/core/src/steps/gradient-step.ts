import * as tf from '@tensorflow/tfjs';
import {
  perTask,
  sumOf,
  type ComposedBalancer,
  type GradientBalancer,
  type ScalarBalancer,
} from '../balancing/balancer.ts';
import { commit } from '../layers/forward.ts';
import type { Objective } from '../objective.ts';
import type { Gradients } from '../optimisers/optimiser.ts';
import type { Parameter } from '../parameters.ts';
import { observeUpdate } from './after-update.ts';
import { differentiated, type Differentiated } from './differentiated.ts';
import { balancedRows, type Balanced } from './gradient-rows.ts';
import {
  BALANCER_STATE,
  balancerInputs,
  outlineOf,
  type StepOptions,
  type TrainingStep,
} from './step.ts';
import { weighedLosses } from './weighed-losses.ts';

/**
 * The training step of a balancer that works on the gradients: each objective is differentiated by
 * itself, K backward passes; compiled, they share the forward pass. The balancer's direction stands for
 * the gradient of the shared parameters. What is one task's own gets that task's gradient as it is, so
 * that balancing does not change how fast a head learns.
 *
 * An objective without a label in the batch has a row of zeros, whatever its loss, for every balancer
 * alike. Besides what every step logs: `gradientNorm/<objective>` `‖gᵢ‖` over the shared parameters, and
 * for a gramian balancer `weight/<objective>`. `total` is the sum of the losses: the direction is the
 * gradient of no function.
 *
 * Of two methods, the first weighs the losses: its wᵢ are factors of all of a task's gradients, and its
 * own variables get those of its total, which is `total` then. `weight/<objective>` is the factor of the
 * task's loss in the direction, of both methods together, and the norms are those of `wᵢ gᵢ`.
 * @throws when no trained parameter is shared
 */
export function gradientStep(
  options: StepOptions<GradientBalancer | ComposedBalancer>,
): TrainingStep {
  const { network, objectives, balancer, optimiser } = options;
  const weighing = balancer.kind === 'composed' ? balancer.losses : undefined;
  const balancing = balancer.kind === 'composed' ? balancer.gradients : balancer;
  const under = (part: ScalarBalancer | GradientBalancer) => (weighing ? `${part.name}/` : '');
  // Gradients of the shared representation would be another kind of rows: of the same losses, by the
  // activations that `Forward` gives, and then one backward pass of the trunk.
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
  return {
    ...outline,
    variables: new Map([...outline.variables, ...kept]),
    run(inputs) {
      const plain = objectives.map((objective) =>
        differentiated(objective, network, objectives, optimiser.parameters, inputs, weighing),
      );
      // Every pass over the same batch reports the same statistics.
      commit(plain.find(({ statistics }) => statistics.length > 0)?.statistics ?? []);
      const names = objectives.map(({ name }) => name);
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
      const balanced = balancedRows(
        balancing,
        shared,
        each.map(({ gradients }) => gradients),
        {
          losses: tf.stack(each.map(({ value }) => value)) as tf.Tensor1D,
          present: tf.stack(each.map(({ present }) => present)) as tf.Tensor1D,
          inputs: balancerInputs(balancing, inputs, under(balancing)),
          memory,
        },
      );
      const gradients = {
        ...balanced.gradients,
        ...Object.fromEntries(
          own.map(({ name }) => [name, added([...each, ...(weighed ? [weighed] : [])], name)]),
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
    },
  };
}

/** What a balancer keeps of every element of the gradients, zero at the start. */
function memoryOf(
  balancer: GradientBalancer,
  objectives: number,
  shared: readonly Parameter[],
): Record<string, tf.Variable> {
  const names = balancer.kind === 'jacobian' ? (balancer.memory ?? []) : [];
  const size = shared.reduce((sum, { variable }) => sum + variable.size, 0);
  return Object.fromEntries(
    names.map((name) => [name, tf.variable(tf.zeros([objectives, size]), false)]),
  );
}

/** An objective whose loss has a factor. */
const scaled = (one: Differentiated, factor: tf.Scalar): Differentiated => ({
  ...one,
  value: tf.mul(one.value, factor),
  gradients: Object.fromEntries(
    Object.entries(one.gradients).map(([name, gradient]) => [name, tf.mul(gradient, factor)]),
  ),
});

/** Σ of the gradients of a parameter; undefined where none depends on it. */
function added(each: readonly { readonly gradients: Gradients }[], name: string): tf.Tensor {
  const found = each.flatMap(({ gradients }) => gradients[name] ?? []);
  return found.reduce<tf.Tensor | undefined>(
    (a, b) => (a ? tf.add(a, b) : b),
    undefined,
  ) as tf.Tensor;
}

/** Norms, and weights where there are some, by name. */
function reported(
  objectives: readonly Objective[],
  { norms, weights }: Balanced,
  factors?: readonly tf.Scalar[],
): Record<string, tf.Scalar> {
  const whole =
    factors && weights ? weights.map((w, k) => tf.mul<tf.Scalar>(w, factors[k])) : weights;
  return Object.fromEntries(
    objectives.flatMap(({ name }, k) => [
      [`gradientNorm/${name}`, norms[k]] as const,
      ...(whole ? [[`weight/${name}`, whole[k]] as const] : []),
    ]),
  );
}
