import { frameAt, shownQuantiles } from '../../../measure/frame-choice.ts';
import {
  frameErrors,
  type FrameErrorText,
  toText,
  trainedTasks,
} from '../../../measure/frame-errors.ts';
import { saveGrids, type GridFile } from '../../../measure/grid-file.ts';
import type { SceneMeasurement } from '../../../scenes/measurement.ts';

/** A frame and why it is shown. */
export type ShownFrame = {
  readonly task: string;
  readonly quantile: number;
  readonly frame: string;
  /** Mean error of the task on it. */
  readonly error: number;
};

/** What `qualitative` measures. */
export type Qualitative = {
  /** Mean error of every frame in the order of the split: what the choice was made from. */
  readonly errors: FrameErrorText;
  readonly shown: readonly ShownFrame[];
  readonly strips: readonly GridFile[];
};

/**
 * Pictures of frames that a rule chooses: for each task the frames at the 5th, 50th and 95th
 * percentile of that task's error on the frame, so that good, typical and bad ones are all shown.
 */
export const qualitative: SceneMeasurement<Qualitative> = {
  name: 'qualitative',
  version: 1,
  module: import.meta.url,
  async measure(place) {
    const { errors, add } = frameErrors(place);
    await place.each(add);
    const shown = trainedTasks(place).flatMap((task) =>
      shownQuantiles.flatMap((quantile): ShownFrame[] => {
        const list = errors[task] ?? [];
        const at = frameAt(list, quantile);
        if (at === undefined) return [];
        return [{ task, quantile, frame: place.frames[at], error: list[at] as number }];
      }),
    );
    const grids = await saveGrids(
      place,
      shown.map(({ frame }) => frame),
    );
    return { errors: toText(errors), shown, strips: grids };
  },
};
