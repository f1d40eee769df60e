import * as tf from '@tensorflow/tfjs';
import { runOnNumbers } from '../capture/evaluate.ts';
import { defineCompositions, defineKernels, type Composition, type Kernel } from './kernel.ts';
import { numbersOf } from './known.ts';

/** The next number below x in float32. */
export function nextBelow(x: number): number {
  const bits = new Int32Array(new Float32Array([x]).buffer);
  bits[0]--;
  return new Float32Array(bits.buffer)[0];
}

/**
 * The boxes kept, filled up with 0 to the number asked for, so that the size is known. TensorFlow.js drops a box whose
 * overlap is at least the threshold, ONNX one whose overlap is above it.
 */
const padded: Kernel = {
  name: 'NonMaxSuppressionV4',
  lowering: 'NonMaxSuppression, filled up with 0',
  infer: (_, attrs) => {
    if (!attrs['padToMaxOutputSize']) {
      throw new Error(
        'how many boxes it keeps depends on their numbers; set padToMaxOutputSize, the last argument of ' +
          'tf.image.nonMaxSuppressionPadded, and return validOutputs too',
      );
    }
    return [
      { shape: [attrs['maxOutputSize'] as number], dtype: 'int32' },
      { shape: [], dtype: 'int32' },
    ];
  },
  lower: (ctx, { inputs: { boxes, scores }, attrs, outputs: [selected, valid] }) => {
    const { graph: g } = ctx;
    const [most] = selected.shape;
    const [count] = scores.shape;
    const iou = attrs['iouThreshold'] as number;
    const least = attrs['scoreThreshold'] as number;
    if (most === 0 || count === 0) {
      ctx.define(selected, 'plain', g.typed(new Array<number>(most).fill(0), [most], 'int32'));
      return ctx.define(valid, 'plain', g.typed([0], [], 'int32'));
    }
    // Every box overlaps another one by at least 0: the first one alone stays.
    const kept = iou <= 0 ? 1 : most;
    const triples = g.op(
      'NonMaxSuppression',
      [
        g.reshape(ctx.plain(boxes), [1, count, 4]),
        g.reshape(ctx.plain(scores), [1, 1, count]),
        g.ints([kept]),
        g.floats([iou <= 0 ? 0 : nextBelow(Math.min(iou, 1))]),
        Number.isFinite(least) ? g.floats([least]) : undefined,
      ],
      [kept, 3],
      {},
      { type: 'int64' },
    );
    // The graph states the greatest size; the true one is known in the run alone.
    const indices = g.cast(
      g.op('Gather', [triples, g.typed([2], [], 'int64')], [kept], { axis: 1 }),
      'int32',
    );
    const zeros = g.typed(new Array<number>(most).fill(0), [most], 'int32');
    const filled = g.op('Concat', [indices, zeros], [kept + most], { axis: 0 });
    ctx.define(
      selected,
      'plain',
      g.op('Slice', [filled, g.ints([0]), g.ints([most]), g.ints([0])], [most]),
    );
    const size = g.op('Shape', [indices], [1], {}, { type: 'int64' });
    ctx.define(valid, 'plain', g.cast(g.reshape(size, []), 'int32'));
  },
};

/** Of boxes and scores that depend on no input it is known how many are kept. */
const constant: Composition = {
  name: 'NonMaxSuppressionV4',
  lowering: 'without filling up: of constants alone, a constant',
  when: ({ padToMaxOutputSize }, inputs) =>
    !padToMaxOutputSize && Object.values(inputs).every((x) => numbersOf(x) !== undefined),
  compose: (inputs, attrs) => {
    const numbers = Object.fromEntries(
      Object.entries(inputs).map(([name, x]) => {
        const data = numbersOf(x) as Float32Array;
        return [name, { data, shape: x.shape, dtype: x.dtype }];
      }),
    );
    return runOnNumbers('NonMaxSuppressionV4', numbers, attrs).map(({ data, shape, dtype }) =>
      tf.tensor(data, [...shape], dtype),
    );
  },
};

defineKernels(padded);
defineCompositions(constant);
