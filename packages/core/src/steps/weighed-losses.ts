import * as tf from '@tensorflow/tfjs';
import type { ComposedBalancer, FollowingBalancer } from '../balancing/balancer.ts';
import { sumOf, type PerTask } from '../balancing/per-task.ts';
import type { ScalarBalancer } from '../balancing/scalar-balancer.ts';
import type { BalancerInputs } from '../balancing/stateful.ts';
import type { Gradients } from '../optimisers/optimiser.ts';
import type { Parameter } from '../parameters.ts';
import { escape } from './evaluate-losses.ts';

/** The methods that a balancer is made of. */
export interface Methods<B extends FollowingBalancer> {
  /** The method of the losses, where there is one. */
  readonly weighing?: ScalarBalancer;
  readonly balancing: B;
  /** What stands before the names of a method's state and inputs. */
  readonly under: (part: ScalarBalancer | B) => string;
}

/** One method, or two after one another. */
export const methodsOf = <B extends FollowingBalancer>(
  balancer: B | ComposedBalancer<B>,
): Methods<B> =>
  balancer.kind === 'composed'
    ? {
        weighing: balancer.losses,
        balancing: balancer.gradients,
        under: ({ name }) => `${name}/`,
      }
    : { balancing: balancer, under: () => '' };

/** What a method of the losses makes of them, where the gradients are balanced after it. */
export interface Weighed {
  readonly total: tf.Scalar;
  /** `∂total/∂Lᵢ` in the order of the objectives; 0 where one is absent. */
  readonly weights: readonly tf.Scalar[];
  /** `∂total/∂v` of its own variables with the losses held constant, by `Parameter.name`. */
  readonly gradients: Gradients;
  readonly report: Readonly<Record<string, tf.Scalar>>;
}

/**
 * Differentiates a method of the losses by the losses and by its own variables; nothing of the network
 * is differentiated. By the chain rule `Σ wᵢ ∇Lᵢ` and `gradients` together are the gradient of its total.
 * @param losses per objective, in their order, 0 where absent
 */
export function weighedLosses(
  balancer: ScalarBalancer,
  losses: PerTask<tf.Scalar>,
  present: PerTask<tf.Scalar>,
  inputs: BalancerInputs,
  parameters: readonly Parameter[],
): Weighed {
  const names = Object.keys(losses);
  const own = parameters.filter(({ variable }) =>
    Object.values(balancer.variables).includes(variable),
  );
  const { keep, out, free } = escape();
  let report: Readonly<Record<string, tf.Scalar>> = {};
  const sum = (terms: PerTask<tf.Scalar>) =>
    sumOf(names.map((name) => tf.mul<tf.Scalar>(terms[name], present[name])));
  // `tf.grads` throws where the total depends on one of them not at all.
  const { value, grads } = tf.engine().gradients(
    () => {
      const combined = balancer.combine(losses, { present, sum, inputs });
      report = combined.report;
      Object.values(report).forEach(keep);
      return combined.total;
    },
    [...names.map((name) => losses[name]), ...own.map(({ variable }) => variable)],
    undefined,
    true,
  );
  const found = grads as readonly (tf.Tensor | undefined)[];
  const weights = names.map((name, i) =>
    tf.mul<tf.Scalar>(found[i] ?? tf.scalar(0), present[name]),
  );
  const gradients: Record<string, tf.Tensor> = {};
  for (const [i, { name }] of own.entries()) {
    const gradient = found[names.length + i];
    if (gradient) gradients[name] = gradient;
  }
  const reported = Object.entries(report).map(([name, v]) => [name, out(v)] as const);
  free();
  return { total: value, weights, gradients, report: Object.fromEntries(reported) };
}

/** Gradients of a loss that has a factor. */
export const scaledGradients = (gradients: Gradients, factor: tf.Scalar): Gradients =>
  Object.fromEntries(
    Object.entries(gradients).map(([name, gradient]) => [name, tf.mul(gradient, factor)]),
  );

/** Σ of the gradients of a parameter; undefined where none depends on it. */
export function added(
  each: readonly { readonly gradients: Gradients }[],
  name: string,
): tf.Tensor | undefined {
  const found = each.flatMap(({ gradients }) => (gradients[name] as tf.Tensor | undefined) ?? []);
  return found.reduce<tf.Tensor | undefined>((a, b) => (a ? tf.add(a, b) : b), undefined);
}
