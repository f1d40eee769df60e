import type { FigureGrid } from '@scene-mtl/eval';
import type { Json } from '@scene-mtl/lab';
import type { SceneResults, SceneSpec } from '../scenes/kind.ts';
import type { SceneMeasurement } from '../scenes/measurement.ts';
import { cutGrid, type GridFile } from './grid-file.ts';

/**
 * The pictures that a measurement saved of the first of some runs that has it, each under what is
 * said of its frame; a file that is not there is left out.
 */
export async function gridsOf<T extends Json & { readonly strips: readonly GridFile[] }>(
  results: SceneResults,
  specs: readonly SceneSpec[],
  measurement: SceneMeasurement<T>,
  titleOf: (frame: string, found: T) => string = (frame) => frame,
): Promise<FigureGrid[]> {
  for (const spec of specs) {
    const found = results.measured(spec, measurement);
    if (!found) continue;
    const cut = await Promise.all(
      found.strips.map(async (grid) => {
        const png = await results.file(spec, measurement, grid.file);
        return png ? [await cutGrid(png, grid, titleOf(grid.frame, found))] : [];
      }),
    );
    return cut.flat();
  }
  return [];
}
