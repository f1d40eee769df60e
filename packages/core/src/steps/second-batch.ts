import * as tf from '@tensorflow/tfjs';
import { MAIN_STREAM, onStream, SECOND_STREAM, type Objective } from '../objective.ts';
import type { Gradients } from '../optimisers/optimiser.ts';
import type { Differentiated } from './differentiated.ts';
import { outlineOf, type StepOptions, type TrainingStep } from './step.ts';

/** `[K]` of scalars. */
export const stacked = (values: readonly tf.Scalar[]): tf.Tensor1D =>
  tf.stack([...values]) as tf.Tensor1D;

/** The objectives of the main stream on the stream `second`, and the outline of a step that reads those too. */
export function withSecondBatch(options: StepOptions): {
  readonly second: readonly Objective[];
  readonly outline: Omit<TrainingStep, 'run'>;
} {
  const { objectives, batchSizes } = options;
  const second = onStream(objectives, SECOND_STREAM);
  const outline = outlineOf({
    ...options,
    objectives: [...objectives, ...second],
    batchSizes: { ...batchSizes, [SECOND_STREAM]: batchSizes[MAIN_STREAM] },
  });
  return { second, outline };
}

/** What objectives gave on another batch than the one that is stepped on, in the places of all. */
export interface OnOtherBatch {
  /** Of each objective; none where it is absent. */
  readonly gradients: readonly Gradients[];
  /** `[K]` */
  readonly losses: tf.Tensor1D;
  /** `[K]`: 1 or 0. */
  readonly present: tf.Tensor1D;
}

/**
 * Puts what the objectives of the main stream gave on another batch in the places of all; those that read another
 * stream count as absent.
 * @param given in the order of those of the main stream
 */
export function inPlace(
  objectives: readonly Objective[],
  given: readonly Differentiated[],
): OnOtherBatch {
  const left = [...given];
  const placed = objectives.map(({ stream }) =>
    stream === MAIN_STREAM ? left.shift() : undefined,
  );
  return {
    gradients: placed.map((one): Gradients => one?.gradients ?? {}),
    losses: stacked(placed.map((one) => one?.value ?? tf.scalar(0))),
    present: stacked(placed.map((one) => one?.present ?? tf.scalar(0))),
  };
}
