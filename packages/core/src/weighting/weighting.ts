import * as tf from '@tensorflow/tfjs';
import type { Likelihood } from '../task.ts';

/** One scalar per task, by task name. */
export type PerTask<T> = Readonly<Record<string, T>>;

/** What a weighting may need besides the losses of the step. */
export interface WeightingContext {
  /** 1 when the batch holds at least one label of the task, else 0. Default: all are present. */
  readonly present?: PerTask<tf.Scalar>;
  /** Tensors of the shapes that {@link Weighting.inputs} states, by its names. */
  readonly inputs?: Readonly<Record<string, tf.Tensor>>;
}

/** Result of {@link Weighting.combine}. */
export interface Combined {
  /** What is differentiated. */
  readonly total: tf.Scalar;
  /**
   * What is logged: `weight/<task>`, the factor of the task's loss in `total`, and for methods that
   * learn a noise `sigma2/<task>` (σ², or the scale b of a Laplace likelihood).
   */
  readonly report: Readonly<Record<string, tf.Scalar>>;
}

/**
 * Turns one loss per task into the one that is minimised. Runs inside the training step: it reads no
 * value, draws nothing and creates no variable there.
 */
export interface Weighting {
  readonly name: string;
  /** Variables trained by gradient along with the network, by a stable name. */
  readonly variables: Readonly<Record<string, tf.Variable>>;
  /** Variables that `combine` itself assigns, by a stable name; part of a checkpoint. */
  readonly state: Readonly<Record<string, tf.Variable>>;
  /** Shapes of the float32 inputs that it needs with each batch. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /**
   * Values of `inputs` at a batch, counted from 0 (the step, unless gradients are accumulated): a
   * pure function of it, so that runs can be resumed.
   */
  inputsAt(batch: number): Readonly<Record<string, Float32Array>>;
  /**
   * Replaces a task's output before its loss is taken, for likelihoods that are not a multiple of
   * the loss. Reported losses stay those of the output itself.
   */
  readonly scaleOutput?: (output: tf.Tensor4D, task: string, likelihood: Likelihood) => tf.Tensor4D;
  /**
   * @param losses mean loss per task, a scalar each
   * @param likelihoods of the same tasks
   * @throws when the tasks are not those it was made for
   */
  combine(
    losses: PerTask<tf.Scalar>,
    likelihoods: PerTask<Likelihood>,
    context?: WeightingContext,
  ): Combined;
}

/** Parts of a weighting that most methods leave empty. */
export const nothing = {
  variables: {},
  state: {},
  inputs: {},
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

/** Throws unless `losses` has exactly the tasks that the weighting was made for. */
export function checkTasks(where: string, expected: readonly string[], losses: object): void {
  const got = Object.keys(losses);
  if (got.length !== expected.length || !expected.every((task) => got.includes(task))) {
    throw new Error(
      `${where}: expected losses of the tasks [${expected.join(', ')}], got [${got.join(', ')}]`,
    );
  }
}

/** Throws unless there is at least one task and no name occurs twice. */
export function checkNames(where: string, tasks: readonly string[]): void {
  if (tasks.length === 0 || new Set(tasks).size < tasks.length) {
    throw new Error(`${where}: expected one or more distinct tasks, got [${tasks.join(', ')}]`);
  }
}
