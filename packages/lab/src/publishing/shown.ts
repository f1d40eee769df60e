import { isMeasured } from '@scene-mtl/eval';
import type { Artefacts } from '../experiment/artefacts.ts';
import { slugOf, type ExperimentResults } from './group.ts';
import type { MeasurementName, RunResults } from './run-results.ts';
import { variantOptions, type Flagged, type Variant } from './variant.ts';

/** A run that an experiment shows. */
export interface PublishableRun<S> {
  readonly spec: S;
  readonly measurements?: readonly MeasurementName[];
}

/** An experiment as far as publishing needs it. `C`: what it is made for; `S`: specs of its runs. */
export interface Publishable<C, S> extends Flagged {
  readonly title: string;
  /** The runs it needs, see `Experiment.stages`. */
  stages(this: void, context: C, results: RunResults<S>): Iterable<readonly PublishableRun<S>[]>;
  /** Tables, figures and verdicts of what was run. */
  show(this: void, context: C, results: RunResults<S>): Promise<Artefacts> | Artefacts;
}

/** An experiment as a group shows it. */
export interface Shown<E extends Flagged> {
  readonly experiment: E;
  readonly variant?: Variant;
}

/** All experiments of a group: each as it is, then with the flags that the group adds. */
export const shownOf = <E extends Flagged>(
  experiments: readonly E[],
  variants: readonly Variant[],
): Shown<E>[] =>
  experiments.flatMap((experiment) => [
    { experiment },
    ...variants
      .filter(({ item }) => item === experiment.name)
      .map((variant) => ({ experiment, variant })),
  ]);

/** The options of an experiment as it is shown. */
export const optionsOf = ({ experiment, variant }: Shown<Flagged>): unknown =>
  variant ? variantOptions(variant, experiment) : experiment.options({});

/** What an experiment makes of results; undefined where the data cannot have it. */
export async function experimentResults<C, S>(
  { experiment, variant }: Shown<Publishable<C, S>>,
  context: C,
  results: RunResults<S>,
): Promise<ExperimentResults | undefined> {
  const runs = [...experiment.stages(context, results)].flat();
  if (runs.length === 0) return undefined;
  const typed = [experiment.name, ...(variant ? [variant.flags] : [])].join(' ');
  const named = {
    name: slugOf(typed),
    title: variant ? `${experiment.title}, with ${variant.flags}` : experiment.title,
    typed,
  };
  if (!runs.some(({ spec }) => results.summary(spec))) return named;
  const artefacts = await experiment.show(context, results);
  if (!showsAnything(artefacts)) return named;
  if (!variant) return { ...named, artefacts };
  // The same claim about other runs must not read as a second verdict on the first ones.
  const verdicts = artefacts.verdicts.map((verdict) => ({
    ...verdict,
    claim: `${verdict.claim} (${variant.flags})`,
  }));
  return { ...named, artefacts: { ...artefacts, verdicts } };
}

/** Runs may be there, made for another experiment, and tell nothing of this one. */
function showsAnything({ figures, strips, tables, verdicts }: Artefacts): boolean {
  if (figures.length + strips.length > 0) return true;
  if (verdicts.length > 0 && verdicts.every(({ judgement }) => judgement === 'not run'))
    return false;
  const ours = tables.flatMap(({ table }) => table.rows.filter(({ reference }) => !reference));
  return ours.some(({ cells }) => cells.some((cell) => isMeasured(cell) && cell.value !== null));
}
