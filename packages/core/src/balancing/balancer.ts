import * as tf from '@tensorflow/tfjs';
import type { Likelihood } from '../task.ts';

/** One value per objective, by its name. */
export type PerTask<T> = Readonly<Record<string, T>>;

/** What is balanced: an objective's name and, where its loss is one, the likelihood behind it. */
export interface Balanced {
  readonly name: string;
  readonly likelihood?: Likelihood;
}

/** What every balancer may hold and ask for. */
export interface Stateful {
  readonly name: string;
  /** Variables trained by gradient along with the network, by a stable name. */
  readonly variables: PerTask<tf.Variable>;
  /** Variables that the balancer itself assigns, by a stable name; part of a checkpoint. */
  readonly state: Readonly<Record<string, tf.Variable>>;
  /** Shapes of the float32 inputs that it needs with each batch. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /**
   * Values of `inputs` at a batch, counted from 0 (the step, unless gradients are accumulated): a
   * pure function of it, so that runs can be resumed.
   */
  inputsAt(batch: number): Readonly<Record<string, Float32Array>>;
  /**
   * What a person should know of the numbers that a step gave (`loss/<task>`, `present/<task>` …), a sentence
   * each that names the task; said once in a run.
   */
  readonly notices?: (values: Readonly<Record<string, number>>) => readonly string[];
}

/** Tensors of the shapes that {@link Stateful.inputs} states, by its names. */
export type BalancerInputs = Readonly<Record<string, tf.Tensor>>;

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

/** Parts of a balancer that most methods leave empty. */
export const nothing = {
  variables: {},
  state: {},
  inputs: {},
  /** No inputs, at every batch. */
  inputsAt: () => ({}),
} as const;

/** Σ of scalars, in the order given. */
export const sumOf = (terms: readonly tf.Scalar[]): tf.Scalar =>
  terms.reduce((a, b) => tf.add(a, b));

/** The numbers of a vector, one by one. */
export const scalarsOf = (vector: tf.Tensor): tf.Scalar[] =>
  Array.from({ length: vector.size }, (_, i) =>
    tf.reshape<tf.Rank.R0>(tf.slice(vector, [i], [1]), []),
  );

/** Throws unless `losses` has exactly the objectives that the balancer was made for. */
export function checkTasks(where: string, expected: readonly string[], losses: object): void {
  const got = Object.keys(losses);
  if (got.length !== expected.length || !expected.every((task) => got.includes(task))) {
    throw new Error(
      `${where}: expected losses of the tasks [${expected.join(', ')}], got [${got.join(', ')}]`,
    );
  }
}

/** An input of the step by its name. @throws when the step did not give it */
export function inputOf(where: string, inputs: BalancerInputs, name: string): tf.Tensor {
  const input = inputs[name];
  if (!input) throw new Error(`${where}: expected the input \`${name}\` of the step`);
  return input;
}

/** A `PerTask` from one scalar per task, in the order of the tasks. */
export const perTask = <T>(tasks: readonly string[], of: (task: string, i: number) => T) =>
  Object.fromEntries(tasks.map((task, i) => [task, of(task, i)] as const)) as PerTask<T>;

/** `weight/<task>` of every task. */
export const weightReport = (
  tasks: readonly string[],
  of: (task: string, i: number) => tf.Scalar,
): Record<string, tf.Scalar> =>
  Object.fromEntries(tasks.map((task, i) => [`weight/${task}`, of(task, i)]));
