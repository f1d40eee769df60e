import * as tf from '@tensorflow/tfjs';
import { runOnNumbers, type Known } from '../capture/evaluate.ts';
import { known, numbersOf } from './known.ts';
import { defineCompositions, type Composition } from './kernel.ts';

/** Kernels of sparse tensors and of sorted rows, where what decides on the size of the result is known. */

type Inputs = Readonly<Record<string, tf.Tensor>>;

const knownInput = (kernel: string, name: string, inputs: Inputs): Known => ({
  data: known(kernel, name, inputs[name]),
  shape: inputs[name].shape,
  dtype: inputs[name].dtype,
});

/** Rows of `data` at `indices`, summed (or their mean) by segment; a segment without rows is 0. */
const segmentReduction = (name: string, mean: boolean): Composition => ({
  name,
  lowering: 'gather, UnsortedSegmentSum; the segment ids must be known',
  compose: ({ data, indices, segmentIds }) => {
    const ids = Array.from(known(name, 'segmentIds', segmentIds));
    if (ids.some((id, i) => id < 0 || (i > 0 && id < ids[i - 1]))) {
      throw new Error(`expected segment ids from 0 that do not fall, got ${ids.join(', ')}`);
    }
    const segments = ids.length > 0 ? ids[ids.length - 1] + 1 : 0;
    const shape = [segments, ...data.shape.slice(1)];
    if (segments === 0) return tf.zeros(shape, data.dtype);
    const rows = tf.cast(tf.gather(data, indices), 'float32');
    const sums = tf.unsortedSegmentSum(rows, tf.tensor1d(ids, 'int32'), segments);
    const counts = new Float32Array(segments);
    for (const id of ids) counts[id]++;
    const sizes = tf.tensor(
      counts.map((count) => Math.max(count, 1)),
      [segments, ...data.shape.slice(1).map(() => 1)],
    );
    return tf.cast(mean ? tf.div(sums, sizes) : sums, data.dtype);
  },
});

/** The place of each element in the flattened tensor, counted anew in another shape. */
const sparseReshape: Composition = {
  name: 'SparseReshape',
  lowering: 'arithmetic of the indices; both shapes must be known',
  compose: (inputs) => {
    const { inputIndices } = inputs;
    const inputShape = knownInput('SparseReshape', 'inputShape', inputs);
    const newShape = knownInput('SparseReshape', 'newShape', inputs);
    const none = { data: new Int32Array(0), shape: [0, inputShape.data.length] };
    // TensorFlow.js fills in the size that is left open, and says what does not fit.
    const [, shape] = runOnNumbers(
      'SparseReshape',
      { inputIndices: { ...none, dtype: 'int32' }, inputShape, newShape },
      {},
    );
    const strides = (sizes: readonly number[]) =>
      sizes.map((_, i) => tf.util.sizeFromShape([...sizes.slice(i + 1)]));
    const from = tf.tensor1d(strides(Array.from(inputShape.data)), 'int32');
    let rest = tf.sum(tf.mul(inputIndices, from), 1);
    const columns = strides(Array.from(shape.data)).map((stride) => {
      const by = tf.scalar(stride, 'int32');
      const at = tf.floorDiv(rest, by);
      rest = tf.sub(rest, tf.mul(at, by));
      return at;
    });
    const indices =
      columns.length > 0
        ? tf.stack(columns, 1)
        : tf.zeros([inputIndices.shape[0] ?? 0, 0], 'int32');
    return [indices, tf.tensor1d(shape.data, 'int32')];
  },
};

/** TensorFlow.js fills numbered values; their numbers say which value goes where. */
const sparseFillEmptyRows: Composition = {
  name: 'SparseFillEmptyRows',
  lowering: 'gather with constant indices; indices and dense shape must be known',
  compose: (inputs) => {
    const kernel = 'SparseFillEmptyRows';
    const { values, defaultValue } = inputs;
    const count = values.size;
    const numbered: Known = {
      data: Int32Array.from({ length: count }, (_, i) => i),
      shape: values.shape,
      dtype: 'int32',
    };
    const [indices, picked, empty, back] = runOnNumbers(
      kernel,
      {
        indices: knownInput(kernel, 'indices', inputs),
        values: numbered,
        denseShape: knownInput(kernel, 'denseShape', inputs),
        defaultValue: { data: Int32Array.of(count), shape: [], dtype: 'int32' },
      },
      {},
    );
    const made = ({ data, shape, dtype }: Known) => tf.tensor(data, [...shape], dtype);
    const all = tf.concat([tf.reshape(values, [count]), tf.reshape(defaultValue, [1])]);
    return [made(indices), tf.gather(all, made(picked)), made(empty), made(back)];
  },
};

/** How many elements of each sorted row are below a value, or not above it. */
const searchSorted: Composition = {
  name: 'SearchSorted',
  lowering: 'comparison of every value with every element, sum',
  compose: ({ sortedSequence, values }, { side }) => {
    const [row, value] = [tf.expandDims(sortedSequence, 1), tf.expandDims(values, 2)];
    const before = side === 'left' ? tf.less(row, value) : tf.lessEqual(row, value);
    return tf.sum(tf.cast(before, 'int32'), 2);
  },
};

/** The shape that two shapes broadcast to. */
const broadcastArgs: Composition = {
  name: 'BroadcastArgs',
  lowering: 'constant where the shapes are known; else where, after 1s in front of the shorter one',
  compose: ({ s0, s1 }) => {
    const [a, b] = [numbersOf(s0), numbersOf(s1)];
    if (a && b) {
      const shape = tf.backend_util.assertAndGetBroadcastShape(Array.from(a), Array.from(b));
      return tf.tensor1d(shape, 'int32');
    }
    const rank = Math.max(s0.size, s1.size);
    const [first, second] = [s0, s1].map((s) =>
      tf.concat([tf.ones([rank - s.size], 'int32'), tf.cast(s, 'int32')]),
    );
    return tf.where(tf.equal(first, tf.scalar(1, 'int32')), second, first);
  },
};

/**
 * Draws with a seed are the same on every call, so they are constants; every row has the same ones, as in
 * TensorFlow.js. A draw is the first event whose cumulative probability is above it.
 */
const multinomial: Composition = {
  name: 'Multinomial',
  lowering: 'constant draws (it has a seed) against cumulative sums of the probabilities',
  compose: ({ logits }, attrs) => {
    const [rows, events] = logits.shape;
    const samples = attrs['numSamples'] as number;
    const shape: [number, number] = [rows, samples];
    if (events < 2 || tf.util.sizeFromShape(shape) === 0) return tf.zeros(shape, 'int32');
    const p = attrs['normalized'] ? logits : tf.softmax(logits as tf.Tensor2D);
    const sums = tf.cumsum(tf.slice(p, [0, 0], [rows, events - 1]), 1);
    const draws = tf.randomUniform([1, samples, 1], 0, 1, 'float32', attrs['seed'] as number);
    const passed = tf.greaterEqual(draws, tf.expandDims(sums, 1));
    return tf.sum(tf.cast(passed, 'int32'), 2);
  },
};

defineCompositions(
  segmentReduction('SparseSegmentSum', false),
  segmentReduction('SparseSegmentMean', true),
  sparseReshape,
  sparseFillEmptyRows,
  searchSorted,
  broadcastArgs,
  multinomial,
);
