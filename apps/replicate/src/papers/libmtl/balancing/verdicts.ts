import { benjaminiHochberg } from '@scene-mtl/eval';
import {
  compare,
  ENOUGH_SEEDS,
  isCertain,
  metricOf,
  notRun,
  ofAny,
  type Claim,
  type ComparedArm,
  type Comparison,
  type Judgement,
  type Quantity,
  type Verdict,
} from '@scene-mtl/lab';
import { isEqual } from './rows.ts';

const source = 'Kurin et al. 2022; Xin et al. 2022';

/**
 * What is claimed of all methods together: none is better than equal weights, at the rate of all, and at that of a few
 * rates that suits equal weights best, since a method whose weights sum to more takes larger steps.
 */
export function equalVerdicts(
  arms: readonly ComparedArm[],
  quantities: readonly Quantity[],
): Verdict[] {
  const together = arms.filter(({ tasks, runs }) => tasks.length > 1 && runs.length > 0);
  const methods = together.filter((arm) => !isEqual(arm));
  const equals = together.filter(isEqual);
  const equal = equals.find(({ slug }) => slug === 'equal');
  const best = equal && bestOf(equals, equal, quantities);
  return [
    noneBetter(
      { claim: 'No method is better than equal weights', source },
      methods,
      equal,
      quantities,
    ),
    noneBetter(
      {
        claim: 'No method is better than equal weights at the rate that suits them best',
        source: `${source}, who tune both`,
      },
      methods,
      equals.length > 1 ? best : undefined,
      quantities,
    ),
  ];
}

/** Equal weights at the rate with the best mean change: chosen on what is judged, which favours them. */
function bestOf(
  equals: readonly ComparedArm[],
  base: ComparedArm,
  quantities: readonly Quantity[],
): ComparedArm {
  const gain = ({ runs }: ComparedArm): number =>
    mean(
      quantities.map(({ metric, better }) => {
        const [own, of] = [runs, base.runs].map((all) => mean(metricOf(all, metric)));
        return ((better === 'higher' ? 1 : -1) * (own - of)) / of;
      }),
    );
  return equals.reduce((best, arm) => (gain(arm) > gain(best) ? arm : best), base);
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * A method refutes it that is better than equal weights in one quantity and no worse by what would matter in any. Of
 * many methods some are so by chance: of those that are named at most 5 % are to be wrong (`benjaminiHochberg`). One that
 * is worse in some quantity, or better in none by what would matter, does not; where none does, the claim stands.
 */
function noneBetter(
  claim: Claim,
  methods: readonly ComparedArm[],
  equal: ComparedArm | undefined,
  quantities: readonly Quantity[],
): Verdict {
  const found = methods.map((arm) => compare(arm.runs, equal?.runs ?? [], quantities));
  const seeds = Math.min(...found.flat().map(({ n }) => n));
  if (!equal || !Number.isFinite(seeds)) return notRun(claim);
  // A method of too few seeds, or without a quantity, is open whatever it shows.
  const isWhole = (of: readonly Comparison[]): boolean =>
    of.length === quantities.length && of.every(({ n }) => n >= ENOUGH_SEEDS);
  const better = benjaminiHochberg(found.map((of) => (isWhole(of) ? betterP(of) : 1)));
  const worse = found.map((of) => (isWhole(of) ? notBetterP(of) : 1));
  const made = methods.map(({ title }, i) => ({
    title,
    is: isCertain(better[i]) ? 'better' : isCertain(worse[i]) ? 'not better' : 'open',
  }));
  const of = (wanted: string) => made.filter(({ is }) => is === wanted).map(({ title }) => title);
  const [judgement, p]: readonly [Judgement, number] =
    of('better').length > 0
      ? ['not reproduced', Math.min(...better)]
      : of('open').length > 0
        ? ['cannot tell', 1]
        : ['reproduced', Math.max(...worse)];
  const named = (wanted: string): string => of(wanted).join(', ') || 'none';
  return {
    ...{ ...claim, judgement, p },
    evidence: [
      `${of('better').length} of ${made.length} methods better than ${equal.title} in some task and worse in none (t tests over ${seeds} seed${seeds === 1 ? '' : 's'} or more, of the methods named at most 5 % wrong)`,
      `better: ${named('better')}`,
      `worse in some task, or better in none by what would matter: ${named('not better')}`,
      `open: ${named('open')}`,
    ].join('; '),
  };
}

/** p of being better in one quantity, any of them, and no worse by what would matter in all. */
const betterP = (found: readonly Comparison[]): number =>
  Math.max(ofAny(leastP(found, 'better'), found.length), ...found.map(({ noWorse }) => noWorse));

/** p of being worse in one quantity, any of them, or no better by what would matter in all, whichever is more certain. */
const notBetterP = (found: readonly Comparison[]): number =>
  Math.min(
    ofAny(leastP(found, 'worse'), found.length),
    Math.max(...found.map(({ noBetter }) => noBetter)),
  );

const leastP = (found: readonly Comparison[], outcome: Comparison['outcome']): number =>
  Math.min(1, ...found.filter((one) => one.outcome === outcome).map(({ p }) => p));
