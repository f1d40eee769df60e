import * as tf from '@tensorflow/tfjs';
import type { Forward } from './network.ts';
import type { Likelihood, Task } from './task.ts';

/** Tensors of one stream's batch, by the names of its arrays. */
export type Batch = Readonly<Record<string, tf.Tensor>>;

/**
 * The network in training, as a pure function of its inputs. Within one differentiation the same batch
 * gives the same tensors, so that objectives share a pass by calling it with the batch they get.
 */
export type Run = (inputs: Batch) => Forward;

/** What an objective gives for one batch. */
export interface Loss {
  /** A scalar; a mean over what is labelled, so that batches of any size compare. */
  readonly value: tf.Scalar;
  /** 1 when the batch says anything about the objective, else 0; `value` has no part then. */
  readonly present: tf.Scalar;
}

/**
 * One of the things that training makes small: a head's loss, a hint, a penalty. It reads a batch of
 * any arrays, of any rank.
 */
export interface Objective {
  /** In logs `loss/<name>`; unlike any other of the step. */
  readonly name: string;
  /** The head whose output its loss reads; default the one of its name. */
  readonly head?: string;
  /** The stream of batches that it reads. */
  readonly stream: string;
  /** The noise model behind a head's loss, for balancers that learn a noise. */
  readonly likelihood?: Likelihood;
  /** Shapes of one example's arrays that it reads besides the network's inputs, by name. */
  readonly arrays: Readonly<Record<string, readonly number[]>>;
  /** The loss of a batch; runs inside the training step. */
  loss(forward: Run, batch: Batch): Loss;
}

/** The stream whose arrays keep their plain names in a step's signature. */
export const MAIN_STREAM = 'train';

/** Other batches with the arrays of the main stream, for steps that look at two at a time. */
export const SECOND_STREAM = 'second';

/** Yet other batches, for steps that compare two and step on neither. */
export const THIRD_STREAM = 'third';

/** What the objectives of the main stream are on the batches of another that gives the same arrays. */
export const onStream = (objectives: readonly Objective[], stream: string): Objective[] =>
  objectives
    .filter((objective) => objective.stream === MAIN_STREAM)
    .map((objective) => {
      const { name, head = name } = objective;
      return { ...objective, name: `${stream}/${name}`, head, stream };
    });

/**
 * A task's loss as an objective: reads `target/<task>` `[B, …places, C]` and `mask/<task>` `[B, …places, 1]`,
 * as `sampleArrays` gives them; places are those of the picture, or none.
 * @param size `[H, W]` of the picture
 * @example
 * ```ts
 * import { objectiveOf } from '@scene-mtl/core';
 * import { depth } from '@scene-mtl/vision-heads';
 * const { name, stream, arrays } = objectiveOf(depth(), [32, 64]);
 * [name, stream]; // → ['depth', 'train']
 * arrays; // → { 'target/depth': [32, 64, 1], 'mask/depth': [32, 64, 1] }
 * ```
 */
export function objectiveOf(
  task: Pick<Task, 'name' | 'likelihood' | 'targetChannels' | 'places' | 'loss'>,
  size: readonly [number, number],
): Objective {
  const { name, likelihood, targetChannels } = task;
  const places = task.places?.(size) ?? size;
  const [target, mask] = [`target/${name}`, `mask/${name}`];
  return {
    name,
    stream: MAIN_STREAM,
    likelihood,
    arrays: { [target]: [...places, targetChannels], [mask]: [...places, 1] },
    loss: (forward, batch) => ({
      value: task.loss(forward(batch).outputs[name], batch[target], batch[mask]),
      present: tf.cast(tf.greater(tf.sum(batch[mask]), 0), 'float32'),
    }),
  };
}
