import * as tf from '@tensorflow/tfjs';
import { onCpu } from '../capture/evaluate.ts';
import { numbersOf } from '../kernels/known.ts';
import { runNode, type Executor, type GraphNode } from './converter.ts';
import type { Value } from './list-ops.ts';
import { integersOf, notedSizes, OpenValue, withSizes } from './open.ts';
import { OpenCall } from './open-call.ts';
import { openNumbers } from './open-numbers.ts';
import { openShapes, type OpenOp } from './open-shapes.ts';
import { recorder, recorderOf } from './record.ts';
import { refused } from './refuse.ts';
import { linear } from './sizes.ts';

/** Nodes whose results are as large as the numbers of a run say, and those that read them. */

const openOps: Readonly<Record<string, OpenOp>> = { ...openShapes, ...openNumbers };

const isUnknown = (value: Value): boolean =>
  value instanceof OpenValue || (value instanceof tf.Tensor && !numbersOf(value));

/**
 * Records a node on values of which only a run knows how large they are.
 * @returns undefined where it has none of those
 */
export function recordedOpen(
  node: GraphNode,
  inputs: readonly Value[],
): readonly Value[] | undefined {
  if (!recorder()) return undefined;
  // A control input alone.
  if (node.op === 'NoOp') return [tf.scalar(1)];
  const op = openOps[node.op] as OpenOp | undefined;
  const open = inputs.some((input) => input instanceof OpenValue);
  if (!open && !op?.decides?.some((i) => isUnknown(inputs[i]))) return undefined;
  if (op) return op.record(new OpenCall(node, recorderOf(node), inputs));
  throw refused(
    node,
    'how large what it reads is depends on an input of the step, and it has no lowering for that; ' +
      'fill it up to one size in the model, or run model.executeAsync() outside of compile()',
  );
}

/** Ops through which sizes go as linear functions. */
const linearOps = new Set(['StridedSlice', 'Slice', 'Pack', 'ExpandDims', 'Reshape', 'Squeeze'])
  .add('ConcatV2')
  .add('Add')
  .add('AddV2')
  .add('Sub');

/** The results of a node, with what is known of how they come from sizes. */
export function withKnownSizes(
  executor: Executor,
  node: GraphNode,
  inputs: readonly tf.Tensor[],
  results: readonly (tf.Tensor | undefined)[],
): readonly (tf.Tensor | undefined)[] {
  const backend = recorder();
  const [result] = results;
  if (!backend || !linearOps.has(node.op) || result?.dtype !== 'int32') return results;
  if (!inputs.some((x) => x.dtype === 'int32' && notedSizes(backend, x))) return results;
  const sizes = linear(
    inputs.map((x) => integersOf(backend, x)),
    (numbers) =>
      onCpu(() => {
        const tensors = inputs.map((x, i) => tf.tensor([...numbers[i]], x.shape, 'int32'));
        return Array.from((runNode(executor, node, tensors)[0] as tf.Tensor).dataSync());
      }),
  );
  return [withSizes(backend, result, sizes)];
}
