import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readMetrics, type MetricsRecord } from '@scene-mtl/core';
import { parseJsonFileIfPresent } from '@scene-mtl/data/json';
import { z } from 'zod';
import { descriptionIfPresent, type RunDescription } from '../run/description.ts';

/** A finished run as its folder has it. */
export interface StoredRun {
  readonly folder: string;
  readonly description: RunDescription;
  /** Validation metrics by `<task>/<metric>`; null where there was nothing to judge. */
  readonly metrics: Readonly<Record<string, number | null>>;
  /** One record per logged interval, in the order of the steps. */
  readonly log: readonly MetricsRecord[];
}

/** Folders of runs below one that is none itself: those of a table lie two levels down. */
const DEPTH = 3;

const resultSchema = z.looseObject({
  result: z.looseObject({ metrics: z.record(z.string(), z.number().nullable()) }),
});

/**
 * The finished runs of some folders, each a run or a folder of runs, in the order given and by name; each once.
 * @param onUnfinished is told of runs that are left out
 * @throws naming the folder in which there is no finished run, or the file that is not what a run has
 */
export async function storedRuns(
  places: readonly string[],
  onUnfinished: (folder: string) => void,
): Promise<StoredRun[]> {
  const found = new Map<string, StoredRun>();
  for (const place of places) {
    let finished = 0;
    for (const [folder, description] of await runsBelow(place, DEPTH)) {
      const stored = await parseJsonFileIfPresent(join(folder, 'result.json'), resultSchema, {
        remedy: 'it is not the result of a run',
      });
      if (!stored) {
        onUnfinished(folder);
        continue;
      }
      finished++;
      const log = await readMetrics(join(folder, 'metrics.jsonl'));
      found.set(folder, { folder, description, metrics: stored.result.metrics, log });
    }
    if (finished > 0) continue;
    throw new Error(
      `${place}: no finished run in this folder; give the folder of a run, or one of runs`,
    );
  }
  return [...found.values()];
}

/** What the system's codes mean for a folder that is named. */
const WHY_NOT: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'this is a file, expected a folder',
};

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (there) => there.isDirectory(),
    () => false,
  );

async function runsBelow(
  folder: string,
  depth: number,
): Promise<(readonly [folder: string, description: RunDescription])[]> {
  const description = await descriptionIfPresent(folder);
  if (description) return [[folder, description]];
  if (depth === 0) return [];
  const entries = await readdir(folder, { withFileTypes: true }).catch(
    (cause: NodeJS.ErrnoException) => {
      const why = WHY_NOT[cause.code ?? ''] ?? `the folder cannot be listed (${cause.code})`;
      throw new Error(`${folder}: ${why}; give the folder of a run, or one of runs`, { cause });
    },
  );
  const found: (readonly [folder: string, description: RunDescription])[] = [];
  for (const name of entries.map((one) => one.name).sort()) {
    const below = join(folder, name);
    // Links too: the rows of a table are links to its runs.
    if (name !== 'data' && (await isFolder(below)))
      found.push(...(await runsBelow(below, depth - 1)));
  }
  return found;
}
