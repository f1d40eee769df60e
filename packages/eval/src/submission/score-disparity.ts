import { readBaselineFx } from '@scene-mtl/data/camera-file';
import { disparityError, type DisparityErrorResult } from '../metrics/disparity-error.ts';
import { filesBelow, frameOf, pairFiles } from './files.ts';
import { checkSameSize } from './images.ts';
import { readDisparity } from './disparity-files.ts';
import { inOrder, type ScoreInput } from './in-order.ts';

/**
 * Scores disparity: for each `*_disparity.png` below `gt` one 16-bit grey PNG `city_seq_frame*.png`
 * below `pred`, both with d = (p − 1) / 256 px and p = 0 for unknown. (Cityscapes has no official
 * format for predictions; this is the format of its own disparity files.) Where the truth is unknown
 * nothing counts; a prediction must have a value everywhere else. `*_camera.json` files below `gt`,
 * one for each frame or none, add the inverse-depth errors.
 *
 * @throws Error naming the file for anything missing, of another size or kind, or with holes
 */
export async function scoreDisparity(
  input: ScoreInput,
): Promise<DisparityErrorResult & { images: number }> {
  const pairs = await pairFiles(input.gt, input.pred, '_disparity.png', '.png');
  const cameras = new Map(
    (await filesBelow(input.gt))
      .filter((file) => file.endsWith('_camera.json'))
      .map((file) => [frameOf(file), file]),
  );
  const without = pairs.filter(({ frame }) => !cameras.has(frame));
  if (without.length > 0 && without.length < pairs.length) {
    throw new Error(
      `${input.gt}: ${without.length} of ${pairs.length} images have no *_camera.json, the first is ${without[0].frame}; the inverse-depth errors would be of the others alone: add the files, or remove all of them`,
    );
  }
  const errors = disparityError();
  const read = async ({ gt, pred, frame }: (typeof pairs)[number]) => {
    const [truth, guess] = await Promise.all([readDisparity(gt), readDisparity(pred)]);
    checkSameSize(truth, gt, guess, pred);
    const holes = truth.valid.reduce((n, v, i) => n + Number(v === 1 && guess.valid[i] === 0), 0);
    if (holes > 0) {
      throw new Error(
        `${pred}: ${holes} pixels with known truth have no predicted value (p = 0); predict every pixel, d = 0 is p = 1`,
      );
    }
    const camera = cameras.get(frame);
    return { truth, guess, baselineFx: camera && (await readBaselineFx(camera, truth)) };
  };
  await inOrder(
    pairs,
    read,
    ({ truth, guess, baselineFx }) =>
      errors.add(truth.disparity, guess.disparity, truth.valid, baselineFx || undefined),
    input.onProgress,
  );
  return { ...errors.result(), images: pairs.length };
}
