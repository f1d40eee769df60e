import { existsSync } from 'node:fs';
import { ImageFault } from '../cityscapes/image-fault.ts';
import { pixelScores, type PixelEvaluation, type PixelScores } from '../cityscapes/pixel.ts';
import { pairFiles } from './files.ts';
import { asBytes, asWords, checkSameSize, readLabels } from './images.ts';
import { inOrder, type ScoreInput } from './in-order.ts';
import { chosenOf, type ChosenScores, type Scored } from './scored.ts';
import { areaOf, sizeTally } from './sizes.ts';

/** What `scoreSemantic` takes beyond the folders. */
export interface SemanticScoreInput extends ScoreInput {
  /**
   * True multiplies the mean sizes of objects by area = H · W / (1024 · 2048) (`pixelScores`); all
   * pictures must have one size then. Default: as they are, official.
   */
  readonly scaleByArea?: boolean;
}

/**
 * Scores a pixel-level submission: for each `*_gtFine_labelIds.png` below `gt` one single-channel PNG
 * `city_seq_frame*.png` of regular ids below `pred`. Instance-weighted scores use the
 * `*_instanceIds.png` beside the ground truth.
 *
 * @throws Error naming the file at fault for anything missing, of another size or with an unknown id
 */
export async function scoreSemantic(input: SemanticScoreInput): Promise<PixelScores & Scored> {
  const { scaleByArea = false } = input;
  const rule = { suffix: '_gtFine_labelIds.png', extension: '.png' };
  const { pairs, passedOver, unused } = await pairFiles(input.gt, input.pred, rule, input.onFound);
  const sizes = sizeTally(scaleByArea);
  let area = 1;
  const each: PixelEvaluation[] = [];
  const read = async ({ gt, pred }: (typeof pairs)[number]) => {
    const instanceFile = gt.replace(/labelIds\.png$/, 'instanceIds.png');
    if (!existsSync(instanceFile)) {
      throw new Error(`${instanceFile}: missing; the instance-weighted scores need it`);
    }
    const [truth, guess, instances] = await Promise.all([gt, pred, instanceFile].map(readLabels));
    checkSameSize(truth, gt, guess, pred);
    checkSameSize(truth, gt, instances, instanceFile);
    return {
      truth: { ...truth, data: asBytes(truth, gt) },
      guess: asBytes(guess, pred),
      instances: asWords(instances),
      files: { 'ground truth': gt, prediction: pred, instances: instanceFile },
    };
  };
  await inOrder(
    pairs,
    read,
    ({ truth, guess, instances, files }) => {
      sizes.add(truth, files['ground truth']);
      if (scaleByArea) area = areaOf(truth);
      const evaluation = pixelScores(area);
      each.push(evaluation);
      try {
        evaluation.add(truth.data, guess, instances);
      } catch (error) {
        const file = error instanceof ImageFault ? files[error.side] : files.prediction;
        throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
      }
    },
    input.onProgress,
  );
  const whole = pixelScores(area);
  for (const one of each) whole.merge(one);
  return {
    ...whole.result(),
    ...{ images: pairs.length, sizes: sizes.result(), passedOver, unused },
    frames: pairs.map(({ frame }) => frame),
    chosen: () =>
      chosenOf(
        each,
        () => pixelScores(area),
        (scores) => means(scores.result()),
      ),
  };
}

const means = (scores: PixelScores): ChosenScores => ({
  averageScoreClasses: scores.averageScoreClasses,
  averageScoreInstClasses: scores.averageScoreInstClasses,
  averageScoreCategories: scores.averageScoreCategories,
  averageScoreInstCategories: scores.averageScoreInstCategories,
});
