import type * as tf from '@tensorflow/tfjs';
import type { PerTask } from './per-task.ts';

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

/** Parts of a balancer that most methods leave empty. */
export const nothing = {
  variables: {},
  state: {},
  inputs: {},
  /** No inputs, at every batch. */
  inputsAt: () => ({}),
} as const;

/** Tensors of the shapes that {@link Stateful.inputs} states, by its names. */
export type BalancerInputs = Readonly<Record<string, tf.Tensor>>;

/** An input of the step by its name. @throws when the step did not give it */
export function inputOf(where: string, inputs: BalancerInputs, name: string): tf.Tensor {
  const input = inputs[name];
  if (!input) throw new Error(`${where}: expected the input \`${name}\` of the step`);
  return input;
}
