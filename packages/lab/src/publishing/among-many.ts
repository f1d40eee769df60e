import { benjaminiHochberg } from '@scene-mtl/eval';
import { isCertain } from '../compare/comparison.ts';
import { signs, type Verdict } from '../compare/verdict.ts';
import type { ResultsGroup } from './group.ts';

/** Stands after a verdict that would not stand among all of its group. */
export const AMONG_MANY = '‡';

/** What tests decided in a group, and what of it would not stand among all that they were asked. */
export interface AmongMany {
  /** Verdicts that rest on tests. */
  readonly tested: readonly Verdict[];
  /** Those of them that are decided. */
  readonly decided: readonly Verdict[];
  /** Those of the decided ones that fall where of all decided ones at most 5 % are to be wrong. */
  readonly fallen: ReadonlySet<Verdict>;
}

/**
 * A verdict is told at 5 %, and of many some are wrong by chance: those of a group that rest on tests are looked at
 * together (`benjaminiHochberg`). They keep their words, since each answers a question of its own.
 */
export function amongMany({ experiments }: Pick<ResultsGroup, 'experiments'>): AmongMany {
  const tested = experiments
    .flatMap(({ artefacts }) => artefacts?.verdicts ?? [])
    .filter(({ p, judgement }) => p !== undefined && judgement !== 'not run');
  const raised = benjaminiHochberg(tested.map(({ p }) => p!));
  const isDecided = ({ judgement }: Verdict): boolean => signs[judgement] !== 'open';
  return {
    tested,
    decided: tested.filter(isDecided),
    fallen: new Set(tested.filter((verdict, i) => isDecided(verdict) && !isCertain(raised[i]))),
  };
}

/** How many verdicts would not stand in each group, in a sentence; undefined where none rests on tests. */
export function amongManyText(groups: readonly ResultsGroup[]): string | undefined {
  const parts = groups.flatMap((group) => {
    const { decided, fallen } = amongMany(group);
    if (decided.length === 0) return [];
    return [`${fallen.size} of ${decided.length} at ${group.name}`];
  });
  if (parts.length === 0) return undefined;
  return (
    'A verdict is told at 5 %, and of many some are wrong by chance. Where of all that t tests over seeds decide in ' +
    'a group at most 5 % are to be wrong (Benjamini & Hochberg 1995), so many would not stand, marked ' +
    `${AMONG_MANY}: ${parts.join(', ')}.`
  );
}
