import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { parseJsonFileIfPresent } from '@scene-mtl/data/json';
import { canonicalJson, hashOfText, recordedData } from '@scene-mtl/lab';
import { readDescription, type RunDescription } from '../run/description.ts';
import { runsOf } from '../predict/evaluate-run.ts';
import { checkpointsUnder, type FoundCheckpoint } from './checkpoints-under.ts';

/** A run among those that a network came from. */
export interface LineageRun {
  /** Its folder; of one that is missing, `missing <checksum>`. */
  readonly id: string;
  readonly name: string;
  /** Absent for a run that is not there any more. */
  readonly known?: {
    readonly folder: string;
    readonly description: RunDescription;
    /** Steps of the last checkpoint. */
    readonly steps: number;
    /** How many files it learned from, and their hash; absent for a run of before this was recorded. */
    readonly data?: { readonly files: number; readonly hash: string };
    /** The commit of its code, and the command; absent where nothing recorded them. */
    readonly code?: { readonly commit: string; readonly command: string };
  };
}

/** Parts of a run with which another began. */
export interface Descent {
  /** Ids of the runs: the older one, and the one that began with its parts. */
  readonly from: string;
  readonly to: string;
  readonly parts: readonly string[];
  readonly checksum: string;
  /** Step of the checkpoint that gave them, where it is there, and whether the run has gone on since. */
  readonly at?: { readonly step: number; readonly isLast: boolean };
}

/** Where a network came from: every run after those with whose parts it began. */
export interface Lineage {
  readonly runs: readonly LineageRun[];
  readonly descents: readonly Descent[];
}

/**
 * Follows a run back to those with whose parts it began. They are known by the content of their checkpoints,
 * and looked for in the folder of all runs, so that runs may be renamed and moved together.
 * @param places folders to look in besides
 * @throws when the folder is no run
 */
export async function lineageOf(folder: string, places: readonly string[] = []): Promise<Lineage> {
  const runs = new Map<string, LineageRun>();
  const descents: Descent[] = [];
  let checkpoints: readonly FoundCheckpoint[] | undefined;
  const lookedFor = async (checksum: string) => {
    checkpoints ??= await checkpointsUnder([
      await runsOf(folder),
      dirname(resolve(folder)),
      ...places,
    ]);
    // A finished copy says the same; one whose last checkpoint it is comes first.
    const found = checkpoints.filter((one) => one.checksum === checksum);
    return found.find(({ isLast }) => isLast) ?? found[0];
  };
  const follow = async (id: string, run: LineageRun): Promise<void> => {
    for (const { checksum, parts } of run.known?.description.config.network.init ?? []) {
      const found = await lookedFor(checksum);
      const from = found?.folder ?? `missing ${checksum}`;
      const at = found && { step: found.step, isLast: found.isLast };
      descents.push({ from, to: id, parts, checksum, ...(at && { at }) });
      if (runs.has(from)) continue;
      const older = found ? await knownRun(found.folder) : { id: from, name: from };
      await follow(from, older);
    }
    // After those that it came from.
    runs.set(id, run);
  };
  const last = await knownRun(resolve(folder));
  await follow(last.id, last);
  return { runs: [...runs.values()], descents };
}

const environmentSchema = z.looseObject({ commit: z.string(), command: z.string() });

async function knownRun(folder: string): Promise<LineageRun> {
  const description = await readDescription(folder);
  const [last] = (await checkpointsUnder([folder])).filter(({ isLast }) => isLast);
  const files = await recordedData(folder);
  const code = await parseJsonFileIfPresent(join(folder, 'environment.json'), environmentSchema);
  return {
    id: folder,
    name: basename(folder),
    known: {
      folder,
      description,
      steps: last?.step ?? 0,
      ...(files && {
        data: { files: Object.keys(files).length, hash: hashOfText(canonicalJson(files)) },
      }),
      ...(code && { code: { commit: code.commit, command: code.command } }),
    },
  };
}
