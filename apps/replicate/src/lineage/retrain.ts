import { join } from 'node:path';
import type { CompileOptions } from '@scene-mtl/runtime';
import { withPretrained } from '../config/pretrained.ts';
import type { Config } from '../config/schema.ts';
import { trainRun } from '../train/train-run.ts';
import { checkpointsUnder } from './checkpoints-under.ts';
import type { Lineage, LineageRun } from './lineage.ts';

/** How a chain of runs is made again. */
export interface RetrainOptions {
  /** Folder that gets the new runs. */
  readonly runs: string;
  /** What their names get. */
  readonly suffix: string;
  /** Another seed for all of them; undefined: their own. */
  readonly seed?: number | undefined;
  /** Folder of the ImageNet weights that a run began with. */
  readonly pretrained?: string | undefined;
  readonly compile: CompileOptions;
  readonly dataWorkers: number;
  /** The command as typed. */
  readonly command: string;
}

/**
 * Trains every run of a lineage again, from scratch, each with the parts of the new ones in place of the old.
 * Given again it goes on where it was stopped.
 * @returns the folder of the last one
 * @throws when a run is not there any more, or one gave its parts before it was finished, so that the chain
 *   cannot be made from what is recorded; before anything is trained
 */
export async function retrain(lineage: Lineage, options: RetrainOptions): Promise<string> {
  assertWhole(lineage);
  const names = newNames(lineage.runs, options.suffix);
  const made = new Map<string, string>();
  for (const { id, known } of lineage.runs) {
    const { description } = known!;
    const { tasks, balance, select } = description;
    const { folder } = await trainRun({
      config: await configFor(description.config, id, lineage, made, options),
      runs: options.runs,
      name: names.get(id)!,
      seed: options.seed ?? description.seed,
      ...{ tasks, balance, select: select?.metric },
      compile: options.compile,
      dataWorkers: options.dataWorkers,
      command: options.command,
    });
    made.set(id, folder);
  }
  return made.get(lineage.runs.at(-1)!.id)!;
}

function assertWhole({ runs, descents }: Lineage): void {
  const missing = runs.find(({ known }) => !known);
  if (missing) {
    throw new Error(
      `${missing.name}: a run of this lineage is not there any more, so the chain cannot be trained ` +
        `again; put its folder back beside the others`,
    );
  }
  const early = descents.find(({ at }) => !at?.isLast);
  if (!early) return;
  throw new Error(
    `${early.from}: ${early.to} began with its step ${early.at?.step}, and it has trained on since; ` +
      `what it was then cannot be trained again from its configuration of now`,
  );
}

/** Names of the new runs by the ids of the old, no two the same. */
function newNames(runs: readonly LineageRun[], suffix: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { id, name } of runs) {
    let taken = `${name}${suffix}`;
    for (let n = 2; [...names.values()].includes(taken); n++) taken = `${name}${suffix}-${n}`;
    names.set(id, taken);
  }
  return names;
}

async function configFor(
  config: Config,
  id: string,
  { descents }: Lineage,
  made: ReadonlyMap<string, string>,
  { pretrained }: RetrainOptions,
): Promise<Config> {
  const init: Config['network']['init'] = [];
  for (const { from, parts } of descents.filter(({ to }) => to === id)) {
    const folder = made.get(from)!;
    const last = (await checkpointsUnder([folder])).find(({ isLast }) => isLast);
    if (!last) throw new Error(`${join(folder, 'checkpoints')}: no checkpoint`);
    init.push({ checksum: last.checksum, folder, parts: [...parts] });
  }
  const begun = { ...config, network: { ...config.network, init } };
  const { encoder } = config.network;
  const needs = encoder.kind === 'mobilenet' && encoder.weights !== null;
  return needs && pretrained !== undefined ? withPretrained(begun, pretrained) : begun;
}
