import { readBaselineFx } from '@scene-mtl/data/camera-file';
import { disparityError, type DisparityErrorResult } from '../metrics/disparity-error.ts';
import { disparityOutliers, type DisparityOutliersResult } from '../metrics/disparity-outliers.ts';
import { byFrame, pairFiles, type FilePair } from './files.ts';
import { checkSameSize } from './images.ts';
import { readDisparity } from './disparity-files.ts';
import { inOrder, type ScoreInput } from './in-order.ts';
import type { Scored } from './score-semantic.ts';
import { sizeTally } from './sizes.ts';
import { filesBelow } from './walk.ts';

/**
 * Scores disparity: for each `*_disparity.png` below `gt` one 16-bit grey PNG `city_seq_frame*.png`
 * below `pred`, both with d = (p − 1) / 256 px and p = 0 for unknown. (Cityscapes has no official
 * format for predictions; this is the format of its own disparity files.) Where the truth is unknown
 * nothing counts; where a prediction has no value (p = 0) it counts in `density` alone. `*_camera.json` files
 * below `gt`, one per frame or none at all, add the inverse-depth errors.
 *
 * @throws Error naming the file for anything missing, or of another size or kind
 */
export async function scoreDisparity(
  input: ScoreInput,
): Promise<DisparityErrorResult & Omit<DisparityOutliersResult, 'pixels'> & Scored> {
  const rule = { suffix: '_disparity.png', extension: '.png' };
  const { pairs, passedOver, unused } = await pairFiles(input.gt, input.pred, rule, input.onFound);
  const cameras = byFrame((await filesBelow(input.gt)).files, '_camera.json');
  checkCameras(pairs, cameras);
  const errors = disparityError();
  const outliers = disparityOutliers();
  const sizes = sizeTally(false);
  const read = async ({ gt, pred, frame }: FilePair) => {
    const [truth, guess] = await Promise.all([readDisparity(gt), readDisparity(pred)]);
    checkSameSize(truth, gt, guess, pred);
    const camera = cameras.get(frame);
    return { truth, guess, baselineFx: camera && (await readBaselineFx(camera, truth)) };
  };
  await inOrder(
    pairs,
    read,
    ({ truth, guess, baselineFx }, { gt }) => {
      sizes.add(truth, gt);
      const both = truth.valid.map((known, i) => known & guess.valid[i]);
      errors.add(truth.disparity, guess.disparity, both, baselineFx || undefined);
      const said = guess.disparity.map((d, i) => (guess.valid[i] ? d : NaN));
      outliers.add(truth.disparity, said, truth.valid);
    },
    input.onProgress,
  );
  return {
    ...{ ...outliers.result(), ...errors.result() },
    ...{ images: pairs.length, sizes: sizes.result(), passedOver, unused },
  };
}

/** Errors of inverse depth over some of the images would read as if over all. */
function checkCameras(pairs: readonly FilePair[], cameras: ReadonlyMap<string, string>): void {
  const without = pairs.filter(({ frame }) => !cameras.has(frame));
  if (without.length === 0 || without.length === pairs.length) return;
  throw new Error(
    `${without[0].gt}: no ${without[0].frame}_camera.json, as ${pairs.length - without.length} of ${pairs.length} frames have; inverse depth needs one for every frame, or leave all out`,
  );
}
