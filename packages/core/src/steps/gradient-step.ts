import type { InputTensors } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import { sumOf, type GradientBalancer } from '../balancing/balancer.ts';
import { commit, type Statistic } from '../layers/forward.ts';
import type { Runnable } from '../network.ts';
import type { Objective } from '../objective.ts';
import { gradientsOf } from '../optimisers/gradients.ts';
import type { Gradients } from '../optimisers/optimiser.ts';
import type { Parameter } from '../parameters.ts';
import { escape, lossesOf } from './evaluate-losses.ts';
import { balancedRows, type Balanced } from './gradient-rows.ts';
import {
  BALANCER_INPUT,
  BALANCER_STATE,
  outlineOf,
  type FloatSignature,
  type StepOptions,
  type TrainingStep,
} from './step.ts';

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
 * @throws when no trained parameter is shared
 */
export function gradientStep(options: StepOptions<GradientBalancer>): TrainingStep {
  const { network, objectives, balancer, optimiser } = options;
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
  const memory = memoryOf(balancer, objectives.length, shared);
  const outline = outlineOf(options);
  const kept = Object.entries(memory).map(([n, v]) => [BALANCER_STATE + n, v] as const);
  return {
    ...outline,
    variables: new Map([...outline.variables, ...kept]),
    run(inputs) {
      const each = objectives.map((objective) =>
        differentiated(objective, network, objectives, optimiser.parameters, inputs),
      );
      // Every pass over the same batch reports the same statistics.
      commit(each.find(({ statistics }) => statistics.length > 0)?.statistics ?? []);
      const inputOf = (name: string) => [name, inputs[BALANCER_INPUT + name]] as const;
      const balanced = balancedRows(
        balancer,
        shared,
        each.map(({ gradients }) => gradients),
        {
          losses: tf.stack(each.map(({ value }) => value)) as tf.Tensor1D,
          present: tf.stack(each.map(({ present }) => present)) as tf.Tensor1D,
          inputs: Object.fromEntries(Object.keys(balancer.inputs).map(inputOf)),
          memory,
        },
      );
      const gradients = {
        ...balanced.gradients,
        ...Object.fromEntries(own.map(({ name }) => [name, added(each, name)])),
      };
      const logged: Record<string, tf.Tensor> = {};
      for (const [k, { name }] of objectives.entries()) {
        logged[`loss/${name}`] = each[k].value;
        logged[`present/${name}`] = each[k].present;
      }
      const rates = {
        network: inputs['rate/network'] as tf.Scalar,
        weighting: inputs['rate/weighting'] as tf.Scalar,
      };
      const norms = optimiser.update(gradients, rates, inputs['apply'] as tf.Scalar);
      const total = sumOf(each.map(({ value }) => value));
      return { total, ...logged, ...reported(objectives, balanced), ...norms };
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

/** One objective's loss, 0 where it is absent, and its gradients. */
interface Differentiated {
  readonly value: tf.Scalar;
  readonly present: tf.Scalar;
  readonly gradients: Gradients;
  readonly statistics: readonly Statistic[];
}

function differentiated(
  objective: Objective,
  network: Runnable,
  objectives: readonly Objective[],
  parameters: readonly Parameter[],
  inputs: InputTensors<FloatSignature>,
): Differentiated {
  const { keep, out, free } = escape();
  let present: tf.Scalar | undefined;
  let statistics: readonly Statistic[] = [];
  const { value, gradients } = gradientsOf(() => {
    const evaluated = lossesOf(network, objectives, inputs);
    const loss = evaluated.of(objective);
    present = keep(loss.present);
    statistics = evaluated.statistics();
    statistics.forEach((statistic) => keep(statistic.value));
    return tf.mul<tf.Scalar>(loss.value, loss.present);
  }, parameters);
  const result = {
    value,
    gradients,
    present: out(present as unknown as tf.Scalar),
    statistics: statistics.map((s) => ({ variable: s.variable, value: out(s.value) })),
  };
  free();
  return result;
}

/** Σ of the objectives' gradients of a parameter; undefined where none depends on it. */
function added(each: readonly Differentiated[], name: string): tf.Tensor {
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
): Record<string, tf.Scalar> {
  return Object.fromEntries(
    objectives.flatMap(({ name }, k) => [
      [`gradientNorm/${name}`, norms[k]] as const,
      ...(weights ? [[`weight/${name}`, weights[k]] as const] : []),
    ]),
  );
}
