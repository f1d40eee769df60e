import { join } from 'node:path';
import { settle } from '@scene-mtl/eval';
import { readJsonIfPresent, resultSchema, smallestEffect } from '@scene-mtl/lab';
import type { CompileOptions } from '@scene-mtl/runtime';
import { dropOf } from '../gate/frame-counts.ts';
import { gateRuns, type GateMetric } from '../gate/gate-runs.ts';
import { tasksIn } from '../predict/stored-network.ts';
import { readDescription, type RunDescription } from '../run/description.ts';
import { knobsBetween, knobsText } from './knobs.ts';

/** What a knob does to a task, in its primary metric. */
export type Effect = { readonly task: string } & Pick<
  GateMetric,
  'name' | 'unit' | 'digits' | 'before' | 'after' | 'drop' | 'interval'
> & { readonly finding: string };

/** One knob, or several that were turned at once, and what it does to every task. */
export interface KnobEffects {
  readonly knob: string;
  readonly runs: readonly string[];
  readonly seeds: readonly number[];
  /** What the intervals are over: the frames of one pair of runs, or the seeds of several. */
  readonly over: 'frames' | 'seeds';
  readonly effects: readonly Effect[];
}

/** What {@link importanceOf} compares. */
export interface ImportanceOptions {
  /** Runs with other knobs; those with the same ones differ by their seeds. */
  readonly runs: readonly string[];
  /** The runs that they are compared with, one for each seed. */
  readonly against: readonly string[];
  readonly data?: string | undefined;
  readonly resamples: number;
  readonly compile: CompileOptions;
}

interface Described {
  readonly folder: string;
  readonly description: RunDescription;
}

/** Two runs of one seed. */
interface Pair {
  readonly folder: string;
  readonly before: Described;
  readonly after: Described;
}

/**
 * What each knob does to every task: of runs that were told something else than the ones they are compared with, the
 * drop of each primary metric, seed by seed. Intervals are over frames where there is one seed (as `gateRuns`), and
 * by Student's t over seeds where there are more.
 * @throws when the runs to compare with differ by more than their seeds, a run has none of its seed, two have the same
 *   knobs and seed, or one is not finished
 */
export async function importanceOf(options: ImportanceOptions): Promise<KnobEffects[]> {
  const bases = new Map<number, Described>();
  for (const base of await Promise.all(options.against.map(described))) {
    const [first] = bases.values();
    const differing = first ? knobsBetween(first.description, base.description) : [];
    if (differing.length > 0) {
      throw new Error(
        `--against ${base.folder}: expected runs that differ by the seed alone, but from ${first.folder} it ` +
          `differs by ${knobsText(differing)}`,
      );
    }
    addOnce(bases, base.description.seed, base, '--against');
  }
  const groups = new Map<string, Map<number, Pair>>();
  for (const after of await Promise.all(options.runs.map(described))) {
    const { seed } = after.description;
    const before = bases.get(seed);
    if (!before) {
      throw new Error(
        `${after.folder}: has seed ${seed}, and no run of --against has; give one (seeds there: ${[...bases.keys()].join(', ')})`,
      );
    }
    const knob = knobsText(knobsBetween(before.description, after.description));
    const group = groups.get(knob) ?? new Map<number, Pair>();
    groups.set(knob, group);
    addOnce(group, seed, { folder: after.folder, before, after }, knob);
  }
  const all: KnobEffects[] = [];
  for (const [knob, pairs] of groups) {
    const each = [...pairs.values()];
    const over = each.length === 1 ? 'frames' : 'seeds';
    const effects = over === 'frames' ? await overFrames(each[0], options) : await overSeeds(each);
    const runs = each.map(({ after }) => after.folder);
    all.push({ knob, runs, seeds: [...pairs.keys()], over, effects });
  }
  return all;
}

const described = async (folder: string): Promise<Described> => ({
  folder,
  description: await readDescription(folder),
});

function addOnce<T extends { readonly folder: string }>(
  known: Map<number, T>,
  seed: number,
  one: T,
  where: string,
): void {
  const other = known.get(seed);
  if (other) {
    throw new Error(
      `${where}: ${one.folder} and ${other.folder} say the same and have seed ${seed}; give one`,
    );
  }
  known.set(seed, one);
}

async function overFrames(
  { before, after }: Pair,
  { data, resamples, compile }: ImportanceOptions,
): Promise<Effect[]> {
  const { report } = await gateRuns({
    ...{ after: after.folder, before: before.folder, checkpoint: 'last', data, compile },
    ...{ epsilons: {}, removed: [], rule: 'interval', resamples, frames: 0, draw: false },
  });
  return report.tasks.map(({ task, runs, metrics: [metric] }) => ({
    ...metric,
    task,
    finding: runs === 'both' ? metric.outcome : runs,
  }));
}

const FINDINGS = { above: 'worse', below: 'better', within: 'same', open: 'cannot tell' } as const;

async function overSeeds(pairs: readonly Pair[]): Promise<Effect[]> {
  const [{ before, after }] = pairs;
  const values = await Promise.all(
    pairs.map(async (pair) => ({
      before: await metricsOf(pair.before.folder),
      after: await metricsOf(pair.after.folder),
    })),
  );
  const [was, is] = [before, after].map(({ description }) => tasksIn(description));
  const names = [...new Set([...is, ...was].map(({ name }) => name))];
  return names.map((task): Effect => {
    const { metrics } = [...is, ...was].find(({ name }) => name === task)!;
    const [{ name, unit, digits, better }] = metrics;
    const key = `${task}/${name}`;
    const [old, now] = (['before', 'after'] as const).map((side) =>
      values.map((pair) => pair[side][key] ?? NaN),
    );
    const shown = { task, name, unit, digits, before: meanOf(old), after: meanOf(now) };
    if (shown.before === null || shown.after === null) {
      const [hadIt, hasIt] = [was, is].map((tasks) => tasks.some((one) => one.name === task));
      const finding = hadIt && hasIt ? 'cannot tell' : hasIt ? 'only new' : 'only old';
      return { ...shown, drop: null, interval: null, finding };
    }
    const drops = old.map((value, i) => dropOf(value, now[i], better));
    const { mean, interval, outcome } = settle(drops, smallestEffect({ unit }, shown.before));
    return { ...shown, drop: mean, interval, finding: FINDINGS[outcome] };
  });
}

async function metricsOf(folder: string): Promise<Readonly<Record<string, number | null>>> {
  const stored = await readJsonIfPresent(join(folder, 'result.json'), resultSchema);
  if (stored) return stored.result.metrics;
  throw new Error(`${folder}: no result.json in it; train the run to its end, by the same command`);
}

/** Null where one is missing. */
const meanOf = (values: readonly number[]): number | null => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Number.isFinite(mean) ? mean : null;
};
