import * as tf from '@tensorflow/tfjs';
import { numbersOf } from '../kernels/known.ts';
import type { GraphNode } from './converter.ts';
import { tensorIn, type Value } from './list-ops.ts';
import { CONSTANT, refused } from './refuse.ts';

/** Ops whose results are as large as the numbers that they are given say. TensorFlow.js runs them by promises. */

type DynamicOp = (node: GraphNode, inputs: readonly Value[]) => readonly tf.Tensor[];

const numbersIn = (node: GraphNode, inputs: readonly Value[], i: number) => {
  const numbers = numbersOf(tensorIn(node, inputs[i], i));
  if (numbers) return numbers;
  throw refused(node, `how large its result is depends on an input of the step; ${CONSTANT}`);
};

/** Boxes, scores, and the numbers that say what is kept. */
function boxesIn(node: GraphNode, inputs: readonly Value[]) {
  const [most, iou, score, sigma] = inputs
    .slice(2)
    .map((_, k) => numbersIn(node, inputs, k + 2)[0]);
  const boxes = tensorIn(node, inputs[0], 0) as tf.Tensor2D;
  const scores = tensorIn(node, inputs[1], 1) as tf.Tensor1D;
  return { boxes, scores, most, iou, score, sigma };
}

const suppressed: DynamicOp = (node, inputs) => {
  const { boxes, scores, most, iou, score } = boxesIn(node, inputs);
  return [tf.image.nonMaxSuppression(boxes, scores, most, iou, score)];
};

/** Each op by its name. */
export const dynamicOps: Readonly<Record<string, DynamicOp>> = {
  /** Indices of what is not 0, `[found, rank]`. */
  Where: (node, inputs) => {
    const { shape, strides } = tensorIn(node, inputs[0], 0);
    const places = Array.from(numbersIn(node, inputs, 0)).flatMap((x, i) => (x ? [i] : []));
    const steps = shape.length > 0 ? [...strides, 1] : [];
    const indices = places.flatMap((at) =>
      steps.map((step, axis) => Math.floor(at / step) % shape[axis]),
    );
    return [tf.tensor2d(indices, [places.length, shape.length], 'int32')];
  },
  /** What the first list has and the second has not, and where. */
  ListDiff: (node, inputs) => {
    const [all, without] = [0, 1].map((i) => Array.from(numbersIn(node, inputs, i)));
    const { dtype } = tensorIn(node, inputs[0], 0);
    const kept = all.flatMap((x, i) => (without.includes(x) ? [] : [i]));
    return [
      tf.tensor1d(
        kept.map((i) => all[i]),
        dtype,
      ),
      tf.tensor1d(kept, 'int32'),
    ];
  },
  NonMaxSuppressionV2: suppressed,
  NonMaxSuppressionV3: suppressed,
  NonMaxSuppressionV4: (node, inputs) => {
    const { boxes, scores, most, iou, score } = boxesIn(node, inputs);
    const padded = node.attrParams['padToMaxOutputSize']?.value === true;
    const found = tf.image.nonMaxSuppressionPadded(boxes, scores, most, iou, score, padded);
    return [found['selectedIndices'], found['validOutputs']];
  },
  NonMaxSuppressionV5: (node, inputs) => {
    const { boxes, scores, most, iou, score, sigma } = boxesIn(node, inputs);
    const found = tf.image.nonMaxSuppressionWithScore(boxes, scores, most, iou, score, sigma);
    return [found['selectedIndices'], found['selectedScores']];
  },
};
