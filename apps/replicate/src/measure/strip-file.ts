import type { Sample } from '@scene-mtl/data';
import type { Panel, ReportStrip, Rgb } from '@scene-mtl/eval';
import { inKitOrder, panelsOf, type Predictions } from '@scene-mtl/vision-heads';
import type { MeasurementPlace } from '../scenes/measurement.ts';
import { readRgb, smallPng } from './small-png.ts';

/** Pictures of one frame, one below the other in one PNG: one file per frame, cut apart to be shown. */
export type StripFile = {
  readonly file: string;
  readonly frame: string;
  /** Names of the pictures from top to bottom. */
  readonly panels: readonly string[];
};

/** Photograph; truth, prediction and error of each task, in the order of the kits. */
export const framePanels = (
  { tasks }: Pick<MeasurementPlace, 'tasks'>,
  sample: Sample,
  predictions: Predictions,
): Panel[] => panelsOf(inKitOrder(tasks), sample, predictions, { errors: true });

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
