import type * as tf from '@tensorflow/tfjs';
import type { BalancerInputs, Stateful } from './stateful.ts';

/**
 * Weighs the losses, and learns the weights from what a step with them does to the losses of a second
 * batch: three passes forward and back, and two forward.
 */
export interface BilevelBalancer extends Stateful {
  readonly kind: 'bilevel';
  /** `[K]`: λ, the factors of the losses as they are now. */
  weights(): tf.Tensor1D;
  /** `[K]`: how much each objective's loss on the second batch counts. */
  preference(): tf.Tensor1D;
  /**
   * Assigns the weights.
   * @param slope `[K]`: of the second batch's loss after the step, by each weight
   * @param moving `[K]`, 1 or 0: 0 where the batch has no label, or gradients are being accumulated
   */
  learn(slope: tf.Tensor1D, moving: tf.Tensor1D): void;
}

/** What the step tells a balancer of several objectives on a second batch. */
export interface UpperContext {
  /** `[K]`: 1 where the batch that is stepped on holds a label of the objective, else 0. */
  readonly present: tf.Tensor1D;
  /** `[K]`: the same of the second batch; 0 for objectives that have none. */
  readonly paired: tf.Tensor1D;
  /** 1; 0 while gradients are only being accumulated. */
  readonly applied: tf.Scalar;
  readonly inputs: BalancerInputs;
}

/**
 * Weighs the losses, and learns the weights from what a step with them does to the loss of each objective on a
 * second batch. 2 K backward passes.
 */
export interface MultiBilevelBalancer extends Stateful {
  readonly kind: 'multi-bilevel';
  /** `[K]`: λ, the factors of the losses as they are now. */
  weights(present: tf.Tensor1D): tf.Tensor1D;
  /**
   * Assigns the weights.
   * @param slopes `[K, K]`: in row k those of the second batch's loss k after the step, by each weight
   * @param losses `[K]`: of the second batch, after the step; 0 where absent
   */
  learn(slopes: tf.Tensor2D, losses: tf.Tensor1D, context: UpperContext): void;
}

/** What the step tells a balancer of a value function besides the products. */
export interface ValueFunctionContext extends UpperContext {
  /** `[K]`: losses of the batch, 0 where absent. */
  readonly losses: tf.Tensor1D;
  /** `[K]`: the same after the descent; those before it where it did not lower their weighed sum. */
  readonly descended: tf.Tensor1D;
}

/**
 * Goes down the losses of a second batch as far as the weighed sum f of the losses of the first stays near to the
 * lowest that a descent with the same weights reaches, and learns the weights along with it. 1 + K backward passes, and
 * as many as the descent has steps.
 */
export interface ValueFunctionBalancer extends Stateful {
  readonly kind: 'value-function';
  /** Plain gradient descent on f, from where the parameters are. */
  readonly descent: { readonly steps: number; readonly rate: number };
  /** `[K]`: λ of f = Σ λᵢ Lᵢ as they are now. */
  weights(present: tf.Tensor1D): tf.Tensor1D;
  /**
   * Assigns the weights.
   * @param gram `[K + 1, K + 1]`: products of the gradients of the second batch's losses, and last of that of f, by
   * the network's parameters
   * @returns the direction `Σ upperₖ ∇L̃ₖ + lower ∇f`; upper is 0 where the second batch has no label
   */
  direction(
    gram: tf.Tensor2D,
    context: ValueFunctionContext,
  ): { readonly upper: tf.Tensor1D; readonly lower: tf.Scalar };
}

/** What the step tells a cross balancer besides the products. */
export interface CrossContext {
  /** `[K]`: 1 where the batch that is stepped on holds a label of the objective, else 0. */
  readonly present: tf.Tensor1D;
  /** `[K]`: 1 where both of the other batches do; that row and column of the products are zero elsewhere. */
  readonly paired: tf.Tensor1D;
  readonly inputs: BalancerInputs;
}

/**
 * Weighs the objectives' gradients of the shared parameters by how those of two other batches agree. What chance
 * put into one batch is not in the other, so that the products are, on average, those of the expected gradients,
 * which products within one batch are not. 3 K backward passes.
 */
export interface CrossBalancer extends Stateful {
  readonly kind: 'cross';
  /**
   * @param products `Aᵢⱼ = gᵢ · g̃ⱼ`, `[K, K]`, of the second and the third batch; not symmetric
   * @returns `[K]`: the coefficients of the direction `Σ wᵢ gᵢ`, of the gradients of the batch that is stepped on
   */
  weights(products: tf.Tensor2D, context: CrossContext): tf.Tensor1D;
}
