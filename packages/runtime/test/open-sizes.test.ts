import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { compile } from '../src/index.ts';
import { asEager, floats } from './as-executed.ts';
import { load, typed, type ModelText, type NodeText } from './graph-models.ts';

/** Graph models in which some values are as large as the numbers of a run say, against `executeAsync` and by hand. */

tf.env().set('IS_TEST', true);
beforeAll(() => tf.setBackend('cpu'));

const axis = (name: string, at: number) => ({ [name]: { list: { i: [`${at}`] } } });

/** The first size of `of`, as `name`. */
const sizeOf = (name: string, of: string): NodeText[] => [
  [`${name}/shape`, 'Shape', [of], typed('out_type', 'int32')],
  [name, 'StridedSlice', [`${name}/shape`, 'from', 'to', 'by'], { shrink_axis_mask: { i: '1' } }],
];

/** `of` with as many zeros behind it as are missing to `most`, as `name`. */
const filled = (name: string, of: string, most: string): NodeText[] => [
  ...sizeOf(`${name}/n`, of),
  [`${name}/missing`, 'Sub', [most, `${name}/n`]],
  [`${name}/ends`, 'Pack', ['zero', `${name}/missing`], { axis: { i: '0' }, N: { i: '2' } }],
  [`${name}/pads`, 'ExpandDims', [`${name}/ends`, 'zero']],
  [name, 'Pad', [of, `${name}/pads`]],
];

const constants = {
  zero: { int32: 0 },
  one: { int32: 1 },
  three: { int32: 3 },
  six: { int32: 6 },
  rest: { int32: -1 },
  from: { int32: [0] },
  to: { int32: [1] },
  by: { int32: [1] },
  half: 0.5,
};

/** The numbers of x from ½ on, in the order that they have. */
const chosen: NodeText[] = [
  ['large', 'GreaterEqual', ['x', 'half']],
  ['where', 'Where', ['large']],
  ['places', 'Squeeze', ['where'], axis('squeeze_dims', 1)],
  ['kept', 'GatherV2', ['x', 'places', 'zero']],
];
const x = { x: { shape: [6], dtype: 'float32' } } as const;
const runs = [
  { x: floats(0.9, 0.1, 0.5, 0.2, 0.7, 0.8) },
  { x: floats(0.1, 0.1, 0.2, 0.2, 0.3, 0.4) },
  { x: floats(0.9, 0.8, 0.7, 0.6, 0.5, 0.5) },
];

test('what is chosen, filled up to one size, and how much it is', async () => {
  const text: ModelText = {
    inputs: x,
    constants,
    nodes: [...chosen, ...filled('y', 'kept', 'six'), ...sizeOf('n', 'kept')],
    outputs: ['y', 'n'],
  };
  const [y, n] = await asEager(text, runs);
  expect(y).toBeAllClose([0.9, 0.5, 0.7, 0.8, 0, 0]);
  expect(n).toEqual([4]);
});

test('what is chosen, cut or filled up to one size, sorted, and summed', async () => {
  const text: ModelText = {
    inputs: x,
    constants,
    nodes: [
      ...chosen,
      ...sizeOf('n', 'kept'),
      ['range', 'Range', ['zero', 'n', 'one']],
      ['all', 'GatherV2', ['kept', 'range', 'zero']],
      ['sorted', 'TopKV2', ['all', 'n'], { sorted: { b: true } }],
      ['over', 'Sub', ['n', 'three']],
      ['many', 'Greater', ['over', 'zero']],
      ['length', 'Select', ['many', 'three', 'rest']],
      ['size', 'ExpandDims', ['length', 'zero']],
      ['cut', 'Slice', ['sorted', 'from', 'size']],
      ...filled('y', 'cut', 'three'),
      ['ones', 'Fill', ['n/shape', 'half']],
      ['twice', 'Mul', ['kept', 'ones']],
      ['sum', 'Sum', ['twice', 'zero'], { keep_dims: { b: false } }],
      ['z', 'Identity', ['sum']],
    ],
    outputs: ['y', 'z'],
  };
  const [y, z] = await asEager(text, runs);
  expect(y).toBeAllClose([0.9, 0.8, 0.7]);
  // (0.9 + 0.5 + 0.7 + 0.8)/2.
  expect(z).toBeAllClose([1.45]);
});

test('boxes that remain of those that overlap, filled up', async () => {
  const suppressed = ['boxes', 'scores', 'three', 'half', 'least'];
  const text: ModelText = {
    inputs: {
      boxes: { shape: [4, 4], dtype: 'float32' },
      scores: { shape: [4], dtype: 'float32' },
    },
    constants: { ...constants, least: 0.1, none: 0 },
    nodes: [
      ['v3', 'NonMaxSuppressionV3', suppressed],
      ['v5', 'NonMaxSuppressionV5', [...suppressed, 'none']],
      ['best', 'GatherV2', ['scores', 'v3', 'zero']],
      ...filled('y', 'v3', 'three'),
      ...filled('z', 'best', 'three'),
      ...filled('u', 'v5:1', 'three'),
    ],
    outputs: ['y', 'z', 'u'],
  };
  // The second overlaps the first by 0.9/1.1, the third stands alone, the fourth scores less than 0.1.
  const boxes = floats(0, 0, 1, 1, 0, 0.1, 1, 1.1, 2, 2, 3, 3, 4, 4, 5, 5);
  const [kept, scores] = await asEager(text, [
    { boxes, scores: floats(0.6, 0.8, 0.9, 0.05) },
    { boxes, scores: floats(0.05, 0.05, 0.05, 0.05) },
    { boxes, scores: floats(0.9, 0.8, 0.3, 0.4) },
  ]);
  expect(kept).toEqual([2, 1, 0]);
  expect(scores).toBeAllClose([0.9, 0.8, 0]);
});

test('what is never filled up to one size is refused, with node, place and what to do', async () => {
  const model = await load({ inputs: x, constants, nodes: chosen, outputs: ['kept'] });
  await expect(compile((given) => ({ y: model.execute(given) as tf.Tensor }), x)).rejects.toThrow(
    /graph model run at .*open-sizes\.test\.ts:\d+:\d+: node 'kept' \(GatherV2\): how large .*fill it up to one size/,
  );
});
