import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '@scene-mtl/data/files';
import { parseJson } from '@scene-mtl/data/json';
import { z } from 'zod';
import type { Kept } from '../specs/measurement.ts';
import type { RunSpec } from '../specs/spec.ts';
import type { RunSummary } from '../specs/summary.ts';
import { json } from './files.ts';
import { alone } from './lock.ts';
import { measuredFile, measuredFolder, summaryFile } from './results.ts';

/** In the folder of a run whose numbers came from published results: from where. */
const markFile = (folder: string): string => join(folder, 'published.json');

const markSchema = z.object({ from: z.string() });

/** What is published of a run. */
export interface PublishedRun<S extends RunSpec = RunSpec> {
  readonly summary: RunSummary<S>;
  /** By name of the measurement. */
  readonly measured: Readonly<Record<string, Kept>>;
  /** `<measurement>/<file>` → bytes. */
  readonly pictures: ReadonlyMap<string, Uint8Array>;
  /** Where it is published, in words. */
  readonly from: string;
}

/**
 * Makes a run's folder as a finished run leaves it, without weights and log. One that is there already,
 * finished or begun, stays as it is; one that was not made to its end is made again.
 * @returns whether it was made
 */
export async function restoreRun<S extends RunSpec>(
  folder: string,
  { summary, measured, pictures, from }: PublishedRun<S>,
): Promise<boolean> {
  if (existsSync(summaryFile(folder))) return false;
  if (existsSync(folder) && restoredFrom(folder) === undefined) return false;
  await alone(folder, async () => {
    await writeAtomically(markFile(folder), json({ from }));
    for (const [name, kept] of Object.entries(measured)) {
      await writeAtomically(measuredFile(folder, name), json(kept));
    }
    for (const [path, bytes] of pictures) {
      const [measurement, ...file] = path.split('/');
      await writeAtomically(join(measuredFolder(folder, measurement), ...file), bytes);
    }
    // The last: it is what says that a run is finished.
    await writeAtomically(summaryFile(folder), json(summary));
  });
  return true;
}

/** Where the numbers of a run came from that was not trained here; undefined of one that was. */
export function restoredFrom(folder: string): string | undefined {
  const file = markFile(folder);
  if (!existsSync(file)) return undefined;
  return markSchema.parse(parseJson(readFileSync(file, 'utf8'), file)).from;
}

/** What to do where a run has no checkpoint, for the end of an error. */
export function noCheckpointRemedy(folder: string, otherwise: string): string {
  const from = restoredFrom(folder);
  if (from === undefined) return otherwise;
  return `its numbers came from ${from}, which holds no weights; delete ${folder} to train it again`;
}
