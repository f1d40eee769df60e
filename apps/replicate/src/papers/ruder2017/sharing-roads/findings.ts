import { deltaM } from '@scene-mtl/eval';
import {
  metricOf,
  summariesOf,
  type ComparedArm,
  type Quantity,
  type Results,
} from '@scene-mtl/lab';
import type { NumbersSpec } from '../../../numbers/kind.ts';
import type { Trials } from '../../../numbers/trials.ts';
import { stepsInTime } from '../equal-time.ts';
import type { Compared } from '../outperforms.ts';
import { sharingOfNetwork, type SharingFound } from './measurement.ts';
import { aloneArm, armFor, HARD, namesOf, stepsOf, tasksOf } from './roads.ts';

/** The error of each task. */
export const quantitiesOf = (options: Trials): Quantity[] =>
  tasksOf(options).map((task) => ({
    ...{ task, metric: `${task}/rms`, name: 'RMSE', unit: 'of the range', better: 'lower' },
    ...{ digits: 4, primary: true },
  }));

/** What became of an architecture; its arm and degrees are those of equal steps. */
export interface Found extends Compared {
  /** Δm of each of its seeds, percent, against the networks of one task. */
  readonly changes: readonly number[];
  /** With as much time as hard sharing; undefined where the steps are not known yet. */
  readonly inTime?: { readonly steps: number; readonly changes: readonly number[] };
  readonly cost: SharingFound | undefined;
}

/** As many steps as an architecture makes in the time of hard sharing, by the runs of the first seed. */
export function stepsFor(
  name: string,
  options: Trials,
  results: Results<NumbersSpec>,
): number | undefined {
  const [seed] = options.seeds;
  const speedOf = (of: string) =>
    results.summary({ ...armFor(of, options).spec, seed })?.timing.stepsPerSecond;
  return stepsInTime(stepsOf(options), speedOf(name), speedOf(HARD));
}

/** Mean error of each task alone, over the seeds. */
export const aloneErrors = (
  options: Trials,
  results: Results<NumbersSpec>,
): ReadonlyMap<string, number> =>
  new Map(
    tasksOf(options).map((task) => {
      const runs = summariesOf(results, options.seeds, aloneArm(task, options).spec);
      return [task, mean(metricOf(runs, `${task}/rms`))];
    }),
  );

/** All architectures, hard sharing first. */
export function findingsOf(
  options: Trials,
  results: Results<NumbersSpec>,
  alone: ReadonlyMap<string, number>,
): Found[] {
  const { seeds } = options;
  const armOf = (name: string, steps?: number): ComparedArm => {
    const { slug, title, spec } = armFor(name, options, steps);
    return { slug, title, tasks: spec.tasks, runs: summariesOf(results, seeds, spec) };
  };
  return namesOf(options).map((name): Found => {
    const arm = armOf(name);
    const steps = stepsFor(name, options, results);
    const measured = seeds.flatMap((seed) => {
      const spec = { ...armFor(name, options).spec, seed };
      return results.measured(spec, sharingOfNetwork) ?? [];
    });
    return {
      ...{ name, arm, changes: changesOf(arm, options, alone), cost: measured[0] },
      degrees: measured.map(({ degrees }) => degrees),
      ...(steps !== undefined && {
        inTime: { steps, changes: changesOf(armOf(name, steps), options, alone) },
      }),
    };
  });
}

/** Δm of the errors of all tasks, percent, lower is better; empty where a network of one task is missing. */
function changesOf(
  { runs }: ComparedArm,
  options: Trials,
  alone: ReadonlyMap<string, number>,
): number[] {
  const quantities = quantitiesOf(options);
  if (quantities.some(({ task }) => !((alone.get(task) ?? 0) > 0))) return [];
  return runs.flatMap((run) => {
    const values = quantities.map(({ metric }) => metricOf([run], metric)[0]);
    if (values.some((value) => value === undefined)) return [];
    const metrics = quantities.map(({ metric, task, better }, k) => ({
      ...{ name: metric, task, better, primary: true },
      ...{ value: values[k], baseline: alone.get(task) as number },
    }));
    const { primary } = deltaM(metrics, {
      ...{ source: 'networks of one task', dataset: 'roads', split: 'test' },
      ...{ seeds: options.seeds.length, epochRule: 'stopped on val', accumulation: 'over all' },
    });
    return [primary];
  });
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
