import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** A ground-truth file, the prediction found for it, and the frame both belong to. */
export interface FilePair {
  /** `city_seq_frame`. */
  readonly frame: string;
  readonly gt: string;
  readonly pred: string;
}

/**
 * Every file below a folder, links to folders not followed, in a fixed order.
 * @throws Error naming the folder when it cannot be read
 */
export async function filesBelow(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`${folder}: folder cannot be read (${code})`, { cause: error });
  }
}

/**
 * Pairs ground-truth files with predictions by the official rule: for `city_seq_frame<suffix>` exactly
 * one file `city_seq_frame*<extension>` must lie anywhere below the prediction folder.
 *
 * @param suffix end of the ground-truth names, e.g. `_gtFine_labelIds.png`
 * @param extension of the predictions, e.g. `.png`
 * @throws Error when there is no ground truth, or none or several predictions for a frame
 */
export async function pairFiles(
  gtFolder: string,
  predFolder: string,
  suffix: string,
  extension: string,
): Promise<FilePair[]> {
  const truths = (await filesBelow(gtFolder)).filter((file) => file.endsWith(suffix));
  if (truths.length === 0) {
    throw new Error(`${gtFolder}: no file *${suffix} below it; give the folder of the split`);
  }
  const candidates = (await filesBelow(predFolder)).filter((file) => file.endsWith(extension));
  const names = candidates.map((file) => basename(file));
  return truths.map((gt) => {
    const frame = frameOf(gt);
    const found = candidates.filter((_, i) => names[i].startsWith(frame));
    if (found.length === 0) {
      throw new Error(
        `no prediction for ${gt}: expected one file ${frame}*${extension} below ${predFolder}`,
      );
    }
    if (found.length > 1) {
      throw new Error(
        `${found.length} predictions for ${gt}: ${found.slice(0, 3).join(', ')}; leave exactly one ${frame}*${extension}`,
      );
    }
    return { frame, gt, pred: found[0] };
  });
}

/**
 * `city_seq_frame` of a Cityscapes file name.
 * @throws Error when the name has not five or six parts
 */
export function frameOf(file: string): string {
  const stem = basename(file).replace(/\.[^.]*$/, '');
  const parts = stem.split('_');
  if (parts.length !== 4 && parts.length !== 5) {
    throw new Error(
      `${file}: name is not city_sequence_frame_type[_type2].extension, as Cityscapes names are`,
    );
  }
  return parts.slice(0, 3).join('_');
}
