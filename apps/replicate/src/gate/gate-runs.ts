import { didYouMean } from '@scene-mtl/data';
import {
  defaultEpsilon,
  judgeChange,
  progressLine,
  type ChangeOutcome,
  type GateRule,
} from '@scene-mtl/lab';
import type { CompileOptions } from '@scene-mtl/runtime';
import type { VisionTask } from '@scene-mtl/vision-heads';
import { metricsOfFrames, type FrameCounts } from '../predict/frame-metrics.ts';
import type { CheckpointChoice } from '../predict/stored-network.ts';
import { assertSameFrames, assertSameKind } from './comparable.ts';
import { assertKnown, type Epsilons } from './epsilons.ts';
import { dropIntervals, frameCounts, worseFrames, type WorseFrame } from './frame-counts.ts';
import { openRun, type OpenedRun } from './opened-run.ts';
import { worseFramesSheet } from './sheet.ts';

/** What `replicate heads gate` compares. */
export interface GateOptions {
  /** Folders of the runs. */
  readonly after: string;
  readonly before: string;
  readonly checkpoint: CheckpointChoice;
  /** Folder of the data, in place of those in the runs' configurations. */
  readonly data?: string | undefined;
  /** Drops that are let through; others have their usual ε. A metric named here is gated. */
  readonly epsilons: Epsilons;
  /** Heads that were taken away on purpose. */
  readonly removed: readonly string[];
  readonly rule: GateRule;
  readonly resamples: number;
  /** Frames that got worse, listed and drawn of each task, at most. */
  readonly frames: number;
  /** Whether they are drawn. */
  readonly draw: boolean;
  readonly compile: CompileOptions;
}

/** A metric of a task in both runs. */
export interface GateMetric {
  readonly name: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  readonly digits: number;
  readonly before: number | null;
  readonly after: number | null;
  /** Above 0 is worse; with its 95 % interval over frames. */
  readonly drop: number | null;
  readonly interval: readonly [low: number, high: number] | null;
  readonly epsilon: number;
  readonly outcome: ChangeOutcome;
  /** Whether it decides: the primary metric of its task does, and one whose ε was given. */
  readonly gated: boolean;
  readonly passes: boolean;
}

/** What the gate says of a task. */
export interface GateTask {
  readonly task: string;
  readonly runs: 'both' | 'only new' | 'only old';
  readonly metrics: readonly GateMetric[];
  readonly worse: readonly WorseFrame[];
  readonly passes: boolean;
}

/** Two runs, task by task. */
export interface GateReport {
  readonly before: { readonly run: string; readonly step: number };
  readonly after: { readonly run: string; readonly step: number };
  readonly data: { readonly name: string; readonly split: 'val'; readonly frames: number };
  readonly rule: GateRule;
  readonly interval: { readonly level: number; readonly resamples: number; readonly seed: number };
  readonly tasks: readonly GateTask[];
  readonly passes: boolean;
  /** What could not be checked, a sentence each. */
  readonly notes: readonly string[];
}

/** A picture of the frames on which a task got worse. */
export interface GatePicture {
  readonly task: string;
  readonly png: Uint8Array;
}

/** Seed of the resamples: the same runs, the same report. */
const SEED = 0;
const LEVEL = 0.95;

/**
 * Compares every task of two runs on the validation frames that both have, frame by frame.
 * @throws when a folder is no run, the frames are not the same, a head is of another kind, or a metric or
 *   head that is named is not there
 */
export async function gateRuns(
  options: GateOptions,
): Promise<{ readonly report: GateReport; readonly pictures: readonly GatePicture[] }> {
  const { checkpoint, data, compile } = options;
  const before = await openRun(options.before, checkpoint, data, compile);
  try {
    const after = await openRun(options.after, checkpoint, data, compile);
    try {
      return await gated(before, after, options);
    } finally {
      await after.dispose();
    }
  } finally {
    await before.dispose();
  }
}

async function gated(before: OpenedRun, after: OpenedRun, options: GateOptions) {
  const line = progressLine();
  const [was, is] = [before, after].map(({ network }) => tasksByName(network.tasks));
  const common = [...is.keys()].filter((name) => was.has(name));
  for (const name of common) assertSameKind(was.get(name)!, is.get(name)!, after.folder);
  assertRemoved(options.removed, was, is);
  assertKnown(
    options.epsilons,
    common.flatMap((name) => wholeNames(is.get(name)!)),
  );
  const notes = await assertSameFrames(before, after, line);

  const frames = after.dataset.list('val');
  const counted = (run: OpenedRun) =>
    frameCounts(run, (seen) =>
      line.update(() => `${run.folder}: ${seen} of ${frames.length} frames`),
    );
  const [old, now] = [await counted(before), await counted(after)];
  const tasks: GateTask[] = [];
  const pictures: GatePicture[] = [];
  for (const name of new Set([...is.keys(), ...was.keys()])) {
    line.update(() => `${name}: intervals over ${frames.length} frames`);
    const task = is.get(name) ?? was.get(name)!;
    const made = gateTask(task, { old: old.get(name), now: now.get(name) }, frames, options);
    tasks.push(made);
    const ids = made.worse.map(({ frame }) => frame);
    if (!options.draw || ids.length === 0 || !task.view) continue;
    const [shownOld, shownNow] = [before, after].map(({ evaluation }) => evaluation.predict(ids));
    const shown = { before: await shownOld, after: await shownNow };
    pictures.push({ task: name, png: await worseFramesSheet(task, made, shown) });
  }
  const report: GateReport = {
    before: { run: before.folder, step: before.step },
    after: { run: after.folder, step: after.step },
    data: { name: after.dataset.name, split: 'val', frames: frames.length },
    rule: options.rule,
    interval: { level: LEVEL, resamples: options.resamples, seed: SEED },
    tasks,
    passes: tasks.every(({ passes }) => passes),
    notes,
  };
  return { report, pictures };
}

const tasksByName = (tasks: readonly VisionTask[]): ReadonlyMap<string, VisionTask> =>
  new Map(tasks.map((task) => [task.name, task]));

const wholeNames = ({ name, metrics }: VisionTask): string[] =>
  metrics.map((metric) => `${name}/${metric.name}`);

function assertRemoved(
  removed: readonly string[],
  was: ReadonlyMap<string, VisionTask>,
  is: ReadonlyMap<string, VisionTask>,
): void {
  const gone = [...was.keys()].filter((name) => !is.has(name));
  const wrong = removed.find((name) => !gone.includes(name));
  if (wrong === undefined) return;
  const there = gone.length > 0 ? didYouMean(wrong, gone) : 'the new run has all of the old one';
  throw new Error(`--removed ${wrong}: no head of the old run that the new one lacks; ${there}`);
}

/** Judges one task by what each frame adds to its metrics in either run. */
export function gateTask(
  task: VisionTask,
  { old, now }: { readonly old: FrameCounts | undefined; readonly now: FrameCounts | undefined },
  frames: readonly string[],
  options: Pick<GateOptions, 'epsilons' | 'removed' | 'rule' | 'resamples' | 'frames'>,
): GateTask {
  const { epsilons, rule, resamples } = options;
  const [before, after] = [old, now].map((counts) => counts && metricsOfFrames(task, counts));
  const both = old !== undefined && now !== undefined;
  const intervals = both ? dropIntervals(task, old, now, { resamples, seed: SEED }) : [];
  const metrics = task.metrics.map(({ name, unit, better, digits }, k): GateMetric => {
    const [was, is] = [before, after].map((values) => finite(values?.[name]));
    const given = epsilons[`${task.name}/${name}`];
    const epsilon = given ?? defaultEpsilon(unit, was);
    const interval = intervals[k];
    const judged = judgeChange({ before: was, after: is, interval, better, epsilon }, rule);
    return {
      ...{ name, unit, better, digits, before: was, after: is, epsilon },
      ...{ drop: judged.drop, interval: interval ?? null, outcome: judged.outcome },
      gated: both && (k === 0 || given !== undefined),
      passes: judged.passes,
    };
  });
  const { removed } = options;
  return {
    task: task.name,
    runs: both ? 'both' : now ? 'only new' : 'only old',
    metrics,
    worse: both ? worseFrames(task, old, now, frames, options.frames) : [],
    passes: both
      ? metrics.every(({ gated, passes }) => !gated || passes)
      : now !== undefined || removed.includes(task.name),
  };
}

const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;
