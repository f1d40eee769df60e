import type { Sample } from '@scene-mtl/data';
import type { Tile, FigureGrid, Rgb } from '@scene-mtl/eval';
import { inKitOrder, tilesOf, type Predictions } from '@scene-mtl/vision-heads';
import type { MeasurementPlace } from '../scenes/measurement.ts';
import { readRgb, smallPng } from './small-png.ts';

/**
 * Pictures of one frame, one below the other in one PNG: one file per frame, cut apart to be shown. What
 * measurements kept says `strips` of these and `panels` of their tiles; the keys keep these first names.
 */
export type GridFile = {
  readonly file: string;
  readonly frame: string;
  /** Names of the pictures from top to bottom. */
  readonly panels: readonly string[];
};

/** Photograph; truth, prediction and error of each task, in the order of the kits. */
export const frameTiles = (
  { tasks }: Pick<MeasurementPlace, 'tasks'>,
  sample: Sample,
  predictions: Predictions,
): Tile[] => tilesOf(inKitOrder(tasks), sample, predictions, { errors: true });

/** Saves the pictures of some frames beside a measurement, each frame once. */
export async function saveGrids(
  place: MeasurementPlace,
  frames: readonly string[],
): Promise<GridFile[]> {
  const shown = await place.predict([...new Set(frames)]);
  const saved: GridFile[] = [];
  for (const { sample, predictions } of shown) {
    const tiles = frameTiles(place, sample, predictions);
    const file = `${sample.id.replace(/[^\w.-]+/g, '-')}.png`;
    await place.save(file, await stackedPng(tiles));
    saved.push({ file, frame: sample.id, panels: tiles.map(({ name }) => name) });
  }
  return saved;
}

/** Pictures of one size, one below the other. */
export async function stackedPng(tiles: readonly Rgb[]): Promise<Uint8Array> {
  const [{ height, width }] = tiles;
  const data = new Uint8Array(tiles.length * height * width * 3);
  tiles.forEach((tile, k) => data.set(tile.data, k * height * width * 3));
  return smallPng({ width, height: tiles.length * height, data });
}

/** The pictures of a saved grid, cut apart, with a text for each. */
export async function cutGrid(
  png: Uint8Array,
  { panels: names, frame }: Pick<GridFile, 'panels' | 'frame'>,
  title: string,
): Promise<FigureGrid> {
  const whole = await readRgb(png);
  const [height, width] = [whole.height / names.length, whole.width];
  const size = height * width * 3;
  return {
    title,
    tiles: await Promise.all(
      names.map(async (name, k) => ({
        name,
        alt: `${name} of frame ${frame}`,
        png: await smallPng({
          height,
          width,
          data: whole.data.subarray(k * size, (k + 1) * size),
        }),
      })),
    ),
  };
}
