import { connectedComponents } from '@scene-mtl/data';

/** What became of the objects that are visible in two or more pieces. */
export interface OcclusionResult {
  /** Ground-truth objects with at least two visible components. */
  readonly objects: number;
  /** Share whose components all went to one predicted object: what centre votes should achieve. */
  readonly wholeRate: number;
  /** Share that is whole and not merged: its predicted object holds it and no other true object. */
  readonly ownRate: number;
  /** Share whose components went to two or more predicted objects. */
  readonly splitRate: number;
  /** Share with a component that no predicted object covers by half. */
  readonly missedRate: number;
  /** Share that shares its predicted object with another ground-truth object. */
  readonly mergeRate: number;
}

/** Accumulates `OcclusionResult` over a split; see `occlusionRates`. */
export interface OcclusionRates {
  /**
   * Counts one image.
   * @param gt true object per pixel `u16 [H, W]`, 0 none; single objects only (groups set to 0)
   * @param pred predicted object per pixel `u16 [H, W]`, 0 none
   */
  add(gt: Uint16Array, pred: Uint16Array, height: number, width: number): void;
  /** Adds another accumulator. */
  merge(other: OcclusionRates): void;
  /** Rates over everything added so far; NaN without such objects. */
  result(): OcclusionResult;
  /** Raw counts: objects, whole, split, missed, merged, own. */
  counts(): readonly number[];
}

/**
 * Split and merge rates over occluded objects: those whose visible mask falls into two or more
 * 8-connected components (a car behind a lamp post; Kendall et al. 2018, figure 4, shows two).
 *
 * A component belongs to the predicted object that covers more than half of it. An object is *whole*
 * when all components have one, the same; *split* when they have at least two different ones; *missed*
 * when some component has none (split and missed can coincide). It is *merged* when an object it
 * belongs to also covers more than half of a component of another true object, and has its *own*
 * object when it is whole and not merged: one blob over two touching cars keeps both whole, but tells neither apart.
 *
 * @param minPixels smaller components are ignored (default 20 px: specks of annotation)
 * @example
 * ```ts
 * import { occlusionRates } from '@scene-mtl/eval';
 * const rates = occlusionRates(1);
 * // A car behind a post, taken for two cars.
 * rates.add(Uint16Array.of(5, 0, 5), Uint16Array.of(1, 0, 2), 1, 3);
 * rates.result().splitRate; // → 1
 * ```
 */
export function occlusionRates(minPixels = 20): OcclusionRates {
  const totals = [0, 0, 0, 0, 0, 0];
  return {
    add(gt, pred, height, width) {
      if (gt.length !== height * width || pred.length !== gt.length) {
        throw new RangeError(
          `occlusionRates.add: expected ${height} × ${width} pixels, got ${gt.length} and ${pred.length}`,
        );
      }
      const owners = ownersByObject(gt, pred, height, width, minPixels);
      const users = new Map<number, Set<number>>();
      for (const [object, ids] of owners) {
        for (const id of ids) {
          if (id === 0) continue;
          const known = users.get(id);
          if (known) known.add(object);
          else users.set(id, new Set([object]));
        }
      }
      for (const ids of owners.values()) {
        if (ids.length < 2) continue;
        const distinct = new Set(ids.filter((id) => id !== 0));
        const missed = ids.includes(0);
        const whole = !missed && distinct.size === 1;
        const merged = [...distinct].some((id) => (users.get(id)?.size ?? 0) > 1);
        totals[0]++;
        if (whole) totals[1]++;
        if (distinct.size > 1) totals[2]++;
        if (missed) totals[3]++;
        if (merged) totals[4]++;
        if (whole && !merged) totals[5]++;
      }
    },
    merge(other) {
      other.counts().forEach((n, k) => (totals[k] += n));
    },
    result() {
      const [objects, whole, split, missed, merged, own] = totals;
      return {
        objects,
        wholeRate: whole / objects,
        ownRate: own / objects,
        splitRate: split / objects,
        missedRate: missed / objects,
        mergeRate: merged / objects,
      };
    },
    counts: () => [...totals],
  };
}

/** Per true object, the predicted object of each of its components (0: none covers half of it). */
function ownersByObject(
  gt: Uint16Array,
  pred: Uint16Array,
  height: number,
  width: number,
  minPixels: number,
): Map<number, number[]> {
  const { labels, count } = connectedComponents(gt, height, width);
  const area = new Uint32Array(count);
  const object = new Uint16Array(count);
  const votes = Array.from({ length: count }, () => new Map<number, number>());
  for (let i = 0; i < gt.length; i++) {
    const c = labels[i];
    if (c < 0) continue;
    area[c]++;
    object[c] = gt[i];
    if (pred[i] !== 0) votes[c].set(pred[i], (votes[c].get(pred[i]) ?? 0) + 1);
  }
  const owners = new Map<number, number[]>();
  votes.forEach((vote, c) => {
    if (area[c] < minPixels) return;
    const owner = [...vote].find(([, pixels]) => 2 * pixels > area[c])?.[0] ?? 0;
    const known = owners.get(object[c]);
    if (known) known.push(owner);
    else owners.set(object[c], [owner]);
  });
  return owners;
}
