import { readBaselineFx } from '@scene-mtl/data/camera-file';
import {
  disparityError,
  type DisparityError,
  type DisparityErrorResult,
} from '../metrics/disparity-error.ts';
import {
  BAD_THRESHOLDS,
  disparityOutliers,
  type DisparityOutliers,
  type DisparityOutliersResult,
} from '../metrics/disparity-outliers.ts';
import { byFrame, pairFiles, type FilePair } from './files.ts';
import { checkSameSize } from './images.ts';
import { readDisparity } from './disparity-files.ts';
import { inOrder, type ScoreInput } from './in-order.ts';
import { chosenOf, type ChosenScores, type Scored } from './scored.ts';
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
export async function scoreDisparity(input: ScoreInput): Promise<Result & Scored> {
  const rule = { suffix: '_disparity.png', extension: '.png' };
  const { pairs, passedOver, unused } = await pairFiles(input.gt, input.pred, rule, input.onFound);
  const cameras = byFrame((await filesBelow(input.gt)).files, '_camera.json');
  checkCameras(pairs, cameras);
  const each: Counts[] = [];
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
      const { errors, outliers, ...one } = counts();
      each.push({ errors, outliers, ...one });
      errors.add(truth.disparity, guess.disparity, both, baselineFx || undefined);
      const said = guess.disparity.map((d, i) => (guess.valid[i] ? d : NaN));
      outliers.add(truth.disparity, said, truth.valid);
    },
    input.onProgress,
  );
  const whole = counts();
  for (const one of each) whole.merge(one);
  return {
    ...whole.result(),
    ...{ images: pairs.length, sizes: sizes.result(), passedOver, unused },
    frames: pairs.map(({ frame }) => frame),
    chosen: () =>
      chosenOf(each, counts, (some) => {
        const { pixels: _, positivePixels: __, bad, ...scores } = some.result();
        const named = BAD_THRESHOLDS.map((px) => [`bad${px}`, bad[px]]);
        return { ...scores, ...Object.fromEntries(named) } as ChosenScores;
      }),
  };
}

type Result = DisparityErrorResult & Omit<DisparityOutliersResult, 'pixels'>;

/** What is counted of some images. */
interface Counts {
  readonly errors: DisparityError;
  readonly outliers: DisparityOutliers;
  merge(other: Counts): void;
  result(): Result;
}

function counts(): Counts {
  const [errors, outliers] = [disparityError(), disparityOutliers()];
  return {
    errors,
    outliers,
    merge(other) {
      errors.merge(other.errors);
      outliers.merge(other.outliers);
    },
    result: () => ({ ...outliers.result(), ...errors.result() }),
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
