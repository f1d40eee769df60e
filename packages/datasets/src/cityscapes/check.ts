import type { Sample } from '@scene-mtl/data';
import { SPLITS, type Dataset, type Split } from '../dataset.ts';
import { labelDisagreement, type Disagreement } from './disagreement.ts';

/** For data without pictures. */
const ANY = { height: 1, width: 1 };

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

/**
 * Reads every frame of a data set at its own size (`nativeSize`), so that each file is decoded
 * and each value looked up; compares labelIds with instanceIds where a frame has both files; goes on after a
 * failure.
 */
export async function readEverything(dataset: Dataset, visit: CheckVisitor): Promise<void> {
  const frames = SPLITS.flatMap((split) => dataset.list(split).map((id) => ({ split, id })));
  for (const [i, { split, id }] of frames.entries()) {
    const event = { done: i + 1, total: frames.length, split, id };
    try {
      const native = (await dataset.nativeSize?.(id, split)) ?? ANY;
      const sample = await dataset.read(id, split, native);
      const disagreement = await labelDisagreement(dataset.files?.(id, split) ?? []);
      visit({ ...event, sample, disagreement });
    } catch (error) {
      visit({ ...event, problem: (error as Error).message });
    }
  }
}
