import { isMeasured } from '@scene-mtl/eval';
import type { Artefacts } from '../experiment/artefacts.ts';
import type { Experiment, ExperimentContext } from '../experiment/experiment.ts';
import { runsOf } from '../experiment/stages.ts';
import type { Kind } from '../specs/program.ts';
import type { Results } from '../specs/results.ts';
import { slugOf, type ExperimentResults, type RunWith } from './group.ts';
import { withRunRows } from './run-rows.ts';
import { variantOptions, type Variant } from './variant.ts';

/** An experiment as a group shows it. */
export interface Shown<K extends Kind = Kind> {
  readonly experiment: Experiment<unknown, K>;
  readonly variant?: Variant;
}

/** All experiments of a group: each as it is, then with the flags that the group adds. */
export const shownOf = <K extends Kind>(
  experiments: readonly Experiment<unknown, K>[],
  variants: readonly Variant[],
): Shown<K>[] =>
  experiments.flatMap((experiment) => [
    { experiment },
    ...variants
      .filter(({ name }) => name === experiment.name)
      .map((variant) => ({ experiment, variant })),
  ]);

/** The options of an experiment as it is shown. */
export const optionsOf = <K extends Kind>({ experiment, variant }: Shown<K>): unknown =>
  variant ? variantOptions(variant, experiment) : experiment.options({});

/**
 * What an experiment makes of results; undefined where the data cannot have it.
 * @param runWith what `context` was made for, in words
 */
export async function experimentResults<K extends Kind>(
  { experiment, variant }: Shown<K>,
  context: ExperimentContext<unknown, K>,
  results: Results<K['spec']>,
  runWith: RunWith,
): Promise<ExperimentResults | undefined> {
  const runs = runsOf(experiment, context, results);
  if (runs.length === 0) return undefined;
  const typed = [experiment.command ?? experiment.name, ...(variant ? [variant.flags] : [])].join(
    ' ',
  );
  const named = {
    ...runWith,
    name: slugOf([experiment.name, ...(variant ? [variant.flags] : [])].join(' ')),
    title: variant ? `${experiment.title}, with ${variant.flags}` : experiment.title,
    typed,
  };
  if (!runs.some(({ spec }) => results.summary(spec))) return named;
  const all = await experiment.show(context, results);
  if (!showsAnything(all)) return named;
  const artefacts = withRunRows(all);
  if (!variant) return { ...named, artefacts };
  // The same claim about other runs must not read as a second verdict on the first ones.
  const verdicts = artefacts.verdicts.map((verdict) => ({
    ...verdict,
    claim: `${verdict.claim} (${variant.flags})`,
  }));
  return { ...named, artefacts: { ...artefacts, verdicts } };
}

/** Runs may be there, made for another experiment, and tell nothing of this one. */
function showsAnything({ figures, grids, tables, verdicts }: Artefacts): boolean {
  if (figures.length + grids.length > 0) return true;
  if (verdicts.length > 0 && verdicts.every(({ judgement }) => judgement === 'not run'))
    return false;
  const ours = tables.flatMap(({ table }) => table.rows.filter(({ reference }) => !reference));
  return ours.some(({ cells }) => cells.some((cell) => isMeasured(cell) && cell.value !== null));
}
