import { coreDistances } from './core-distances.ts';
import { checkDistance, checkMinPts, countPoints, type Points } from './points.ts';
import { buildPointTree, type PointTree, squaredDistanceToBox } from './point-tree.ts';

/** Parameters of {@link dbscan}. */
export interface DbscanOptions {
  /** Radius of a neighbourhood in px. */
  readonly eps: number;
  /** Points in a neighbourhood, the point itself counted, that make it dense. Whole, at least 1. */
  readonly minPts: number;
}

/**
 * DBSCAN (Ester, Kriegel, Sander and Xu, KDD 1996), Euclidean, in the plane. Points are visited by
 * index and a border point belongs to the first cluster that reaches it, as in scikit-learn, so the
 * labels are the same.
 *
 * Each point is taken out of the search when it gets its label, which keeps the work per clump nearly
 * linear however dense it is.
 * @param points `[n, 2]` in px; n may be 0
 * @returns cluster of each point, `[n]`: 0, 1, …; −1 is noise
 * @throws RangeError for a coordinate that is not finite, or a parameter outside its range
 * @example
 * ```ts
 * import { dbscan } from '@scene-mtl/vision-heads';
 * const points = Float64Array.of(0, 0, 0, 1, 9, 9, 9, 8, 50, 50);
 * dbscan(points, { eps: 1.5, minPts: 2 }); // → [0, 0, 1, 1, -1]
 * ```
 */
export function dbscan(points: Points, options: DbscanOptions): Int32Array {
  const { eps, minPts } = options;
  const n = countPoints(points, 'dbscan');
  checkMinPts(minPts, 'dbscan');
  checkDistance(eps, 'eps', 'dbscan');
  const labels = new Int32Array(n).fill(-1);
  if (n === 0) return labels;

  const tree = buildPointTree(points);
  const core = coreDistances(tree, minPts, eps);
  const positionOf = new Int32Array(n);
  for (let p = 0; p < n; p++) positionOf[tree.ids[p]] = p;
  const unlabelled = createUnlabelled(tree, eps);

  const stack: number[] = [];
  let cluster = 0;
  for (let point = 0; point < n; point++) {
    if (labels[point] >= 0 || core[positionOf[point]] === Infinity) continue;
    stack.push(positionOf[point]);
    while (stack.length > 0) {
      unlabelled.takeAround(stack.pop()!, (position) => {
        labels[tree.ids[position]] = cluster;
        if (core[position] !== Infinity) stack.push(position);
      });
    }
    cluster++;
  }
  return labels;
}

/** The positions without a label, with their number per tree node. */
function createUnlabelled(tree: PointTree, eps: number) {
  const { coords, first, last, left, right, boxes } = tree;
  const remaining = Int32Array.from(first, (start, node) => last[node] - start + 1);
  const isTaken = new Uint8Array(tree.size);

  function visit(node: number, x: number, y: number, take: (position: number) => void): void {
    if (remaining[node] === 0) return;
    if (Math.sqrt(squaredDistanceToBox(boxes, node, x, y)) > eps) return;
    if (left[node] >= 0) {
      visit(left[node], x, y, take);
      visit(right[node], x, y, take);
      remaining[node] = remaining[left[node]] + remaining[right[node]];
      return;
    }
    for (let p = first[node]; p <= last[node]; p++) {
      const dx = coords[2 * p] - x;
      const dy = coords[2 * p + 1] - y;
      if (isTaken[p] === 0 && Math.sqrt(dx * dx + dy * dy) <= eps) {
        isTaken[p] = 1;
        remaining[node]--;
        take(p);
      }
    }
  }

  return {
    /** Removes each position within eps of `position`, itself included, and hands it to `take`. */
    takeAround(position: number, take: (position: number) => void): void {
      visit(0, coords[2 * position], coords[2 * position + 1], take);
    },
  };
}
