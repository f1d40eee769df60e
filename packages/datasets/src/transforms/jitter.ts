import { imageOf, photo, withFields, type Sample } from '@scene-mtl/data';
import type { Transform } from '../batches.ts';

/** Largest change of each property; every factor is drawn evenly from [1 − x, 1 + x]. */
export interface JitterOptions {
  /** Default 0.3. */
  readonly brightness?: number;
  /** About the image's mean; default 0.3. */
  readonly contrast?: number;
  /** About each pixel's grey value; default 0.3. */
  readonly saturation?: number;
}

/** Changes brightness, contrast and saturation of the photograph; labels and geometry stay. */
export function photometricJitter({
  brightness = 0.3,
  contrast = 0.3,
  saturation = 0.3,
}: JitterOptions = {}): Transform {
  return (sample, random) => {
    const factor = (range: number) => 1 + range * (2 * random() - 1);
    return jittered(sample, {
      brightness: factor(brightness),
      contrast: factor(contrast),
      saturation: factor(saturation),
    });
  };
}

/**
 * The photograph with three factors applied (all 1: unchanged), clipped to 0–255:
 *
 *     y = brightness · (m + contrast · (x − m))      m = mean grey value of the image
 *     z = g + saturation · (y − g)                   g = grey value of the pixel y
 *
 * Grey value: 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601).
 * @example
 * ```ts
 * import { imageOf, photo } from '@scene-mtl/data';
 * import { jittered } from '@scene-mtl/datasets';
 * const image = photo({ height: 1, width: 1 }, Uint8Array.of(100, 100, 100));
 * const darker = jittered({ id: 'grey', fields: { image } }, { brightness: 0.5, contrast: 1, saturation: 1 });
 * imageOf(darker).data; // → [50, 50, 50]
 * ```
 */
export function jittered(
  sample: Sample,
  factors: { brightness: number; contrast: number; saturation: number },
): Sample {
  const { brightness, contrast, saturation } = factors;
  const before = imageOf(sample);
  const image = before.data;
  let m = 0;
  for (let i = 0; i < image.length; i += 3) m += grey(image[i], image[i + 1], image[i + 2]);
  m /= image.length / 3;
  const changed = new Uint8Array(image.length);
  for (let i = 0; i < image.length; i += 3) {
    const r = brightness * (m + contrast * (image[i] - m));
    const g = brightness * (m + contrast * (image[i + 1] - m));
    const b = brightness * (m + contrast * (image[i + 2] - m));
    const y = grey(r, g, b);
    changed[i] = byte(y + saturation * (r - y));
    changed[i + 1] = byte(y + saturation * (g - y));
    changed[i + 2] = byte(y + saturation * (b - y));
  }
  return withFields(sample, { image: photo(before, changed) });
}

const grey = (r: number, g: number, b: number) => 0.299 * r + 0.587 * g + 0.114 * b;
const byte = (x: number) => Math.max(0, Math.min(255, Math.round(x)));
