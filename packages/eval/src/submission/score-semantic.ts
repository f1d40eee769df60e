import { existsSync } from 'node:fs';
import { pixelScores, type PixelScores } from '../cityscapes/pixel.ts';
import { pairFiles } from './files.ts';
import { asBytes, asWords, checkSameSize, readLabels } from './images.ts';
import { inOrder, type ScoreInput } from './in-order.ts';

/**
 * Scores a pixel-level submission: for each `*_gtFine_labelIds.png` below `gt` one single-channel PNG
 * `city_seq_frame*.png` of regular ids below `pred`. Instance-weighted scores use the
 * `*_instanceIds.png` beside the ground truth.
 *
 * @throws Error naming the file for anything missing, of another size or with an unknown id
 */
export async function scoreSemantic(input: ScoreInput): Promise<PixelScores & { images: number }> {
  const pairs = await pairFiles(input.gt, input.pred, '_gtFine_labelIds.png', '.png');
  const evaluation = pixelScores();
  const read = async ({ gt, pred }: (typeof pairs)[number]) => {
    const instanceFile = gt.replace(/labelIds\.png$/, 'instanceIds.png');
    if (!existsSync(instanceFile)) {
      throw new Error(`${instanceFile}: missing; the instance-weighted scores need it`);
    }
    const [truth, guess, instances] = await Promise.all([gt, pred, instanceFile].map(readLabels));
    checkSameSize(truth, gt, guess, pred);
    checkSameSize(truth, gt, instances, instanceFile);
    return [asBytes(truth, gt), asBytes(guess, pred), asWords(instances), pred] as const;
  };
  await inOrder(
    pairs,
    read,
    ([truth, guess, instances, file]) => {
      try {
        evaluation.add(truth, guess, instances);
      } catch (error) {
        throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
      }
    },
    input.onProgress,
  );
  return { ...evaluation.result(), images: pairs.length };
}
