import type { Target, TargetEncoder } from '@scene-mtl/core';
import { imageOf, type Sample } from '@scene-mtl/data';

/** Per-channel mean and standard deviation of an image, on the scale 0 … 1, in the order R, G, B. */
export interface Normalisation {
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
}

/** Statistics of ImageNet's training images, as torchvision's pretrained networks expect them. */
export const imageNetNormalisation: Normalisation = {
  mean: [0.485, 0.456, 0.406],
  deviation: [0.229, 0.224, 0.225],
};

/** −1 … 1, as MobileNet v1 expects it: `x / 127.5 − 1`. */
export const symmetricNormalisation: Normalisation = {
  mean: [0.5, 0.5, 0.5],
  deviation: [0.5, 0.5, 0.5],
};

/**
 * `(u8 / 255 − mean) / deviation`, `f32 [H, W, 3]`.
 * @example
 * ```ts
 * import { normalised, symmetricNormalisation } from '@scene-mtl/vision-heads/targets';
 * normalised(Uint8Array.of(0, 255, 51), symmetricNormalisation); // → [-1.0, 1.0, -0.6]
 * ```
 */
export function normalised(image: Uint8Array, normalisation: Normalisation): Float32Array {
  const [r, g, b] = tablesOf(normalisation);
  const result = new Float32Array(image.length);
  for (let i = 0; i < image.length; i += 3) {
    result[i] = r[image[i]];
    result[i + 1] = g[image[i + 1]];
    result[i + 2] = b[image[i + 2]];
  }
  return result;
}

const tables = new WeakMap<Normalisation, readonly Float32Array[]>();

/** Result of each byte, per channel; making it takes longer than its use on a small image. */
function tablesOf(normalisation: Normalisation): readonly Float32Array[] {
  let made = tables.get(normalisation);
  if (!made) {
    const { mean, deviation } = normalisation;
    made = mean.map((m, c) =>
      Float32Array.from({ length: 256 }, (_, x) => (x / 255 - m) / deviation[c]),
    );
    tables.set(normalisation, made);
  }
  return made;
}

/**
 * Sample → the arrays that a training step takes: `image` `[H, W, 3]`, and those of {@link targetArrays}.
 * @example
 * ```ts
 * import { disparityMap, photo } from '@scene-mtl/data';
 * import { depth } from '@scene-mtl/vision-heads';
 * import { sampleArrays, symmetricNormalisation } from '@scene-mtl/vision-heads/targets';
 * const size = { height: 1, width: 2 };
 * const fields = {
 *   image: photo(size, new Uint8Array(6)),
 *   depth: disparityMap(size, Float32Array.of(5, 0), Uint8Array.of(1, 0)),
 * };
 * const arrays = sampleArrays({ id: 'wall', fields }, [depth()], symmetricNormalisation);
 * Object.keys(arrays); // → ['image', 'target/depth', 'mask/depth']
 * arrays['target/depth']; // → [5, 0]
 * ```
 */
export function sampleArrays(
  sample: Sample,
  tasks: readonly TargetEncoder[],
  normalisation: Normalisation,
): Record<string, Float32Array> {
  const { data, height, width } = imageOf(sample);
  return {
    image: normalised(data, normalisation),
    ...targetArrays(sample, tasks, [height, width]),
  };
}

/**
 * For each task `target/<task>` `[…places, Task.targetChannels]` and `mask/<task>` `[…places]`. A task whose
 * annotation the sample lacks gets zeros and an empty mask, so that the sample trains the other tasks only.
 * @param size of the picture, where a task has an answer for each of its pixels
 */
export function targetArrays(
  sample: Sample,
  tasks: readonly TargetEncoder[],
  size: readonly [number, number],
): Record<string, Float32Array> {
  const arrays: Record<string, Float32Array> = {};
  for (const task of tasks) {
    const target = task.has(sample) ? task.encode(sample) : noTarget(task, size);
    arrays[`target/${task.name}`] = target.value;
    arrays[`mask/${task.name}`] = target.mask;
  }
  return arrays;
}

/** Zeros that count nowhere. */
function noTarget(
  { places, targetChannels }: TargetEncoder,
  size: readonly [number, number],
): Target {
  const count = (places?.(size) ?? size).reduce((a, b) => a * b, 1);
  return { value: new Float32Array(count * targetChannels), mask: new Float32Array(count) };
}
