import type { ReportStrip } from '@scene-mtl/eval';
import type { Results } from '../experiment/item.ts';
import type { RunSpec } from '../experiment/spec.ts';
import type { Measurement } from '../measure/measurement.ts';
import { cutStrip, type StripFile } from '../measure/strip-file.ts';

/**
 * The saved pictures of a measurement, each under what is said of its frame; a file that is not there
 * is left out.
 */
export async function stripsOf(
  results: Results,
  spec: RunSpec,
  measurement: Measurement,
  strips: readonly StripFile[],
  titleOf: (frame: string) => string,
): Promise<ReportStrip[]> {
  const cut = await Promise.all(
    strips.map(async (strip) => {
      const png = await results.file(spec, measurement, strip.file);
      return png ? [await cutStrip(png, strip, titleOf(strip.frame))] : [];
    }),
  );
  return cut.flat();
}
