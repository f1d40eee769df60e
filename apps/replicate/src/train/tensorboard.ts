import {
  openEventLog,
  type EventImage,
  type EventLog,
  type HyperParameters,
} from '@scene-mtl/core';
import type { Sample } from '@scene-mtl/data';
import { tilePng } from '@scene-mtl/eval';
import { tilesOf, type Predictions, type VisionTask } from '@scene-mtl/vision-heads';
import type { RunDescription } from '../run/description.ts';

/** Validation frames whose pictures an event file has. */
export const PICTURED = 4;

/** A frame with what the network says about it. */
export interface Pictured {
  readonly sample: Sample;
  readonly predictions: Predictions;
}

/** The event file of a run, for TensorBoard. */
export interface RunEvents extends Pick<EventLog, 'scalars' | 'end'> {
  /** Predictions of some frames at a step; photographs and truths once. */
  pictures(step: number, frames: readonly Pictured[]): Promise<void>;
}

/**
 * The events of a run. They are for looking on and decide nothing: where they cannot be written the run goes on
 * without them, with a line that says so.
 * @param from step from which the run goes on
 * @param tell gets that line
 */
export function runEvents(
  run: {
    readonly folder: string;
    readonly description: RunDescription;
    readonly tasks: readonly VisionTask[];
    readonly from: number;
  },
  tell: (line: string) => void = (line) => void process.stderr.write(`${line}\n`),
): RunEvents {
  const { folder, description, tasks, from } = run;
  let log: EventLog | undefined;
  let lost = false;
  const written = async (write: (log: EventLog) => Promise<void>): Promise<void> => {
    if (lost) return;
    try {
      // Not before the first record: a run that is refused must leave the folder as it is.
      log ??= await openEventLog({ folder, from, hparams: settingsOf(description) });
      await write(log);
    } catch (error) {
      lost = true;
      tell(`note: no more events for TensorBoard in ${folder}: ${(error as Error).message}`);
    }
  };
  const { evalEvery, steps } = description.config.training;
  // A run that goes on from before its first evaluation has shown nothing yet.
  let shown = from >= Math.min(evalEvery, steps);
  return {
    scalars: (record) => written((events) => events.scalars(record)),
    end: (step) => written((events) => events.end(step)),
    pictures: (step, frames) =>
      written(async (events) => {
        const images = await Promise.all(frames.map((frame) => imagesOf(tasks, frame)));
        // What never changes once.
        const wanted = images.flat().filter(({ tag }) => !shown || tag.endsWith(', prediction'));
        shown = true;
        if (wanted.length > 0) await events.images(step, wanted);
      }),
  };
}

const imagesOf = (
  tasks: readonly VisionTask[],
  { sample, predictions }: Pictured,
): Promise<EventImage[]> =>
  Promise.all(
    tilesOf(tasks, sample, predictions).map(async (tile) => ({
      tag: `${sample.id}/${tile.name}`,
      height: tile.height,
      width: tile.width,
      png: await tilePng(tile),
    })),
  );

/** All that decides a run, as TensorBoard compares runs by: `training.steps`, `tasks`, `balance.name`, … */
export function settingsOf({
  config: { seeds: _, ...config },
  tasks,
  balance,
  seed,
  select,
}: RunDescription): HyperParameters {
  const settings: Record<string, number | string | boolean> = {};
  const add = (name: string, value: unknown): void => {
    if (value === null || value === undefined) return;
    if (Array.isArray(value)) settings[name] = value.map(textOf).join(', ');
    else if (typeof value === 'object') {
      for (const [key, part] of Object.entries(value))
        add(name === '' ? key : `${name}.${key}`, part);
    } else settings[name] = value as number | string | boolean;
  };
  add('', { ...config, tasks, balance, seed, select: select?.metric });
  return settings;
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);
