import { join } from 'node:path';
import { readMetrics, tensorBoardEvents } from '@scene-mtl/core';
import { writeAtomically } from '@scene-mtl/data/files';

/** Name of the event file in a run folder; TensorBoard looks for the part before the last dot. */
export const EVENTS = 'events.out.tfevents.0';

/**
 * Writes the run's `metrics.jsonl` as an event file for TensorBoard, whole each time: a resumed run
 * takes back the lines after its checkpoint, which could not be taken back from an appended file.
 * A record's wall time is its step, so the same metrics give the same bytes.
 */
export async function saveEvents(folder: string): Promise<void> {
  const records = await readMetrics(join(folder, 'metrics.jsonl'));
  await writeAtomically(join(folder, EVENTS), tensorBoardEvents(records));
}
