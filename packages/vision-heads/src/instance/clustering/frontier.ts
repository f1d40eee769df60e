import { createIndexedHeap } from './indexed-heap.ts';
import { type PointTree, squaredDistanceFromBox, squaredDistanceToBox } from './point-tree.ts';
import { createWaitingLists } from './waiting-lists.ts';

/**
 * The points that OPTICS has reached but not taken, and the next one to take.
 *
 * When o is taken it could lower the reachability of every point of its ε-neighbourhood. Most of
 * those will be lowered again, from nearer points, long before their turn; in a dense clump doing it
 * all is quadratic. So o is left waiting at a node of the tree, under the smallest value it could give
 * there, max(core(o), d(o, box)), and moves down only once no seed has a smaller reachability. On the
 * way it is dropped wherever the points already have, or are sure to get, a value at least as small.
 *
 * This is exact. Of two offers of the same value the one taken earlier counts, whichever comes down
 * first, so ties and predecessors are those of the plain algorithm too.
 */
export interface Frontier {
  /** Reachability by position, `f64 [n]`; −Infinity once taken. */
  readonly reach: Float64Array;
  /** Position from which each position was reached, `[n]`, −1 for none. */
  readonly reachedFrom: Int32Array;
  /** Lets a taken point of finite core distance reach others. */
  expand(position: number, coreDistance: number): void;
  /** Position of smallest reachability (ties: smallest point index), −1 when none is reached. */
  next(): number;
  /** Removes a position from the frontier; `reach` of it must have been read before. */
  take(position: number): void;
}

/**
 * Points on their way down go on at once where they may matter below this multiple of the present
 * level, to save their waiting. Any value of at least 1 is exact; 1.2 to 1.5 were the fastest.
 */
const SLACK = 1.25;

/** @param maxEps largest distance in px that joins two points */
export function createFrontier(tree: PointTree, maxEps: number): Frontier {
  const { size, ids, coords, first, last, left, right, parent, boxes, leafOf } = tree;
  const nodes = first.length;
  const reach = new Float64Array(size).fill(Infinity);
  const reachedFrom = new Int32Array(size).fill(-1);
  const seeds = createIndexedHeap(reach, ids);
  const core = new Float64Array(size);

  // Place of each position in the order of taking: of two equal offers the earlier one counts.
  const rank = new Int32Array(size);
  let taken = 0;

  // No point of the node that is not yet taken will have a reachability above this.
  const bound = new Float64Array(nodes).fill(Infinity);
  // Rank of the latest arrival: a later one loses every tie within the node.
  const latest = new Int32Array(nodes).fill(-1);
  const waiting = createWaitingLists(nodes);
  const soonest = new Float64Array(nodes).fill(Infinity);
  const nodeIds = Int32Array.from({ length: nodes }, (_, node) => node);
  const pending = createIndexedHeap(soonest, nodeIds);

  /** Takes `from` down the tree: where it may matter under `level` to the points, else it waits. */
  function arrive(node: number, from: number, level: number): void {
    const limit = bound[node];
    if (core[from] > limit) return;
    const x = coords[2 * from];
    const y = coords[2 * from + 1];
    const nearest = Math.sqrt(squaredDistanceToBox(boxes, node, x, y));
    const least = Math.max(core[from], nearest);
    if (nearest > maxEps || least > limit) return;
    if (rank[from] > latest[node]) {
      if (least === limit) return;
      latest[node] = rank[from];
    }
    if (least <= level) {
      descend(node, from, level);
      return;
    }
    waiting.push(node, from, least);
    if (least < soonest[node]) {
      soonest[node] = least;
      pending.push(node);
    }
    const farthest = Math.sqrt(squaredDistanceFromBox(boxes, node, x, y));
    if (farthest <= maxEps) bound[node] = Math.min(limit, Math.max(core[from], farthest));
  }

  function descend(node: number, from: number, level: number): void {
    if (left[node] < 0) {
      relaxLeaf(node, from);
      lowerBounds(node);
    } else {
      arrive(left[node], from, level);
      arrive(right[node], from, level);
    }
  }

  /** Moves on what waits at a node under a value of at most `level`. */
  function release(node: number, level: number): void {
    while (waiting.least(node) <= level && waiting.least(node) <= bound[node]) {
      descend(node, waiting.pop(node), level);
    }
    if (waiting.least(node) > bound[node]) waiting.clear(node);
    soonest[node] = waiting.least(node);
    if (soonest[node] !== Infinity) pending.push(node);
  }

  function relaxLeaf(leaf: number, from: number): void {
    const x = coords[2 * from];
    const y = coords[2 * from + 1];
    for (let p = first[leaf]; p <= last[leaf]; p++) {
      if (reach[p] < core[from]) continue;
      const dx = coords[2 * p] - x;
      const dy = coords[2 * p + 1] - y;
      const distance = Math.sqrt(dx * dx + dy * dy);
      if (distance > maxEps) continue;
      const candidate = Math.max(core[from], distance);
      if (candidate < reach[p]) {
        reach[p] = candidate;
        reachedFrom[p] = from;
        seeds.push(p);
      } else if (candidate === reach[p] && rank[from] < rank[reachedFrom[p]]) {
        reachedFrom[p] = from;
      }
    }
  }

  function lowerBounds(leaf: number): void {
    let largest = -Infinity;
    for (let p = first[leaf]; p <= last[leaf]; p++) if (reach[p] > largest) largest = reach[p];
    let node = leaf;
    while (node >= 0 && largest < bound[node]) {
      bound[node] = largest;
      node = parent[node];
      if (node >= 0) largest = Math.max(bound[left[node]], bound[right[node]]);
    }
  }

  return {
    reach,
    reachedFrom,
    expand(position, coreDistance) {
      core[position] = coreDistance;
      rank[position] = taken++;
      arrive(0, position, coreDistance * SLACK);
    },
    next() {
      for (;;) {
        const node = pending.peek();
        const seed = seeds.peek();
        // At equality the node goes first: it may hold a point of the same reachability and a
        // smaller index.
        if (node < 0 || (seed >= 0 && reach[seed] < soonest[node])) return seeds.pop();
        pending.pop();
        release(node, Math.max(soonest[node] * SLACK, seed >= 0 ? reach[seed] : 0));
      }
    },
    take(position) {
      reach[position] = -Infinity;
      lowerBounds(leafOf[position]);
    },
  };
}
