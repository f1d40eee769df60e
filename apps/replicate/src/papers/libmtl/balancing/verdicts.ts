import { benjaminiHochberg, settle } from '@scene-mtl/eval';
import {
  ENOUGH_SEEDS,
  isCertain,
  notRun,
  type Claim,
  type ComparedArm,
  type Judgement,
  type Verdict,
} from '@scene-mtl/lab';
import { SMALLEST_CHANGE } from '../../../scenes/changes.ts';
import { changesAgainst } from './changes.ts';
import { isEqual, type BalancingContext } from './rows.ts';

const source = 'Kurin et al. 2022; Xin et al. 2022';

/**
 * What is claimed of all methods together: none is better than equal weights, at the rate of all, and at that of a few
 * rates that suits equal weights best, since a method whose weights sum to more takes larger steps.
 */
export function equalVerdicts(context: BalancingContext, arms: readonly ComparedArm[]): Verdict[] {
  const together = arms.filter(({ tasks, runs }) => tasks.length > 1 && runs.length > 0);
  const methods = together.filter((arm) => !isEqual(arm));
  const equals = together.filter(isEqual);
  const equal = equals.find(({ slug }) => slug === 'equal');
  const tuned = equals.length > 1 && equal ? bestOf(context, equals, equal) : undefined;
  return [
    noneBetter(
      { claim: 'No method is better than equal weights on the mean over tasks', source },
      ...([context, methods, equal] as const),
    ),
    noneBetter(
      {
        claim: 'None is better than equal weights at the rate that suits them best, either',
        source: `${source}, who tune both`,
      },
      ...([context, methods, tuned] as const),
    ),
  ];
}

/** Equal weights at the rate with the best mean change: chosen on what is judged, which favours them. */
function bestOf(
  context: BalancingContext,
  equals: readonly ComparedArm[],
  base: ComparedArm,
): ComparedArm {
  const change = (arm: ComparedArm): number => {
    const changes = changesAgainst(context, arm, base);
    return changes.reduce((sum, value) => sum + value, 0) / changes.length;
  };
  return equals.reduce((best, arm) => (change(arm) < change(best) ? arm : best), base);
}

/**
 * A method refutes it whose Δm is below that of equal weights, for certain and by what may matter. Of many methods
 * some are so by chance: of those that are named at most 5 % are to be wrong (`benjaminiHochberg`). It stands where every
 * method is no better by what would matter.
 */
function noneBetter(
  claim: Claim,
  context: BalancingContext,
  methods: readonly ComparedArm[],
  equal: ComparedArm | undefined,
): Verdict {
  const made = (equal ? methods : []).flatMap((arm) => {
    const changes = changesAgainst(context, arm, equal!);
    return changes.length > 0 ? [{ title: arm.title, ...settle(changes, SMALLEST_CHANGE) }] : [];
  });
  if (!equal || made.length === 0) return notRun(claim);
  // A method of too few seeds is open whatever it shows.
  const only = (isSo: boolean, p: number): number => (isSo ? p : 1);
  const better = benjaminiHochberg(
    made.map(({ n, outcome, p }) => only(n >= ENOUGH_SEEDS && outcome === 'below', p)),
  );
  const noBetter = made.map(({ n, noLess }) => only(n >= ENOUGH_SEEDS, noLess));
  const is = made.map((_, i) =>
    isCertain(better[i]) ? 'better' : isCertain(noBetter[i]) ? 'no better' : 'open',
  );
  const of = (wanted: string) => made.filter((_, i) => is[i] === wanted).map(({ title }) => title);
  const [judgement, p]: readonly [Judgement, number] = is.includes('better')
    ? ['not reproduced', Math.min(...better)]
    : is.includes('open')
      ? ['cannot tell', 1]
      : ['reproduced', Math.max(...noBetter)];
  const named = (wanted: string): string => of(wanted).join(', ') || 'none';
  const seeds = Math.min(...made.map(({ n }) => n));
  return {
    ...{ ...claim, judgement, p },
    evidence: [
      `Δm of ${of('better').length} of ${made.length} methods is below that of ${equal.title} (t tests over ${seeds} seed${seeds === 1 ? '' : 's'}${Math.max(...made.map(({ n }) => n)) > seeds ? ' or more' : ''}, of the methods named at most 5 % wrong)`,
      `better: ${named('better')}`,
      `no better by ${SMALLEST_CHANGE} %: ${named('no better')}`,
      `open: ${named('open')}`,
    ].join('; '),
  };
}
