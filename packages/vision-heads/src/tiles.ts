import { imageOf, type Sample } from '@scene-mtl/data';
import { colourDisparity, type Tile, type PixelErrors, type Rgb } from '@scene-mtl/eval';
import type { Size } from '@scene-mtl/data';
import type { Predictions, VisionTask } from './kit.ts';

/**
 * Pictures of one example in reading order: the photograph; then truth, prediction and, if wanted, the
 * error of each task that has a map. Only what is there is drawn. An error map goes from dark blue (none)
 * to light yellow (`MapView.top`); pixels without a truth are grey.
 */
export function tilesOf(
  tasks: readonly VisionTask[],
  sample: Sample,
  predictions: Predictions,
  { errors = false }: { readonly errors?: boolean } = {},
): Tile[] {
  const { height, width, data } = imageOf(sample);
  const size = { height, width };
  const tiles: Tile[] = [{ name: 'photo', ...size, data }];
  for (const task of tasks) {
    const { name, view } = task;
    if (!view) continue;
    const truth = task.has(sample) ? task.encode(sample) : undefined;
    const prediction = predictions[name];
    const pictures = view.pictures(size, truth, prediction, { sample, predictions });
    for (const side of ['truth', 'prediction'] as const) {
      const picture = pictures[side];
      if (picture) tiles.push({ name: `${pictures.shows ?? view.shows}, ${side}`, ...picture });
    }
    if (!errors || !truth || prediction === undefined) continue;
    const map = view.errors(prediction, truth);
    const picture = errorPicture(map, size, view.top(truth, size));
    tiles.push({ name: `${view.shows}, error`, ...picture });
  }
  return tiles;
}

function errorPicture({ error, mask }: PixelErrors, { height, width }: Size, top: number): Rgb {
  const known = Uint8Array.from(mask, Number);
  return colourDisparity(Float32Array.from(error), known, height, width, top);
}
