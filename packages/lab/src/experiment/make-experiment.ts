import { mkdir, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { ReportStrip } from '@scene-mtl/eval';
import type { Config } from '../config/schema.ts';
import { environment } from '../run/environment.ts';
import { json, writeWhole } from '../run/files.ts';
import { checkFolder, claimFolder } from '../run/folder.ts';
import { progressLine } from '../run/progress.ts';
import type { CompileOptions } from '@scene-mtl/runtime';
import { trivialMetrics } from '../train/trivial.ts';
import { tasksOf } from '../data/tasks.ts';
import { execute } from './execute.ts';
import type { Artefacts, Item, ItemContext, NamedRun, Results } from './item.ts';
import { distinctJobs, unfinished } from './jobs.ts';
import { predictionStrips } from './prediction-strips.ts';
import { resultsIn, runFolder } from './results.ts';
import { openWorkspace, type Workspace } from './workspace.ts';
import { writeArtefacts } from './write-artefacts.ts';

/** What a command for an item makes. */
export interface MakeOptions {
  readonly item: Item;
  readonly config: Config;
  /** The item's own flags. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  /** Folder of all runs. */
  readonly runs: string;
  /** Folder of this item's tables and figures inside it. */
  readonly name: string;
  readonly jobs: number;
  readonly compile: CompileOptions;
  /** Threads that make batches; 0: the training's own. */
  readonly dataWorkers: number;
  /** The command as typed. */
  readonly command: string;
}

/**
 * Trains and measures what an item needs and nobody has made yet, then writes its tables, figures
 * and report. Returns the folder.
 */
export async function makeItem(options: MakeOptions): Promise<string> {
  const { item, config, runs } = options;
  const line = progressLine();
  const folder = join(runs, options.name);
  const own = item.options(options.flags);
  await checkFolder(folder, config);
  const workspace = await openWorkspace(config, runs, line);
  const { dataset, found } = workspace;
  const data = {
    ...workspace.data,
    trivial: await trivialMetrics(dataset, Object.values(tasksOf(dataset)), config.size),
  };
  // The data can be read through, so the run will not end before it has begun.
  await claimFolder(folder, config);
  await writeWhole(
    join(folder, 'environment.json'),
    json({ ...environment(), command: options.command }),
  );
  const { train, val } = data.frames;
  line.print(`${data.name}: ${train} training and ${val} validation frames`);
  const context: ItemContext = { config, data, options: own };
  const results = resultsIn(workspace.root, found);
  const runsMade = await carryOut(item, context, results, async (needed) => {
    await execute(unfinished(distinctJobs(needed, found), results), {
      ...options,
      ...workspace,
      strips: config.strips,
      line,
    });
  });
  await linkRuns(folder, runsMade, workspace);
  const rendered = await item.render(context, results);
  const strips = rendered.strips.length > 0 ? rendered.strips : await stripsOf(runsMade, workspace);
  const artefacts: Artefacts = { ...rendered, strips };
  await writeArtefacts({ folder, item, context, artefacts, command: options.command });
  return folder;
}

/** Performs an item's runs until it asks for no more. Returns all of them. */
export async function carryOut(
  item: Item,
  context: ItemContext,
  results: Results,
  perform: (needed: readonly NamedRun[]) => Promise<void>,
): Promise<readonly NamedRun[]> {
  for (let asked = -1; ;) {
    const needed = item.runs(context, results);
    if (needed.length === asked) return needed;
    asked = needed.length;
    await perform(needed);
  }
}

/** Pictures of the last run that kept any, among those with most tasks. */
async function stripsOf(
  runs: readonly NamedRun[],
  { root, found }: Workspace,
): Promise<readonly ReportStrip[]> {
  const byTasks = [...runs].sort((a, b) => a.spec.tasks.length - b.spec.tasks.length);
  for (const { spec } of byTasks.reverse()) {
    const strips = await predictionStrips(runFolder(root, spec, found));
    if (strips.length > 0) return strips;
  }
  return [];
}

/** `<label>` in the item's folder leads to the run, so that other commands can be given it. */
async function linkRuns(
  folder: string,
  runs: readonly NamedRun[],
  { root, found }: Workspace,
): Promise<void> {
  for (const { label, spec } of runs) {
    const link = join(folder, label);
    await mkdir(dirname(link), { recursive: true });
    await rm(link, { force: true });
    await symlink(relative(dirname(link), runFolder(root, spec, found)), link, 'dir');
  }
}
