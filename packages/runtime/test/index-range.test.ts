import { expect, test } from '@jest/globals';
import { mayFail, rangeOf } from '../src/lowering/index-range.ts';
import { Links } from '../src/lowering/links.ts';
import { Graph, type Ref } from '../src/onnx/graph.ts';

/** Bounds of indices, by hand. */

const ranges: Record<string, [make: (g: Graph) => Ref, range: [number, number] | undefined]> = {
  'a constant': [(g) => g.typed([3, -2, 5], [3], 'int64'), [-2, 5]],
  'an input': [(g) => g.input('i', [4], 'int32'), undefined],
  'clipped integers, in another shape': [
    (g) => g.reshape(clipped(g, g.input('i', [4], 'int32'), 0, 18), [2, 2]),
    [0, 18],
  ],
  // Not a number stays what it is, and becomes the least integer.
  'clipped numbers made integers': [
    (g) => g.cast(clipped(g, g.input('x', [4], 'float32'), 0, 18), 'int32'),
    undefined,
  ],
  'the greatest of 7, one further': [
    (g) => g.op('Add', [greatest(g), g.typed([1], [], 'int64')], [2], {}, { type: 'int64' }),
    [1, 7],
  ],
  // 0 − 3 · 6 = −18, 6 − 3 · 0 = 6.
  'a difference with a multiple': [
    (g) => {
      const multiple = g.op('Mul', [greatest(g), g.typed([3], [], 'int64')], [2]);
      return g.op('Sub', [greatest(g), multiple], [2]);
    },
    [-18, 6],
  ],
  // 2 · 3 images of 4 × 5 pixels.
  'places of the greatest in windows': [(g) => pooled(g)[1], [-20, 119]],
  'the greatest in windows': [(g) => pooled(g)[0], undefined],
  'either of two': [
    (g) => g.op('Concat', [greatest(g), g.ints([9])], [3], { axis: 0 }, { type: 'int64' }),
    [0, 9],
  ],
};

const clipped = (g: Graph, x: Ref, low: number, high: number): Ref =>
  g.op('Clip', [x, g.typed([low], [], x.type), g.typed([high], [], x.type)], x.shape);

const greatest = (g: Graph): Ref =>
  g.op('ArgMax', [g.floats(new Float32Array(14), [2, 7])], [2], { axis: -1 }, { type: 'int64' });

const pooled = (g: Graph): readonly Ref[] =>
  g.ops(
    'MaxPool',
    [g.input('x', [2, 3, 4, 5], 'float32')],
    [{ shape: [2, 3, 2, 2] }, { shape: [2, 3, 2, 2], type: 'int64' }],
    { kernel_shape: [2, 2], strides: [2, 2] },
  );

test.each(Object.entries(ranges))('the range of %s', (_, [make, range]) => {
  const g = new Graph();
  const ref = make(g);
  g.output(ref);
  expect(rangeOf(g, new Links(g.live().nodes), ref)).toEqual(range);
});

test.each([
  [6, false],
  // Of 7 places the last has the number 6.
  [7, true],
])('an index up to 6 and a constant of %d into 7 places', (constant, fails) => {
  const g = new Graph();
  const data = g.input('data', [7, 2], 'float32');
  const index = g.op('Concat', [greatest(g), g.ints([constant])], [3], { axis: 0 });
  g.output(g.op('Gather', [data, index], [3, 2], { axis: 0 }));
  const { nodes } = g.live();
  const gather = nodes[nodes.length - 1];
  expect(gather.op).toBe('Gather');
  expect(mayFail(g, new Links(nodes), gather)).toBe(fails);
});
