import type * as tf from '@tensorflow/tfjs';
import type { BalancerInputs, Stateful } from './stateful.ts';

/** What the step tells a gradient balancer besides the gradients. */
export interface GradientContext {
  /** `[K]`: the losses in the order of the objectives. */
  readonly losses: tf.Tensor1D;
  /** `[K]`: 1 where the batch holds a label of the objective, else 0; that row is then zero. */
  readonly present: tf.Tensor1D;
  readonly inputs: BalancerInputs;
}

/** What methods of the gradients have in common. */
interface OfGradients extends Stateful {
  /** Whose gradients gᵢ are. Default: those of the shared parameters; else of the representation they give. */
  readonly mode?: 'parameters' | 'representation';
}

/** Weights that stay as they are from batch to batch. */
export interface KeptWeights {
  /** Whether they stay at a batch, counted from 0: a pure function of it, so that runs can be resumed. */
  at(batch: number): boolean;
  /** `[K]`: what they are there. */
  weights(): tf.Tensor1D;
}

/**
 * Balances the objectives' gradients gᵢ of the shared parameters by their scalar products alone.
 * K backward passes; what follows is of size K × K.
 */
export interface GramianBalancer extends OfGradients {
  readonly kind: 'gramian';
  /** Where there are some, the step takes one backward pass at the batches that they name. */
  readonly kept?: KeptWeights;
  /**
   * @param gram `Mᵢⱼ = gᵢ · gⱼ`, `[K, K]`
   * @returns `[K]`: the coefficients of the direction `Σ wᵢ gᵢ` that stands for the gradient; that of
   * an absent objective is left out by the step, whatever it is
   */
  weights(gram: tf.Tensor2D, context: GradientContext): tf.Tensor1D;
}

/** What the step tells a balancer that keeps something of the parameters. */
export interface JacobianContext extends GradientContext {
  /** What the balancer keeps, by the names in its `memory`: of every element, `[K, P]`, or of every group, `[G, K, K]`. */
  readonly memory: Readonly<Record<string, tf.Variable>>;
}

/**
 * Balances the gradients of each group of shared parameters by itself, by their scalar products within the
 * group. K backward passes.
 */
export interface GroupedBalancer extends OfGradients {
  readonly kind: 'grouped';
  /** The group of a shared parameter, by its name. */
  groupOf(parameter: string): string;
  /** Names of arrays `[G, K, K]` that the step makes for it, 0 at the start: state, as `state` is. */
  readonly memory?: readonly string[];
  /**
   * @param grams `[G, K, K]`: M of each group, in the order in which the parameters name them
   * @returns `[G, K]`: the coefficients of each group's direction
   */
  weights(grams: tf.Tensor3D, context: JacobianContext): tf.Tensor2D;
}

/** Balances the gradients of the shared parameters element by element. K backward passes. */
export interface JacobianBalancer extends OfGradients {
  readonly kind: 'jacobian';
  /**
   * Names of arrays as large as the rows that the step makes for it, 0 at the start: state, as `state` is.
   * How many parameters are shared is the step's to know.
   */
  readonly memory?: readonly string[];
  /**
   * @param rows gᵢ, `[K, P]`
   * @returns `[P]`: the direction that stands for the gradient
   */
  direction(rows: tf.Tensor2D, context: JacobianContext): tf.Tensor1D;
}

/** A method that works on the gradients of each objective. */
export type GradientBalancer = GramianBalancer | GroupedBalancer | JacobianBalancer;
