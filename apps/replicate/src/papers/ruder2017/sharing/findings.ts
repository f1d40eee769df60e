import { summariesOf, type ComparedArm, type RunSummary } from '@scene-mtl/lab';
import { changesOf } from '../../../scenes/changes.ts';
import type { SceneResults } from '../../../scenes/kind.ts';
import { aloneArm, armFor, namesOf, stepsFor, type Context } from './arms.ts';
import type { Compared } from '../outperforms.ts';
import { costBesideHard, degreesOfSharing, type CostBeside } from './measurements.ts';

/** What became of an architecture; its arm and degrees are those of equal steps. */
export interface Found extends Compared {
  /** Of each of its seeds, percent, against the networks of one task. */
  readonly changes: readonly number[];
  /** With as much time as hard sharing; undefined where the steps are not known yet. */
  readonly inTime?: { readonly steps: number; readonly changes: readonly number[] };
  readonly cost: CostBeside | undefined;
}

/** Networks of one task, as one arm: the metrics of all of them together, by seed. */
export function aloneOf(context: Context, results: SceneResults): ComparedArm {
  const { config, data } = context;
  const each = data.tasks.map((task) =>
    summariesOf(results, config.seeds, aloneArm(context, task)),
  );
  const runs = config.seeds.flatMap((seed): RunSummary[] => {
    const parts = each.flatMap((of) => of.find((run) => run.spec.seed === seed) ?? []);
    if (parts.length < data.tasks.length) return [];
    const metrics = Object.assign({}, ...parts.map(({ result }) => result.metrics)) as Record<
      string,
      number
    >;
    return [{ ...parts[0], result: { ...parts[0].result, metrics } }];
  });
  return { slug: 'alone', title: 'a network a task', tasks: data.tasks, runs };
}

/** All architectures, hard sharing first. */
export function findingsOf(
  context: Context,
  results: SceneResults,
  alone: ComparedArm,
): readonly Found[] {
  const { config, data } = context;
  const armOf = (name: string, title: string, steps?: number): ComparedArm => ({
    ...{ slug: name, title, tasks: data.tasks },
    runs: summariesOf(results, config.seeds, armFor(name, context, steps)),
  });
  return namesOf(context).map((name): Found => {
    const arm = armOf(name, name);
    const steps = stepsFor(name, context, results);
    const specs = config.seeds.map((seed) => ({ ...armFor(name, context), seed }));
    return {
      ...{ name, arm, changes: changesOf(context, arm, alone) },
      ...(steps !== undefined && {
        inTime: { steps, changes: changesOf(context, armOf(name, name, steps), alone) },
      }),
      cost: results.measured(specs[0], costBesideHard),
      degrees: specs.flatMap((spec) => {
        const found = results.measured(spec, degreesOfSharing);
        return found ? [found] : [];
      }),
    };
  });
}
