import type { OpticsResult } from '../../src/instance/clustering/index.ts';

/** The same array of [x, y] pairs as numbers in a row. */
export function flat(pairs: readonly (readonly number[])[]): Float64Array {
  return Float64Array.from(pairs.flat());
}

/**
 * OPTICS word by word from definitions 5 and 6 of Ankerst et al. 1999, in O(n²): the oracle for
 * reachability, order and predecessors, ties included.
 */
export function plainOptics(points: Float64Array, minPts: number, maxEps: number): OpticsResult {
  const n = points.length / 2;
  const distance = (a: number, b: number) => {
    const dx = points[2 * a] - points[2 * b];
    const dy = points[2 * a + 1] - points[2 * b + 1];
    return Math.sqrt(dx * dx + dy * dy);
  };
  const coreDistance = Float64Array.from({ length: n }, (_, a) => {
    const sorted = Float64Array.from({ length: n }, (_, b) => distance(a, b)).sort();
    return minPts <= n && sorted[minPts - 1] <= maxEps ? sorted[minPts - 1] : Infinity;
  });
  const reachability = new Float64Array(n).fill(Infinity);
  const predecessor = new Int32Array(n).fill(-1);
  const order = new Int32Array(n);
  const isTaken = new Uint8Array(n);
  for (let step = 0; step < n; step++) {
    let o = -1;
    for (let q = 0; q < n; q++) {
      if (isTaken[q] === 0 && (o < 0 || reachability[q] < reachability[o])) o = q;
    }
    isTaken[o] = 1;
    order[step] = o;
    if (coreDistance[o] === Infinity) continue;
    for (let q = 0; q < n; q++) {
      const d = distance(o, q);
      const candidate = Math.max(coreDistance[o], d);
      if (isTaken[q] === 0 && d <= maxEps && candidate < reachability[q]) {
        reachability[q] = candidate;
        predecessor[q] = o;
      }
    }
  }
  return { order, reachability, coreDistance, predecessor };
}

/** Sets of members by label, without noise, in a form that compares equal. */
export function partition(labels: ArrayLike<number>, of?: (point: number) => boolean): string[] {
  const sets = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] < 0 || (of && !of(i))) continue;
    sets.set(labels[i], [...(sets.get(labels[i]) ?? []), i]);
  }
  return [...sets.values()].map((members) => members.join(' ')).sort();
}
