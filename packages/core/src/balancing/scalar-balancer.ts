import type * as tf from '@tensorflow/tfjs';
import type { PerTask } from './per-task.ts';
import type { BalancerInputs, Stateful } from './stateful.ts';

/** What the step tells a scalar balancer besides the losses. */
export interface ScalarContext {
  /** 1 when the batch holds at least one label of the objective, else 0. */
  readonly present: PerTask<tf.Scalar>;
  /**
   * Σ of one term per objective over those that are present, in the order of the objectives. Every
   * total is made of it, so that an objective without a label adds nothing, and neither does its s.
   */
  readonly sum: (terms: PerTask<tf.Scalar>) => tf.Scalar;
  readonly inputs: BalancerInputs;
}

/** Result of {@link ScalarBalancer.combine}. */
export interface Combined {
  /** What is differentiated. */
  readonly total: tf.Scalar;
  /**
   * What is logged: `weight/<task>`, the factor of the task's loss in `total`, and for methods that
   * learn a noise `sigma2/<task>` (σ², or the scale b of a Laplace likelihood).
   */
  readonly report: Readonly<Record<string, tf.Scalar>>;
}

/** What an update did to the losses of its own batch. */
export interface Outcome {
  /** Mean loss per objective under the parameters as they were; 0 where it is absent. */
  readonly before: PerTask<tf.Scalar>;
  /** The same under the parameters as they are now. */
  readonly after: PerTask<tf.Scalar>;
  /** 1 when the batch holds at least one label of the objective, else 0. */
  readonly present: PerTask<tf.Scalar>;
  /** 1; 0 while gradients are only being accumulated, when no parameter has changed. */
  readonly applied: tf.Scalar;
}

/**
 * Turns one loss per objective into the one that is minimised: one backward pass. Like all balancers
 * it runs inside the training step: it reads no value, draws nothing and creates no variable there.
 */
export interface ScalarBalancer extends Stateful {
  readonly kind: 'scalar';
  /**
   * Replaces a head's output before its loss is taken, for likelihoods that are not a multiple of
   * the loss. Reported losses stay those of the output itself.
   */
  readonly scaleOutput?: (output: tf.Tensor, task: string) => tf.Tensor;
  /**
   * @param losses mean loss per objective, a scalar each
   * @throws when the objectives are not those it was made for
   */
  combine(losses: PerTask<tf.Scalar>, context: ScalarContext): Combined;
  /**
   * Sees what the update made of the losses, after it, and assigns state. Where it is there the step
   * evaluates the losses once more, one forward pass without gradients.
   */
  readonly observe?: (outcome: Outcome) => void;
}
