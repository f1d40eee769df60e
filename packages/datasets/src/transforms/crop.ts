import type { Centre, Sample } from '@scene-mtl/core/samples';
import type { Transform } from '../batches.ts';
import { centresOf } from '../centres.ts';
import type { Size } from '../dataset.ts';
import { pickIndex } from '../random.ts';

type Pixels = Uint8Array | Uint16Array | Float32Array;

/** A rectangle of a sample, px. */
export interface Window extends Size {
  readonly top: number;
  readonly left: number;
}

/** How `cropped` treats objects that the edge cuts. */
export interface CropOptions {
  /**
   * `whole` (default): the centre of the object before the crop, which may lie outside the window.
   * `visible`: the mean pixel of what is left of it.
   */
  readonly centres?: 'whole' | 'visible';
}

/** Cuts a window of `size` px at a random place: see `cropped`. */
export function randomCrop(size: Size, options: CropOptions = {}): Transform {
  return (sample, random) => {
    const top = pickIndex(random, sample.height - size.height + 1);
    const left = pickIndex(random, sample.width - size.width + 1);
    return cropped(sample, { ...size, top, left }, options);
  };
}

/**
 * A window of a sample. Disparity keeps its values; the camera's principal point moves. The crop
 * does not change the scale, so depth from disparity stays right.
 * @throws when the window does not lie in the sample
 */
export function cropped(
  sample: Sample,
  window: Window,
  { centres = 'whole' }: CropOptions = {},
): Sample {
  const { top, left, height, width } = window;
  if (
    ![top, left, height, width].every(Number.isInteger) ||
    Math.min(top, left) < 0 ||
    Math.min(height, width) < 1 ||
    top + height > sample.height ||
    left + width > sample.width
  ) {
    throw new Error(
      `crop of ${sample.id}: a window of ${height} × ${width} at (${top}, ${left}) does not lie in ${sample.height} × ${sample.width}`,
    );
  }
  const cut = <Data extends Pixels>(data: Data, channels = 1) =>
    cutPixels(data, sample.width, window, channels);
  const { semantic, instance, disparity, disparityValid, camera } = sample;
  const instanceCut = instance && cut(instance);
  return {
    ...sample,
    height,
    width,
    image: cut(sample.image, 3),
    ...(semantic && { semantic: cut(semantic) }),
    ...(instance &&
      instanceCut && {
        instance: instanceCut,
        centres:
          centres === 'visible'
            ? centresOf(instanceCut, width)
            : movedCentres(
                sample.centres ?? centresOf(instance, sample.width),
                instanceCut,
                window,
              ),
      }),
    ...(disparity && { disparity: cut(disparity) }),
    ...(disparityValid && { disparityValid: cut(disparityValid) }),
    ...(camera && { camera: { ...camera, u0: camera.u0 - left, v0: camera.v0 - top } }),
  };
}

function cutPixels<Data extends Pixels>(
  data: Data,
  fromWidth: number,
  { top, left, height, width }: Window,
  channels: number,
): Data {
  const Type = data.constructor as new (length: number) => Data;
  const result = new Type(height * width * channels);
  for (let r = 0; r < height; r++) {
    const start = ((top + r) * fromWidth + left) * channels;
    result.set(data.subarray(start, start + width * channels), r * width * channels);
  }
  return result;
}

/** Centres of the objects that are still there, relative to the window. */
function movedCentres(
  centres: ReadonlyMap<number, Centre>,
  instance: Uint16Array,
  { top, left }: Window,
): Map<number, Centre> {
  const remaining = new Set(instance);
  const moved = new Map<number, Centre>();
  for (const [value, { row, column }] of centres) {
    if (remaining.has(value)) moved.set(value, { row: row - top, column: column - left });
  }
  return moved;
}
