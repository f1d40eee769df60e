import { panelPng, type Panel, type ReportStrip } from '@scene-mtl/eval';
import type { Results } from '../experiment/item.ts';
import type { RunSpec } from '../experiment/spec.ts';
import type { Json, Measurement, MeasurementPlace } from './measurement.ts';

/** Pictures of one frame that a measurement saved. */
export type SavedStrip = {
  readonly title: string;
  readonly panels: readonly {
    readonly name: string;
    readonly alt: string;
    /** For `Results.file`. */
    readonly file: string;
  }[];
};

/** Saves the pictures of a frame as `<frame>.<number>.png`. */
export async function saveStrip(
  place: Pick<MeasurementPlace, 'save'>,
  frame: string,
  title: string,
  panels: readonly (Panel & { readonly alt: string })[],
): Promise<SavedStrip> {
  const files = panels.map(({ name, alt }, i) => ({ name, alt, file: `${frame}.${i}.png` }));
  for (const [i, { file }] of files.entries()) await place.save(file, await panelPng(panels[i]));
  return { title, panels: files };
}

/** Saved pictures as a report shows them; those whose file is gone are left out. */
export function savedStrips<T extends Json>(
  results: Results,
  spec: RunSpec,
  measurement: Measurement<T>,
  saved: readonly SavedStrip[],
): Promise<ReportStrip[]> {
  return Promise.all(
    saved.map(async ({ title, panels }) => {
      const read = await Promise.all(
        panels.map(async ({ name, alt, file }) => {
          const png = await results.file(spec, measurement, file);
          return png ? [{ name, alt, png }] : [];
        }),
      );
      return { title, panels: read.flat() };
    }),
  );
}
