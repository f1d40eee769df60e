import { join } from 'node:path';
import { isReadOnly, writeAtomically } from '@scene-mtl/data/files';
import type { FigureGrid, Table } from '@scene-mtl/eval';
import { dataChecker } from '../execute/check-data.ts';
import type { Executor, ExecutorOptions, MakeExecutor } from '../execute/executor.ts';
import { localExecutor } from '../execute/local-executor.ts';
import { jobClock } from '../execute/job-clock.ts';
import { distinctJobs, unfinished } from '../execute/jobs.ts';
import { progressLine } from '../execute/progress-line.ts';
import type { ArmRun } from '../specs/arms.ts';
import type { Kind, Program, RunOptions } from '../specs/program.ts';
import { runId, type RunSpec } from '../specs/spec.ts';
import { environment } from '../store/environment.ts';
import { json } from '../store/files.ts';
import { checkFolder, claimFolder, type KeptConfig } from '../store/folder.ts';
import { assertFolderName } from '../store/run-name.ts';
import { predictionGrids } from '../store/prediction-grids.ts';
import { resultsIn, summaryIn } from '../store/results.ts';
import type { Artefacts } from './artefacts.ts';
import type { Experiment, ExperimentContext } from './experiment.ts';
import { checkLargest } from './check-largest.ts';
import { linkRuns } from './link-runs.ts';
import { carryOut, runsOf } from './stages.ts';
import { writeArtefacts } from './write-artefacts.ts';

/** ms between tables of what is there so far, with dashes for runs that others are still at. */
const RENEWED = 30_000;

/** What a command for an experiment makes. */
export interface MakeOptions<O, K extends Kind> extends RunOptions {
  readonly experiment: Experiment<O, K>;
  /** What trains its runs. */
  readonly program: Program<K['spec'], K>;
  readonly config: K['config'];
  /** The same as its folder keeps it. */
  readonly kept: KeptConfig;
  /** The experiment's own flags. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  /** Folder of all runs. */
  readonly runs: string;
  /** Folder of this experiment's tables and figures inside it. */
  readonly name: string;
  /** What carries out the runs; default: this machine, `jobs` at a time. */
  readonly executor?: MakeExecutor;
  /** Runs at a time on this machine; more than one run in processes of their own and share the cores. */
  readonly jobs: number;
  /** The command as typed. */
  readonly command: string;
  /** Is given the tables, as Markdown, and whether they could be written too. */
  readonly onMade?: (tables: readonly Table[], isWritten: boolean) => void;
}

/**
 * Trains and measures what an experiment needs and nobody has made yet, then writes its tables,
 * figures and report. Returns the folder. Where nothing may be written, and all runs are finished, the tables
 * are made all the same and not written.
 * @throws for a name that is none, a folder of another configuration, a file that cannot be written
 */
export async function makeExperiment<O, K extends Kind>(
  options: MakeOptions<O, K>,
): Promise<string> {
  const { experiment, program, config, kept, runs, jobs, command } = options;
  const line = progressLine();
  assertFolderName(options.name);
  const folder = join(runs, options.name);
  const own = experiment.options(options.flags);
  await checkFolder(folder, kept);
  const session = program.start({ runs, line });
  const { compile, dataWorkers, grids } = options;
  const place: ExecutorOptions = { compile, dataWorkers, grids, root: join(runs, 'trained') };
  const foreseen = await session.foresee(config);
  await checkLargest(
    experiment,
    { config, data: foreseen.data, options: own },
    { program, session, options: place, fingerprint: foreseen.fingerprint },
  );
  const { data: known, fingerprint } = await session.open(config);
  const idOf = (spec: K['spec']): string => runId(program, spec, fingerprint);
  const folderOf = (spec: K['spec']): string => join(place.root, idOf(spec));
  const results = resultsIn(place.root, idOf);
  const sameData = dataChecker({ session, root: place.root, line });
  await sameData(
    distinctJobs(runsOf(experiment, { config, data: known, options: own }, results), idOf),
  );
  const trivial = await session.trivial?.(config);
  const data: K['data'] = { ...known, ...(trivial && { trivial }) };
  let readOnly: Error | undefined;
  const unlessReadOnly = async (write: () => Promise<void>): Promise<void> => {
    if (readOnly) return;
    await write().catch((cause: Error) => {
      if (!isReadOnly(cause)) throw cause;
      readOnly = cause;
    });
  };
  // The data can be read through, so the run will not end before it has begun.
  await unlessReadOnly(async () => {
    await claimFolder(folder, kept);
    await writeAtomically(join(folder, 'environment.json'), json({ ...environment(), command }));
  });
  const { train, val } = data.frames;
  line.print(`${data.name}: ${train} training and ${val} validation frames`);
  const context: ExperimentContext<O, K> = { config, data, options: own };

  const { executor: make = localExecutor(jobs) } = options;
  const executor: Executor<K['spec']> = await make({
    ...{ program, session, options: place, runs, folder, line },
  });
  const written = async (finished: readonly ArmRun<K['spec']>[]): Promise<Artefacts> => {
    const shown = await experiment.show(context, results);
    const grids = shown.grids.length > 0 ? shown.grids : await gridsOf(finished, folderOf);
    await unlessReadOnly(() =>
      writeArtefacts({
        ...{ folder, experiment, config, command },
        artefacts: { ...shown, grids },
        howToRead: program.notes?.(config, data) ?? [],
      }),
    );
    return shown;
  };
  const summaryOf = (id: string) => Promise.resolve(summaryIn<K['spec']>(join(place.root, id))!);
  const execute = async (needed: readonly ArmRun<K['spec']>[]) => {
    const wanted = distinctJobs(needed, idOf);
    await executor.bring?.(wanted.map(({ id }) => id));
    await sameData(wanted);
    const todo = unfinished(wanted, results);
    if (todo.length > 0 && readOnly) throw readOnly;
    const clock = jobClock<K['spec']>(todo.length, line, program, summaryOf);
    let last = performance.now();
    await executor.execute(todo, {
      ...clock,
      async finished(job) {
        await clock.finished(job);
        if (!executor.isElsewhere || performance.now() - last < RENEWED) return;
        await written([]);
        last = performance.now();
      },
    });
  };
  let made;
  try {
    made = await carryOut(experiment, context, results, execute);
  } finally {
    await executor.end?.();
  }

  await unlessReadOnly(() => linkRuns(folder, made, folderOf, (text) => line.print(text)));
  const shown = await written(made);
  if (readOnly) line.print(`${readOnly.message}. The tables are shown and not written`);
  options.onMade?.(
    shown.tables.map(({ table }) => table),
    !readOnly,
  );
  return folder;
}

/** Pictures of the last run that kept any, among those with most tasks. */
async function gridsOf<S extends RunSpec>(
  runs: readonly ArmRun<S>[],
  folderOf: (spec: S) => string,
): Promise<readonly FigureGrid[]> {
  const byTasks = [...runs].sort((a, b) => a.spec.tasks.length - b.spec.tasks.length);
  for (const { spec } of byTasks.reverse()) {
    const grids = await predictionGrids(folderOf(spec));
    if (grids.length > 0) return grids;
  }
  return [];
}
