import { disparityMapOf } from '@scene-mtl/vision-heads/targets';
import { sizeOf, type Sample, type Size } from '@scene-mtl/data';
import {
  colourDisparity,
  stripPanels,
  type Panel,
  type PixelErrors,
  type ReportStrip,
  type Rgb,
} from '@scene-mtl/eval';
import type { TaskName } from '../config/task-name.ts';
import { stripOf } from '../train/predictions.ts';
import type { Predictions } from '../train/evaluation.ts';
import { errorMaps, taskOrder } from './pixel-errors.ts';
import type { MeasurementPlace } from '../scenes/measurement.ts';
import { readRgb, smallPng } from './small-png.ts';

/** Pictures of one frame, one below the other in one PNG: one file per frame, cut apart to be shown. */
export type StripFile = {
  readonly file: string;
  readonly frame: string;
  /** Names of the pictures from top to bottom. */
  readonly panels: readonly string[];
};

/** Names of the panels of a task's truth and prediction, as `stripPanels` gives them. */
const panelsOf: Readonly<Record<TaskName, string>> = {
  semantic: 'classes',
  instance: 'centre vectors',
  depth: 'disparity',
};

/**
 * Photograph; truth, prediction and error of each task. An error map goes from dark blue (none) to
 * light yellow: a wrong class; 10 % of the image's width for a vector; half the largest true
 * disparity. Pixels without a truth are grey.
 */
export function framePanels(
  place: Pick<MeasurementPlace, 'tasks' | 'dataset'>,
  sample: Sample,
  predictions: Predictions,
): Panel[] {
  const panels = stripPanels(stripOf(place.dataset, sample, predictions));
  const maps = errorMaps(place.tasks, sample, predictions);
  const tops: Readonly<Record<TaskName, number>> = {
    semantic: 100,
    instance: sizeOf(sample).width / 10,
    depth: largest(sample) / 2,
  };
  return [
    ...panels.filter(({ name }) => name === 'photo'),
    ...taskOrder.flatMap((task) => {
      const map = maps[task];
      const drawn = panels.filter(({ name }) => name.startsWith(`${panelsOf[task]},`));
      if (!map) return drawn;
      const name = `${panelsOf[task]}, error`;
      return [...drawn, { name, ...errorPicture(map, sizeOf(sample), tops[task]) }];
    }),
  ];
}

function errorPicture({ error, mask }: PixelErrors, { height, width }: Size, top: number): Rgb {
  const known = Uint8Array.from(mask, Number);
  return colourDisparity(Float32Array.from(error), known, height, width, top);
}

function largest(sample: Sample): number {
  let most = 0;
  const disparity = disparityMapOf(sample);
  disparity?.data.forEach((d, i) => {
    if (disparity.valid[i] !== 0 && d > most) most = d;
  });
  return most || 1;
}

/** Saves the pictures of some frames beside a measurement, each frame once. */
export async function saveStrips(
  place: MeasurementPlace,
  frames: readonly string[],
): Promise<StripFile[]> {
  const shown = await place.predict([...new Set(frames)]);
  const saved: StripFile[] = [];
  for (const { sample, predictions } of shown) {
    const panels = framePanels(place, sample, predictions);
    const file = `${sample.id.replace(/[^\w.-]+/g, '-')}.png`;
    await place.save(file, await stackedPng(panels));
    saved.push({ file, frame: sample.id, panels: panels.map(({ name }) => name) });
  }
  return saved;
}

/** Pictures of one size, one below the other. */
export async function stackedPng(panels: readonly Rgb[]): Promise<Uint8Array> {
  const [{ height, width }] = panels;
  const data = new Uint8Array(panels.length * height * width * 3);
  panels.forEach((panel, k) => data.set(panel.data, k * height * width * 3));
  return smallPng({ width, height: panels.length * height, data });
}

/** The pictures of a saved strip, cut apart, with a text for each. */
export async function cutStrip(
  png: Uint8Array,
  { panels, frame }: Pick<StripFile, 'panels' | 'frame'>,
  title: string,
): Promise<ReportStrip> {
  const whole = await readRgb(png);
  const [height, width] = [whole.height / panels.length, whole.width];
  const size = height * width * 3;
  return {
    title,
    panels: await Promise.all(
      panels.map(async (name, k) => ({
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
