import type * as tf from '@tensorflow/tfjs';
import { typeOf, type CaptureBackend } from './backend.ts';
import { closeRegion } from './region.ts';
import type { OutputShape, Region, TraceNode, TraceValue } from './value.ts';

/** Recording of what a loop or a condition runs. */

/** A region, and the values outside that its last parameters stand for. */
export interface Recorded {
  readonly region: Region;
  readonly captured: readonly TraceValue[];
}

/**
 * Records what `body` does as a region, in place of a part of the step.
 * @param body gets a function that makes a parameter of the shape and type of a tensor; gives the results
 */
export function recordRegion(
  backend: CaptureBackend,
  body: (parameterLike: (x: tf.Tensor) => tf.Tensor) => readonly tf.Tensor[],
): Recorded {
  const start = backend.recorded.length;
  const parameters: TraceValue[] = [];
  const results = body(({ shape, dtype }) => {
    const source = { kind: 'parameter', index: parameters.length } as const;
    const made = backend.tensorOf(shape, typeOf(dtype), source);
    parameters.push(backend.traceValue(made.dataId));
    return made;
  }).map((x) => backend.shaped(x));
  const closed = closeRegion(backend.recorded.splice(start), parameters, results);
  backend.recorded.push(...closed.before);
  return closed;
}

/** Runs `body`, and forgets what it recorded. */
export function forgetting<T>(backend: CaptureBackend, body: () => T): T {
  const start = backend.recorded.length;
  try {
    return body();
  } finally {
    backend.recorded.length = start;
  }
}

/** What a node is recorded with. */
type NodeParts = Pick<TraceNode, 'kernel' | 'regions'> & {
  readonly inputs: readonly TraceValue[];
  readonly attrs?: TraceNode['attrs'];
};

/** Records a node that no TensorFlow.js op calls; gives its outputs. */
export function recordNode(
  backend: CaptureBackend,
  { inputs, attrs = {}, ...rest }: NodeParts,
  shapes: readonly OutputShape[],
): TraceValue[] {
  const outputs: TraceValue[] = [];
  const named = Object.fromEntries(inputs.map((value, i) => [`${i}`, value]));
  const node: TraceNode = { ...rest, inputs: named, attrs, outputs, site: backend.place() };
  backend.recorded.push(node);
  for (const { shape, dtype } of shapes) {
    outputs.push({ shape, dtype, source: { kind: 'node', node } });
  }
  return outputs;
}

/** Records a node that runs regions; gives its outputs. */
export const recordRegions = (
  backend: CaptureBackend,
  kernel: string,
  inputs: readonly TraceValue[],
  regions: readonly Region[],
  shapes: readonly OutputShape[],
): tf.Tensor[] =>
  recordNode(backend, { kernel, inputs, regions }, shapes).map((value) => backend.tensorFor(value));
