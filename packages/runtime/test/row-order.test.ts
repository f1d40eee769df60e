import { expect, test } from '@jest/globals';
import { gatherRows, tileOrder } from '../src/kernels/row-order.ts';
import { Graph, type Ref } from '../src/onnx/graph.ts';

/** Rows of two numbers in an order: the op that moves them, and which rows or runs of rows it takes. */
function moved(count: number, order: readonly number[]) {
  const graph = new Graph();
  const x = graph.input('x', [count, 2], 'float32');
  const fill = (rows: Int32Array) => rows.set(order);
  graph.output(gatherRows(graph, x, 2, { key: 'test', length: order.length, fill }));
  const gather = graph.live().nodes.find(({ op }) => op === 'Gather');
  const [rows, picked] = (gather?.inputs ?? []) as Ref[];
  return gather && { from: rows.shape, picked: Array.from(graph.literal(picked) as Int32Array) };
}

test('rows that stay together are taken together', () => {
  expect(moved(4, [3, 1, 2, 0])).toEqual({ from: [4, 2], picked: [3, 1, 2, 0] });
  // 2 and 3, 0 and 1: runs 1 and 0 of two rows.
  expect(moved(4, [2, 3, 0, 1])).toEqual({ from: [2, 4], picked: [1, 0] });
  // 1 and 2 follow each other, but do not begin at a multiple of two.
  expect(moved(4, [1, 2, 3, 0])).toEqual({ from: [4, 2], picked: [1, 2, 3, 0] });
  // Runs of 16 · 2 rows of 64.
  const halves = Array.from({ length: 64 }, (_, i) => (i + 32) % 64);
  expect(moved(64, halves)).toEqual({ from: [2, 64], picked: [1, 0] });
});

test('rows in their own order are not moved', () => {
  expect(moved(6, [0, 1, 2, 3, 4, 5])).toBeUndefined();
  expect(moved(6, [0, 1, 2, 3])).toEqual({ from: [3, 4], picked: [0, 1] });
});

test('an order is computed once for a graph', () => {
  const graph = new Graph();
  const x = graph.input('x', [4, 2], 'float32');
  let computed = 0;
  const order = () =>
    tileOrder('turned', [2, 2, 1], (i, j) => {
      computed++;
      return 3 - i - 2 * j;
    });
  expect(gatherRows(graph, x, 2, order())).toBe(gatherRows(graph, x, 2, order()));
  expect(computed).toBe(4);
});
