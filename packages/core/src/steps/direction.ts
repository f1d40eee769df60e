import type { InputTensors } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import type { Balancer } from '../balancing/balancer.ts';
import type {
  GradientBalancer,
  JacobianContext,
  KeptWeights,
} from '../balancing/gradient-balancer.ts';
import { scalarsOf, sumOf } from '../balancing/per-task.ts';
import type { ScalarBalancer } from '../balancing/scalar-balancer.ts';
import type { Statistic } from '../layers/forward.ts';
import { gradientsOf } from '../optimisers/gradients.ts';
import type { Gradients } from '../optimisers/optimiser.ts';
import { cutOf, type Behind } from './cut.ts';
import { differentiated } from './differentiated.ts';
import { lossesOf } from './evaluate-losses.ts';
import { balancedRows, partsOfParameters, type Balanced } from './gradient-rows.ts';
import type { FloatSignature, StepOptions } from './step.ts';

/** The objectives of one batch, each differentiated by itself, and what becomes of it. */
export interface Batch {
  readonly each: readonly Behind[];
  readonly statistics: readonly Statistic[];
  /**
   * What stands for the gradient of the shared parameters.
   * @param scaled `each`, with factors of its losses
   * @param factors those, in the order of the objectives; absent: 1
   */
  readonly direction: (
    scaled: readonly Behind[],
    context: JacobianContext,
    factors?: readonly tf.Scalar[],
  ) => Balanced;
}

/** A way from a batch to the direction; runs inside the step. */
export type Way = (inputs: InputTensors<FloatSignature>) => Batch;

type Options = StepOptions<Balancer>;

/** Balances the gradients of the shared parameters: K backward passes. */
export function throughParameters(
  { network, objectives, optimiser }: Options,
  balancing: GradientBalancer,
  weighing?: ScalarBalancer,
): Way {
  const shared = optimiser.parameters.filter(({ role }) => role === 'shared');
  const parts = partsOfParameters(shared);
  return (inputs) => {
    const each = objectives.map((objective): Behind => {
      const { parameters } = optimiser;
      const one = differentiated(objective, network, objectives, parameters, inputs, weighing);
      return { ...one, rows: one.gradients };
    });
    return {
      each,
      // Every pass over the same batch reports the same statistics.
      statistics: each.find(({ statistics }) => statistics.length > 0)?.statistics ?? [],
      direction: (scaled, context) =>
        balancedRows(
          balancing,
          parts,
          scaled.map(({ rows }) => rows),
          context,
        ),
    };
  };
}

/** Why a step cannot be cut at its network's border; undefined where it can. */
function uncut({ network, optimiser }: Options): string | undefined {
  if (!network.border) return 'it does not say where its tasks part';
  if ('missing' in network.border) return network.border.missing;
  const between = optimiser.parameters.find(({ role }) => role === 'between');
  return between && `${between.name} lies between the networks of its tasks`;
}

/**
 * Balances the gradients of the tensors on the network's border: K backward passes through the heads and one
 * through what lies before. `gradientNorm/<objective>` is then the length of `∂Lᵢ/∂z`.
 * @throws when the network has no such place, objectives read several streams, or, while the step is compiled,
 *   when a loss does not go through it, or not through it alone
 */
export function throughRepresentation(
  options: Options,
  balancing: GradientBalancer,
  weighing?: ScalarBalancer,
): Way {
  const { network, objectives, optimiser } = options;
  const where = `${options.balancer.name}: mode representation`;
  const shared = optimiser.parameters.filter(({ role }) => role === 'shared');
  const reason = uncut(options);
  if (reason !== undefined) {
    throw new Error(
      `${where}: expected a network with a representation that all its heads read; ${reason}; use mode=parameters`,
    );
  }
  const [first, ...rest] = objectives;
  const other = rest.find(({ stream }) => stream !== first.stream);
  if (other) {
    throw new Error(
      `${where}: ${first.name} reads the stream ${first.stream} and ${other.name} the stream ${other.stream}, whose ` +
        `examples have representations of their own; use mode=parameters`,
    );
  }
  return (inputs) => {
    const cut = cutOf(network, objectives, optimiser.parameters, inputs, weighing);
    const each = objectives.map((objective) => cut.behind(objective));
    for (const [k, { rows, gradients }] of each.entries()) {
      const { name } = objectives[k];
      const past = shared.find((parameter) => gradients[parameter.name]);
      if (past || Object.keys(rows).length === 0) {
        const how = past ? `depends on ${past.name} by another way than` : 'does not depend on';
        throw new Error(`${where}: ${name} ${how} the representation; use mode=parameters`);
      }
    }
    return {
      ...{ each, statistics: cut.statistics },
      direction(scaled, context) {
        const rows = scaled.map((one) => one.rows);
        const balanced = balancedRows(balancing, cut.parts, rows, context);
        return { ...balanced, gradients: cut.before(balanced.gradients) };
      },
    };
  };
}

/**
 * Weighs the losses by weights that are kept: `Σ wᵢ gᵢ` in one backward pass through what is shared. What is one
 * task's own still gets its gradient unweighed: where the network can be cut, from the passes that reach its
 * border, and nothing is passed twice; else from passes through the heads that end there.
 */
export function throughKeptWeights(
  options: Options,
  kept: KeptWeights,
  weighing?: ScalarBalancer,
): Way {
  const { network, objectives, optimiser } = options;
  const shared = optimiser.parameters.filter(({ role }) => role === 'shared');
  const whole = throughParameters(options, { kind: 'gramian' } as GradientBalancer, weighing);
  const cuts = uncut(options) === undefined;
  return (inputs) => {
    const cut = cuts && cutOf(network, objectives, optimiser.parameters, inputs, weighing);
    const { each, statistics } = cut
      ? { each: objectives.map((o) => cut.behind(o)), statistics: cut.statistics }
      : // Compiled, what is not read of these gradients is not computed.
        whole(inputs);
    return {
      ...{ each, statistics },
      direction(scaled, { present }, factors) {
        const weights = scalarsOf(tf.mul(kept.weights(), present));
        if (cut) {
          const direction = weighedSum(
            cut.parts.map(({ name }) => name),
            scaled.map(({ rows }) => rows),
            weights,
          );
          const names = shared.map(({ name }) => name);
          const past = weighedSum(
            names,
            scaled.map(({ gradients }) => gradients),
            weights,
          );
          return { gradients: joined(cut.before(direction), past), weights };
        }
        const { gradients } = gradientsOf(() => {
          const losses = lossesOf(network, objectives, inputs);
          const scaleOutput = weighing?.scaleOutput;
          return sumOf(
            objectives.map((objective, k) => {
              const { value, present: there } = losses.of(
                objective,
                scaleOutput && ((output) => scaleOutput(output, objective.name)),
              );
              const factor = factors ? tf.mul<tf.Scalar>(weights[k], factors[k]) : weights[k];
              return tf.mul<tf.Scalar>(tf.mul(value, there), factor);
            }),
          );
        }, shared);
        return { gradients, weights };
      },
    };
  };
}

/** `Σ wᵢ gᵢ` of each name, where there is one. */
function weighedSum(
  names: readonly string[],
  gradients: readonly Gradients[],
  weights: readonly tf.Scalar[],
): Gradients {
  const sums: Record<string, tf.Tensor> = {};
  for (const name of names) {
    for (const [k, of] of gradients.entries()) {
      const gradient = of[name] as tf.Tensor | undefined;
      if (!gradient) continue;
      const term = tf.mul(gradient, weights[k]);
      sums[name] = name in sums ? tf.add(sums[name], term) : term;
    }
  }
  return sums;
}

const joined = (a: Gradients, b: Gradients): Gradients => ({
  ...a,
  ...Object.fromEntries(
    Object.entries(b).map(([name, gradient]) => [
      name,
      name in a ? tf.add(a[name], gradient) : gradient,
    ]),
  ),
});
