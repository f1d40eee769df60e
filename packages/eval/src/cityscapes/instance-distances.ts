import { areaByValue, labelOf, type InstanceDistance } from './instance-matching.ts';

/**
 * Median distance of each ground-truth object from its stereo disparity, for AP100m and AP50m.
 *
 *     Z = baseline · fx / d,   medDist = median Z,   distConf = share of pixels with known d
 *
 * **A reading of the names**: the benchmark server's own computation is not public (the public script
 * has `distanceAvailable = False`). Say so wherever such numbers are shown. d = 0 is infinitely far.
 *
 * @param instances official instance values `u16 [H, W]`
 * @param disparity `f32 [H, W]` in px at this resolution
 * @param valid `u8 [H, W]`, non-zero where the disparity is known
 * @param baselineFx baseline (m) · focal length (px at this resolution)
 * @returns by instance value, single objects (≥ 1000) only; no known pixel gives medDist −1
 * @example
 * ```ts
 * import { instanceDistances } from '@scene-mtl/eval';
 * const cars = Uint16Array.of(26_001, 26_001, 26_001, 7);
 * const distances = instanceDistances(cars, Float32Array.of(4, 5, 0, 9), Uint8Array.of(1, 1, 0, 1), 20);
 * distances.get(26_001); // → { medDist: 4.500, distConf: 0.667 }
 * ```
 */
export function instanceDistances(
  instances: Uint16Array,
  disparity: Float32Array,
  valid: Uint8Array,
  baselineFx: number,
): Map<number, InstanceDistance> {
  if (disparity.length !== instances.length || valid.length !== instances.length) {
    throw new RangeError(
      `instanceDistances: sizes differ: instances ${instances.length}, disparity ${disparity.length}, valid ${valid.length}`,
    );
  }
  if (!(baselineFx > 0 && baselineFx < Infinity)) {
    throw new RangeError(
      `instanceDistances: baselineFx must be a positive number (m · px), got ${baselineFx}`,
    );
  }
  const known = new Map<number, number[]>();
  for (let i = 0; i < instances.length; i++) {
    if (instances[i] < 1000 || valid[i] === 0) continue;
    const list = known.get(instances[i]);
    if (list) list.push(disparity[i]);
    else known.set(instances[i], [disparity[i]]);
  }
  const distances = new Map<number, InstanceDistance>();
  for (const [value, pixels] of areaByValue(instances)) {
    if (value < 1000) continue;
    labelOf(value);
    const ds = known.get(value);
    distances.set(value, {
      medDist: ds ? median(ds.map((d) => baselineFx / d)) : -1,
      distConf: (ds?.length ?? 0) / pixels,
    });
  }
  return distances;
}

/** Middle value; the mean of the two middle ones for an even count. */
function median(xs: number[]): number {
  const sorted = Float64Array.from(xs).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
