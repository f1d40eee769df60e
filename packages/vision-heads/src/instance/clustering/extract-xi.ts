import type { OpticsResult } from './optics.ts';
import { checkMinPts } from './points.ts';
import { steepAreas } from './steep-areas.ts';

/** Parameters of {@link extractXi}. */
export interface XiOptions {
  /** Steepness ξ, 0 < ξ < 1: a cluster's edge is a change of reachability by a factor of 1 − ξ. */
  readonly xi: number;
  /** The `minPts` of the ordering: a steep area may hold that many flat points in a row. */
  readonly minPts: number;
  /** Least number of points in a cluster; default `minPts`. */
  readonly minClusterSize?: number;
  /**
   * Cuts from a cluster's end the points that were reached from outside it (Schubert and Gertz,
   * "Improving the Cluster Structure Extracted from OPTICS Plots", LWDA 2018, algorithm 2); default
   * true.
   */
  readonly predecessorCorrection?: boolean;
}

/** A run of the cluster ordering, both ends inclusive. */
export interface OrderInterval {
  readonly start: number;
  readonly end: number;
}

/** What {@link extractXi} finds. */
export interface XiClusters {
  /** Innermost cluster of each point, `[n]`; −1 for a point in none. */
  readonly labels: Int32Array;
  /** Every cluster, nested ones included; an inner one comes before those around it. */
  readonly clusters: readonly OrderInterval[];
}

/**
 * Clusters of an OPTICS ordering between steep areas of its reachability plot (Ankerst et al. 1999,
 * section 4.3 and figure 19), for clusters of unlike density. With r the plot and r(n) = ∞, a point i is
 *   steep upward    when r(i) ≤ (1 − ξ) r(i + 1)
 *   steep downward  when (1 − ξ) r(i) ≥ r(i + 1)                                    (definition 9)
 * and a cluster runs from a steep down area to a steep up area (definition 11). The inequalities of
 * definitions 9 and 11.4c are taken the right way round, as in scikit-learn's `cluster_optics_xi`, with
 * which labels and clusters agree.
 *
 * Labels go to innermost clusters alone: a point that belongs only to a cluster with another inside it
 * is noise.
 * @throws RangeError for a parameter outside its range
 */
export function extractXi(result: OpticsResult, options: XiOptions): XiClusters {
  const { xi, minPts, minClusterSize = minPts, predecessorCorrection = true } = options;
  checkMinPts(minPts, 'extractXi');
  if (!(xi > 0 && xi < 1)) {
    throw new RangeError(`extractXi: xi must lie between 0 and 1, both excluded; got ${xi}`);
  }
  if (!Number.isInteger(minClusterSize) || minClusterSize < 1) {
    throw new RangeError(
      `extractXi: minClusterSize must be a whole number of at least 1; got ${minClusterSize}`,
    );
  }
  const { order } = result;
  const n = order.length;
  const plot = new Float64Array(n + 1).fill(Infinity);
  const positionOf = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    plot[i] = result.reachability[order[i]];
    positionOf[order[i]] = i;
  }
  const predecessorAt = Int32Array.from(order, (point) => {
    const from = result.predecessor[point];
    return from < 0 ? -1 : positionOf[from];
  });

  const clusters: OrderInterval[] = [];
  for (const { up, downs } of steepAreas(plot, xi, minPts)) {
    const ending: OrderInterval[] = [];
    for (const down of downs) {
      const whole = levelEnds(plot, xi, down, up);
      const cluster = predecessorCorrection ? correctEnd(plot, predecessorAt, whole) : whole;
      // Criteria 3a, 1 and 2 of definition 11.
      if (cluster === undefined || cluster.end - cluster.start + 1 < minClusterSize) continue;
      if (cluster.start > down.end || cluster.end < up.start) continue;
      ending.push(cluster);
    }
    // The steep down area opened last gives the innermost cluster.
    clusters.push(...ending.reverse());
  }
  return { labels: labelInnermost(order, clusters), clusters };
}

/** Criterion 4 of definition 11: where the two edges differ in height, the higher one is cut back. */
function levelEnds(
  plot: Float64Array,
  xi: number,
  down: OrderInterval,
  up: OrderInterval,
): OrderInterval {
  let { start } = down;
  let { end } = up;
  const before = plot[down.start];
  const after = plot[up.end + 1];
  if (before * (1 - xi) >= after) {
    while (plot[start + 1] > after && start < down.end) start++;
  } else if (after * (1 - xi) >= before) {
    while (plot[end - 1] > before && end > up.start) end--;
  }
  return { start, end };
}

function correctEnd(
  plot: Float64Array,
  predecessorAt: Int32Array,
  { start, end }: OrderInterval,
): OrderInterval | undefined {
  for (let e = end; start < e; e--) {
    if (plot[start] > plot[e]) return { start, end: e };
    if (predecessorAt[e] >= start && predecessorAt[e] < e) return { start, end: e };
  }
  return undefined;
}

function labelInnermost(order: Int32Array, clusters: readonly OrderInterval[]): Int32Array {
  const byPlace = new Int32Array(order.length).fill(-1);
  let label = 0;
  for (const { start, end } of clusters) {
    let isInnermost = true;
    for (let i = start; i <= end && isInnermost; i++) isInnermost = byPlace[i] < 0;
    if (isInnermost) byPlace.fill(label++, start, end + 1);
  }
  const labels = new Int32Array(order.length);
  for (let i = 0; i < order.length; i++) labels[order[i]] = byPlace[i];
  return labels;
}
