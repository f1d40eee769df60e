import * as tf from '@tensorflow/tfjs';
import { CAPTURE, type CaptureBackend } from '../capture/backend.ts';
import type { Recorded } from '../capture/record-region.ts';
import type { Region, TraceValue } from '../capture/value.ts';
import type { GraphNode } from './converter.ts';
import { ListValue } from './list.ts';
import type { Value } from './list-ops.ts';
import { refused } from './refuse.ts';

/** Loops and conditions whose course depends on an input: recorded with what they run, to be decided in the run. */

/** The backend that records a step; undefined where the step computes. */
export const recorder = (): CaptureBackend | undefined =>
  tf.getBackend() === CAPTURE ? (tf.backend() as CaptureBackend) : undefined;

/** The backend that records a step, for what can only be recorded. */
export function recorderOf(node: GraphNode): CaptureBackend {
  const backend = recorder();
  if (!backend) throw refused(node, 'its numbers cannot be read');
  const { state } = tf.engine() as unknown as { state: { gradientDepth: number } };
  if (state.gradientDepth > 0) {
    throw refused(
      node,
      'how it goes on depends on an input of the step, and then it has no gradient; compute the gradient ' +
        'outside of what it gives, or let what decides be a constant that the step closes over',
    );
  }
  return backend;
}

/** Numbers as the truth of a predicate, `[]`. */
export const truth = (x: tf.Tensor): tf.Tensor => tf.reshape(tf.cast(x, 'bool'), []);

/** A value as one tensor: a list as its rows. */
export function flat(node: GraphNode, value: Value): tf.Tensor {
  if (value instanceof tf.Tensor) return value;
  if (value instanceof ListValue) return value.rows();
  if (value) {
    throw refused(
      node,
      'how large what it hands on is depends on an input of the step; fill it up to one size in the model',
    );
  }
  throw refused(node, 'it hands on a value that no branch has computed');
}

/** A tensor as a value of the kind of another. */
export const unflat = (like: Value, x: tf.Tensor): Value =>
  like instanceof ListValue ? like.with(x) : x;

const stated = ({ dtype, shape }: { readonly dtype: string; readonly shape: readonly number[] }) =>
  `${dtype} [${shape.join(', ')}]`;

/** Checks that two values can be one. */
export function checkSame(node: GraphNode, what: string, was: tf.Tensor, is: tf.Tensor): void {
  if (was.dtype === is.dtype && tf.util.arraysEqual(was.shape, is.shape)) return;
  throw refused(
    node,
    `${what} is ${stated(was)}, then ${stated(is)}, and a captured step has one size of each; ` +
      'pad it to one size in the model, or run model.executeAsync() outside of compile()',
  );
}

/** Makes regions read the same parameters: first those of the first one's captures, then of the second's, and so on. */
export function alignRegions(closed: readonly Recorded[]): {
  readonly regions: Region[];
  readonly captured: TraceValue[];
} {
  const captured = closed.flatMap((one) => one.captured);
  let start = 0;
  const regions = closed.map(({ region, captured: own }) => {
    const at = start;
    start += own.length;
    const parameters = captured.map((value, index): TraceValue => {
      const k = index - at;
      return k >= 0 && k < own.length
        ? region.parameters[k]
        : { ...value, source: { kind: 'parameter', index } };
    });
    return { ...region, parameters };
  });
  return { regions, captured };
}
