import type { OpticsResult } from './optics.ts';
import { checkDistance } from './points.ts';

/**
 * Clusters of an OPTICS ordering at one density threshold (Ankerst et al. 1999, figure 8,
 * `ExtractDBSCAN-Clustering`). Nearly DBSCAN's clusters at `eps`, in linear time: only border points
 * can differ, since a point taken before any dense neighbour counts as noise.
 * @param result an ordering whose `maxEps` was at least `eps`
 * @param eps threshold in px
 * @returns cluster of each point, `[n]`: 0, 1, … in cluster order; −1 is noise
 * @throws RangeError when `eps` is not above 0
 */
export function extractDbscan(result: OpticsResult, eps: number): Int32Array {
  checkDistance(eps, 'eps', 'extractDbscan');
  const { order, reachability, coreDistance } = result;
  const labels = new Int32Array(order.length).fill(-1);
  let cluster = -1;
  for (const point of order) {
    if (reachability[point] > eps) {
      if (coreDistance[point] <= eps) labels[point] = ++cluster;
    } else {
      labels[point] = cluster;
    }
  }
  return labels;
}
