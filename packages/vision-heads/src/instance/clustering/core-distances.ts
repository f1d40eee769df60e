import { type PointTree, squaredDistanceToBox } from './point-tree.ts';

/**
 * Core distance of each point (Ankerst et al. 1999, definition 5): the distance to its `minPts`-th
 * nearest neighbour, the point itself counted as the first; Infinity where that exceeds `maxEps`.
 *
 * A search for `minPts` neighbours, not a list of the ε-neighbourhood: the work per point does not
 * grow with the density of a clump. Neighbouring positions have nearly the same neighbours, so by the
 * triangle inequality `core(q) ≤ core(p) + d(p, q)` each search starts with a tight limit.
 * @returns `f64 [n]` in px, in the tree's kd order
 */
export function coreDistances(tree: PointTree, minPts: number, maxEps: number): Float64Array {
  const { size, coords, first, last, left, right, boxes } = tree;
  const core = new Float64Array(size).fill(Infinity);
  if (minPts > size) return core;

  // Max-heap of the minPts smallest squared distances; `heap[0]` is the one to beat.
  const heap = new Float64Array(minPts);
  const stack = new Int32Array(128);
  const stackDistance = new Float64Array(128);
  const widestLimit = limitFor(maxEps);

  for (let q = 0; q < size; q++) {
    const x = coords[2 * q];
    const y = coords[2 * q + 1];
    let limit = widestLimit;
    if (q > 0 && core[q - 1] !== Infinity) {
      const step = Math.hypot(x - coords[2 * q - 2], y - coords[2 * q - 1]);
      limit = Math.min(limit, limitFor(core[q - 1] + step));
    }
    heap.fill(limit);

    stack[0] = 0;
    stackDistance[0] = 0;
    let top = 1;
    while (top > 0) {
      const node = stack[--top];
      if (stackDistance[top] >= heap[0]) continue;
      if (left[node] < 0) {
        for (let p = first[node]; p <= last[node]; p++) {
          const dx = coords[2 * p] - x;
          const dy = coords[2 * p + 1] - y;
          const squared = dx * dx + dy * dy;
          if (squared < heap[0]) replaceTop(heap, squared);
        }
        continue;
      }
      const a = squaredDistanceToBox(boxes, left[node], x, y);
      const b = squaredDistanceToBox(boxes, right[node], x, y);
      const nearer = a <= b ? left[node] : right[node];
      stack[top] = nearer === left[node] ? right[node] : left[node];
      stackDistance[top++] = Math.max(a, b);
      stack[top] = nearer;
      stackDistance[top++] = Math.min(a, b);
    }
    // The limit still on top: fewer than minPts points lie within it.
    const distance = heap[0] < limit ? Math.sqrt(heap[0]) : Infinity;
    core[q] = distance <= maxEps ? distance : Infinity;
  }
  return core;
}

/** A squared limit just above `distance`, so that a strict comparison admits it in spite of rounding. */
function limitFor(distance: number): number {
  return Math.max(distance * distance * (1 + 1e-12), Number.MIN_VALUE);
}

/** Replaces the largest value of a max-heap by a smaller one. */
function replaceTop(heap: Float64Array, value: number): void {
  const size = heap.length;
  let hole = 0;
  for (;;) {
    let child = 2 * hole + 1;
    if (child >= size) break;
    if (child + 1 < size && heap[child + 1] > heap[child]) child++;
    if (heap[child] <= value) break;
    heap[hole] = heap[child];
    hole = child;
  }
  heap[hole] = value;
}
