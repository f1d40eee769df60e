import { coreDistances } from './core-distances.ts';
import { createFrontier } from './frontier.ts';
import { checkDistance, checkMinPts, countPoints, type Points } from './points.ts';
import { buildPointTree } from './point-tree.ts';

/** Parameters of {@link optics}. */
export interface OpticsOptions {
  /** Points in a neighbourhood, the point itself counted, that make it dense. Whole, at least 1. */
  readonly minPts: number;
  /** Largest distance in px that joins two points; default Infinity. */
  readonly maxEps?: number;
}

/** The density ordering of n points. All arrays but `order` are indexed by point. */
export interface OpticsResult {
  /** The cluster ordering, `[n]`: point indices in the order they were taken. */
  readonly order: Int32Array;
  /** Reachability distance in px, `f64 [n]`; Infinity where a search started afresh. */
  readonly reachability: Float64Array;
  /** Core distance in px, `f64 [n]`; Infinity for a point that is not dense within `maxEps`. */
  readonly coreDistance: Float64Array;
  /** The point from which each point was reached, `[n]`; −1 where a search started afresh. */
  readonly predecessor: Int32Array;
}

/**
 * OPTICS, "Ordering Points To Identify the Clustering Structure" (Ankerst, Breunig, Kriegel and
 * Sander, SIGMOD 1999, figures 5 to 7), Euclidean, in the plane.
 *
 * Repeatedly takes the point o of smallest reachability (ties, and fresh starts: the smallest index)
 * and lowers the reachability of each point q not yet taken within `maxEps` to
 *   max(core(o), d(o, q))                                                             (definition 6)
 * The order, ties included, is that of scikit-learn's `compute_optics_graph`, but for its rounding of
 * distances to 15 decimals.
 *
 * Dense clumps, the usual case for centre votes, would make this quadratic, since each ε-neighbourhood
 * is the whole clump. Two exact shortcuts avoid that: core distances come from a search for minPts
 * neighbours (`core-distances.ts`), and reachability is lowered lazily over a tree (`frontier.ts`).
 * @param points `[n, 2]` in px; n may be 0. With `minPts` above n no point is dense
 * @throws RangeError for a coordinate that is not finite, or a parameter outside its range
 * @example
 * ```ts
 * import { extractDbscan, optics } from '@scene-mtl/vision-heads';
 * const ordering = optics(Float64Array.of(0, 0, 0, 1, 9, 9, 9, 8, 50, 50), { minPts: 2 });
 * ordering.reachability[1]; // → 1
 * extractDbscan(ordering, 1.5); // → [0, 0, 1, 1, -1]
 * ```
 */
export function optics(points: Points, options: OpticsOptions): OpticsResult {
  const { minPts, maxEps = Infinity } = options;
  const n = countPoints(points, 'optics');
  checkMinPts(minPts, 'optics');
  checkDistance(maxEps, 'maxEps', 'optics');

  const order = new Int32Array(n);
  const reachability = new Float64Array(n).fill(Infinity);
  const coreDistance = new Float64Array(n);
  const predecessor = new Int32Array(n).fill(-1);
  if (n === 0) return { order, reachability, coreDistance, predecessor };

  const tree = buildPointTree(points);
  const { ids } = tree;
  const core = coreDistances(tree, minPts, maxEps);
  const positionOf = new Int32Array(n);
  for (let p = 0; p < n; p++) {
    positionOf[ids[p]] = p;
    coreDistance[ids[p]] = core[p];
  }

  const frontier = createFrontier(tree, maxEps);
  let nextStart = 0;
  for (let step = 0; step < n; step++) {
    let position = frontier.next();
    if (position < 0) {
      while (frontier.reach[positionOf[nextStart]] === -Infinity) nextStart++;
      position = positionOf[nextStart];
    }
    const point = ids[position];
    order[step] = point;
    reachability[point] = frontier.reach[position];
    const from = frontier.reachedFrom[position];
    if (from >= 0) predecessor[point] = ids[from];
    frontier.take(position);
    if (core[position] !== Infinity) frontier.expand(position, core[position]);
  }
  return { order, reachability, coreDistance, predecessor };
}
