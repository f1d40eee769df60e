import { join } from 'node:path';
import type { CompileOptions } from '@scene-mtl/runtime';
import { withPretrained } from '../config/pretrained.ts';
import type { Config } from '../config/schema.ts';
import { composeRun } from '../heads/compose-run.ts';
import { assertSameTrunk, sourceRun } from '../heads/source-run.ts';
import { proveUntouched } from '../heads/untouched.ts';
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
 * Makes every run of a lineage again, from scratch, each with the parts of the new ones in place of the old: trained
 * as it was, or put together where nothing of it was trained.
 * Given again it goes on where it was stopped.
 * @returns the folder of the last one
 * @throws when a run is not there any more, or one gave its parts before it was finished, so that the chain
 *   cannot be made from what is recorded; before anything is trained
 */
export async function retrain(lineage: Lineage, options: RetrainOptions): Promise<string> {
  assertWhole(lineage);
  const names = newNames(lineage.runs, options.suffix);
  const made = new Map<string, string>();
  for (const run of lineage.runs) {
    const again = { name: names.get(run.id)!, lineage, made, options };
    made.set(run.id, isComposed(run) ? await composed(run, again) : await trained(run, again));
  }
  return made.get(lineage.runs.at(-1)!.id)!;
}

interface Again {
  /** Of the new run. */
  readonly name: string;
  readonly lineage: Lineage;
  /** Folders of the new runs so far, by the ids of the old. */
  readonly made: ReadonlyMap<string, string>;
  readonly options: RetrainOptions;
}

/** Whether nothing of a run was trained: its heads were only put together. */
function isComposed({ known }: LineageRun): boolean {
  const { config, tasks } = known!.description;
  return ['shared', ...tasks].every((part) => config.network.freeze.includes(part));
}

/** Trains a run again; of one that trained a head of another, with the proof that the others stayed. */
async function trained(run: LineageRun, { name, lineage, made, options }: Again): Promise<string> {
  const { description } = run.known!;
  const { tasks, balance, select, config } = description;
  const { runs, compile, dataWorkers, command } = options;
  const [older] = lineage.descents.filter(({ to }) => to === run.id);
  const source =
    config.training.only !== null && older
      ? await sourceRun(made.get(older.from)!, runs)
      : undefined;
  try {
    const { folder } = await trainRun({
      config: await configFor(config, run.id, lineage, made, options),
      seed: options.seed ?? description.seed,
      ...{ runs, name, tasks, balance, select: select?.metric, compile, dataWorkers, command },
      ...(source && {
        prove: async (network, own) => {
          await proveUntouched({ source, network, compile, ...own });
        },
      }),
    });
    return folder;
  } finally {
    source?.network.model.dispose();
  }
}

/** Puts the heads of the new runs together as those of the old were. */
async function composed(run: LineageRun, { name, lineage, made, options }: Again): Promise<string> {
  const { runs, compile, command } = options;
  const older = lineage.descents.filter(({ to }) => to === run.id);
  const base = older.find(({ parts }) => parts.includes('shared'))!;
  const other = older.find((descent) => descent !== base);
  const source = await sourceRun(made.get(base.from)!, runs);
  const taken = other && {
    head: other.parts[0],
    run: await sourceRun(made.get(other.from)!, runs),
  };
  try {
    if (taken) assertSameTrunk(source, taken.run, taken.head);
    const { folder } = await composeRun({
      ...{ source, heads: run.known!.description.tasks, runs, name, compile, command },
      ...(taken && { taken }),
      say: () => {},
    });
    return folder;
  } finally {
    source.network.model.dispose();
    taken?.run.network.model.dispose();
  }
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
