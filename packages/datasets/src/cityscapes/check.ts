import { readFile } from 'node:fs/promises';
import type { Sample, Size } from '@scene-mtl/data';
import { SPLITS, type Dataset, type Split } from '../dataset.ts';
import { readPngHeader } from '../image/png-header.ts';
import { labelDisagreement, type Disagreement } from './disagreement.ts';
import { photoPath } from './files.ts';

/** Called for every frame that was read; `problem` says why when it could not be. */
export type CheckVisitor = (
  event: {
    readonly done: number;
    readonly total: number;
    readonly split: Split;
    readonly id: string;
  } & (
    | {
        readonly sample: Sample;
        /** Where labelIds and instanceIds of a Cityscapes tree do not agree. */
        readonly disagreement: Disagreement | undefined;
      }
    | { readonly problem: string }
  ),
) => void;

/** Size of the photograph of a frame of a Cityscapes tree, px. */
export async function nativeSize(root: string, split: Split, id: string): Promise<Size> {
  const file = photoPath(root, split, id);
  const { height, width } = readPngHeader(await readFile(file), file);
  return { height, width };
}

/**
 * Reads every frame of a data set (a Cityscapes tree at its own size when `root` is given, else at
 * `size`), so that each file is decoded and each value looked up; compares labelIds with
 * instanceIds; goes on after a failure.
 */
export async function readEverything(
  dataset: Dataset,
  size: Size | { readonly root: string },
  visit: CheckVisitor,
): Promise<void> {
  const frames = SPLITS.flatMap((split) => dataset.list(split).map((id) => ({ split, id })));
  for (const [i, { split, id }] of frames.entries()) {
    const event = { done: i + 1, total: frames.length, split, id };
    try {
      const root = 'root' in size ? size.root : undefined;
      const at = 'root' in size ? await nativeSize(size.root, split, id) : size;
      const sample = await dataset.read(id, split, at);
      const comparable =
        root !== undefined && 'semantic' in sample.fields && 'instance' in sample.fields;
      const disagreement = comparable ? await labelDisagreement(root, split, id) : undefined;
      visit({ ...event, sample, disagreement });
    } catch (error) {
      visit({ ...event, problem: (error as Error).message });
    }
  }
}
