import type { Likelihood } from '../task.ts';
import type { GradientBalancer } from './gradient-balancer.ts';
import type { ScalarBalancer } from './scalar-balancer.ts';
import type {
  BilevelBalancer,
  CrossBalancer,
  MultiBilevelBalancer,
  ValueFunctionBalancer,
} from './second-batch-balancer.ts';
import type { Stateful } from './stateful.ts';

/** What is balanced: an objective's name and, where its loss is one, the likelihood behind it. */
export interface Balanced {
  readonly name: string;
  readonly likelihood?: Likelihood;
}

/** A method that weighs what the objectives' gradients are; a method of the losses can go before it. */
export type FollowingBalancer = GradientBalancer | CrossBalancer;

/**
 * Two methods, one after the other: what the first makes of the losses is what the second gets the
 * gradients of, `wᵢ gᵢ` with `wᵢ = ∂total/∂Lᵢ` of the first. State and inputs of each stand under its
 * name and a slash.
 */
export interface ComposedBalancer<
  G extends FollowingBalancer = FollowingBalancer,
> extends Stateful {
  readonly kind: 'composed';
  readonly losses: ScalarBalancer;
  readonly gradients: G;
}

/** How several objectives become one update of what they share. */
export type Balancer =
  | ScalarBalancer
  | FollowingBalancer
  | ComposedBalancer
  | BilevelBalancer
  | MultiBilevelBalancer
  | ValueFunctionBalancer;
