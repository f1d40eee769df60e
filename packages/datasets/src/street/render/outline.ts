import { connectedComponents, type Size } from '@scene-mtl/data';

/**
 * Values as a person would outline them, after Cityscapes' labeling policy (cityscapes-dataset.com, dataset
 * overview): a foreground object never has holes, what is seen through it is part of it, and where classes are
 * highly mixed the one in front is labelled.
 *
 * Regions are 8-connected samples of one value. From the smallest on, a region becomes part of the nearest
 * region beside it when it has fewer than `least` samples, or when it is a hole: wholly within one region that
 * is nearer.
 * @param values one per thing or class, none of them 0, `u16 [H, W]`
 * @param inverseDepth 1/Z, 0 is sky, `[H, W]`
 * @param least samples of the smallest region that is outlined
 */
export function outlined(
  values: Uint16Array,
  inverseDepth: Float32Array,
  size: Size,
  least: number,
): Uint16Array {
  const { labels, count } = connectedComponents(values, size.height, size.width);
  const regions = regionsOf(labels, count, inverseDepth, size);
  const { area, open, beside, depth } = regions;
  const order = Array.from(area.keys()).sort((a, b) => area[a] - area[b] || a - b);
  for (const k of order) {
    // Small ones may have grown by what became part of them.
    const isSmall = area[k] < least;
    const isHole = !open[k] && beside[k].size === 1;
    if (!isSmall && !isHole) continue;
    const into = nearest(beside[k], depth);
    if (into !== undefined && (isSmall || depth(into) > depth(k))) merge(regions, k, into);
  }
  const valueOf = new Uint16Array(count);
  for (let i = 0; i < labels.length; i++) valueOf[labels[i]] = values[i];
  const result = new Uint16Array(values.length);
  for (let i = 0; i < labels.length; i++) result[i] = valueOf[regions.owner(labels[i])];
  return result;
}

/** Regions by their number, before and while some become part of others. */
interface Regions {
  readonly area: Float64Array;
  /** Sums of 1/Z. */
  readonly nearness: Float64Array;
  /** 1 where a region reaches the border of the picture. */
  readonly open: Uint8Array;
  /** The regions that share a border with each. */
  readonly beside: readonly Set<number>[];
  readonly partOf: Int32Array;
  /** Mean of 1/Z. */
  readonly depth: (region: number) => number;
  /** The region that one is part of by now. */
  readonly owner: (region: number) => number;
}

function regionsOf(
  labels: Int32Array,
  count: number,
  inverseDepth: Float32Array,
  { height, width }: Size,
): Regions {
  const area = new Float64Array(count);
  const nearness = new Float64Array(count);
  const open = new Uint8Array(count);
  const beside = Array.from({ length: count }, () => new Set<number>());
  const partOf = Int32Array.from({ length: count }, (_, k) => k);
  for (let row = 0, i = 0; row < height; row++) {
    const isEdge = row === 0 || row === height - 1;
    for (let column = 0; column < width; column++, i++) {
      const k = labels[i];
      area[k]++;
      nearness[k] += inverseDepth[i];
      if (isEdge || column === 0 || column === width - 1) open[k] = 1;
      const left = column > 0 ? labels[i - 1] : k;
      const above = row > 0 ? labels[i - width] : k;
      if (left !== k) beside[k].add(left);
      if (left !== k) beside[left].add(k);
      if (above !== k) beside[k].add(above);
      if (above !== k) beside[above].add(k);
    }
  }
  const owner = (k: number): number => {
    while (partOf[k] !== k) k = partOf[k] = partOf[partOf[k]];
    return k;
  };
  return { area, nearness, open, beside, partOf, depth: (k) => nearness[k] / area[k], owner };
}

function nearest(some: ReadonlySet<number>, depth: Regions['depth']): number | undefined {
  let best: number | undefined;
  for (const k of some) if (best === undefined || depth(k) > depth(best)) best = k;
  return best;
}

function merge({ area, nearness, open, beside, partOf }: Regions, from: number, into: number) {
  partOf[from] = into;
  area[into] += area[from];
  nearness[into] += nearness[from];
  open[into] |= open[from];
  for (const other of beside[from]) {
    beside[other].delete(from);
    if (other === into) continue;
    beside[into].add(other);
    beside[other].add(into);
  }
}
