import KDBush from 'kdbush';
import type { Points } from './points.ts';

/**
 * Points in kd order, with a binary tree of bounding boxes over contiguous runs of that order.
 *
 * kdbush does the sorting; the boxes are ours, because the searches here (nearest neighbours, lowering
 * of reachability, growth of a cluster) must skip whole groups by a value which changes while they
 * run, and a range query cannot. A position is a place in kd order, 0 … n − 1; a node is a run of positions.
 */
export interface PointTree {
  /** Number of points. */
  readonly size: number;
  /** Index of the point at each position, `[n]`. */
  readonly ids: ArrayLike<number>;
  /** Coordinates at each position, interleaved x and y, `[n, 2]`. */
  readonly coords: Float64Array;
  /** First and last position (inclusive) of each node; node 0 is the root. */
  readonly first: Int32Array;
  readonly last: Int32Array;
  /** Children of each node, −1 for a leaf; both come after their parent in the numbering. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Parent of each node, −1 for the root. */
  readonly parent: Int32Array;
  /** Box of each node, `[nodes, 4]`: minX, minY, maxX, maxY. */
  readonly boxes: Float64Array;
  /** Leaf which holds each position, `[n]`. */
  readonly leafOf: Int32Array;
}

/** Points per leaf. 8, 16 and 32 were equally fast for 32,768 votes, 4 slower. */
const LEAF_SIZE = 16;

/** Builds the tree in O(n log n). The points must be finite and at least one. */
export function buildPointTree(points: Points): PointTree {
  const size = points.length / 2;
  const index = new KDBush(size, LEAF_SIZE, Float64Array);
  for (let i = 0; i < size; i++) index.add(points[2 * i], points[2 * i + 1]);
  index.finish();
  const coords = index.coords as Float64Array;

  const capacity = 2 * size;
  const first = new Int32Array(capacity);
  const last = new Int32Array(capacity);
  const left = new Int32Array(capacity).fill(-1);
  const right = new Int32Array(capacity).fill(-1);
  const parent = new Int32Array(capacity).fill(-1);
  const leafOf = new Int32Array(size);
  last[0] = size - 1;
  let nodes = 1;
  for (let node = 0; node < nodes; node++) {
    if (last[node] - first[node] <= LEAF_SIZE) {
      leafOf.fill(node, first[node], last[node] + 1);
      continue;
    }
    const middle = (first[node] + last[node]) >> 1;
    left[node] = nodes;
    first[nodes] = first[node];
    last[nodes] = middle;
    parent[nodes++] = node;
    right[node] = nodes;
    first[nodes] = middle + 1;
    last[nodes] = last[node];
    parent[nodes++] = node;
  }
  const boxes = boundingBoxes(coords, nodes, first, last, left, right);
  return {
    size,
    ids: index.ids,
    coords,
    first: first.slice(0, nodes),
    last: last.slice(0, nodes),
    left: left.slice(0, nodes),
    right: right.slice(0, nodes),
    parent: parent.slice(0, nodes),
    boxes,
    leafOf,
  };
}

function boundingBoxes(
  coords: Float64Array,
  nodes: number,
  first: Int32Array,
  last: Int32Array,
  left: Int32Array,
  right: Int32Array,
): Float64Array {
  const boxes = new Float64Array(4 * nodes);
  // Children are numbered after their parent, so going backwards meets them first.
  for (let node = nodes - 1; node >= 0; node--) {
    let minX = Infinity;
    let minY = Infinity;
    let maxX = -Infinity;
    let maxY = -Infinity;
    if (left[node] < 0) {
      for (let p = first[node]; p <= last[node]; p++) {
        minX = Math.min(minX, coords[2 * p]);
        minY = Math.min(minY, coords[2 * p + 1]);
        maxX = Math.max(maxX, coords[2 * p]);
        maxY = Math.max(maxY, coords[2 * p + 1]);
      }
    } else {
      const a = 4 * left[node];
      const b = 4 * right[node];
      minX = Math.min(boxes[a], boxes[b]);
      minY = Math.min(boxes[a + 1], boxes[b + 1]);
      maxX = Math.max(boxes[a + 2], boxes[b + 2]);
      maxY = Math.max(boxes[a + 3], boxes[b + 3]);
    }
    boxes.set([minX, minY, maxX, maxY], 4 * node);
  }
  return boxes;
}

/**
 * Squared distance from (x, y) to a node's box, 0 inside. Rounding is monotone, so the computed
 * value never exceeds the computed squared distance to a point of the node: skipping by it is exact.
 */
export function squaredDistanceToBox(
  boxes: Float64Array,
  node: number,
  x: number,
  y: number,
): number {
  const b = 4 * node;
  const dx = x < boxes[b] ? boxes[b] - x : x > boxes[b + 2] ? x - boxes[b + 2] : 0;
  const dy = y < boxes[b + 1] ? boxes[b + 1] - y : y > boxes[b + 3] ? y - boxes[b + 3] : 0;
  return dx * dx + dy * dy;
}

/** Squared distance from (x, y) to the farthest corner of a node's box: at least that to its points. */
export function squaredDistanceFromBox(
  boxes: Float64Array,
  node: number,
  x: number,
  y: number,
): number {
  const b = 4 * node;
  const dx = Math.max(Math.abs(x - boxes[b]), Math.abs(boxes[b + 2] - x));
  const dy = Math.max(Math.abs(y - boxes[b + 1]), Math.abs(boxes[b + 3] - y));
  return dx * dx + dy * dy;
}
