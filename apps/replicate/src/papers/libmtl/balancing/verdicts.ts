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
 * A method refutes it that is better than equal weights in one quantity and worse in none, by anything that would
 * matter: of all methods and quantities some are better by chance, so it must hold among them all. One that is worse
 * in some quantity, among its own, or better in none by what would matter, does not; where none does, the claim stands.
 */
function noneBetter(
  claim: Claim,
  methods: readonly ComparedArm[],
  equal: ComparedArm | undefined,
  quantities: readonly Quantity[],
): Verdict {
  const made = methods.map((arm) => {
    const found = compare(arm.runs, equal?.runs ?? [], quantities);
    return { title: arm.title, found, ...standing(found, methods.length) };
  });
  const seeds = Math.min(...made.flatMap(({ found }) => found.map(({ n }) => n)));
  if (!equal || !Number.isFinite(seeds)) return notRun(claim);
  const of = (wanted: Standing['is']) => made.filter(({ is }) => is === wanted);
  const named = (wanted: Standing['is']) =>
    of(wanted)
      .map(({ title }) => title)
      .join(', ') || 'none';
  const ps = (wanted: Standing['is']) => of(wanted).map(({ p }) => p);
  const settled: readonly [Judgement, number] =
    of('better').length > 0
      ? ['not reproduced', Math.min(...ps('better'))]
      : of('open').length > 0
        ? ['cannot tell', 1]
        : ['reproduced', Math.max(...ps('not better'))];
  const [judgement, p] = seeds < ENOUGH_SEEDS ? (['cannot tell', 1] as const) : settled;
  return {
    ...{ ...claim, judgement, p },
    evidence: [
      `${of('better').length} of ${made.length} methods better than ${equal.title} in some task and worse in none (t tests over ${seeds} seed${seeds === 1 ? '' : 's'}, at 5 % for all methods and tasks together)`,
      `better: ${named('better')}`,
      `worse in some task, or better in none by what would matter: ${named('not better')}`,
      `open: ${named('open')}`,
    ].join('; '),
  };
}

/** What is certain of one method, and how much so. */
interface Standing {
  readonly is: 'better' | 'not better' | 'open';
  readonly p: number;
}

/** With methods so many; a method is said to be better where it could not be worse in the other quantities. */
function standing(found: readonly Comparison[], methods: number): Standing {
  const least = (outcome: Comparison['outcome']) =>
    Math.min(1, ...found.filter((one) => one.outcome === outcome).map(({ p }) => p));
  const most = Math.max(...found.map(({ p }) => p));
  const isFree = found.every(({ outcome }) => outcome === 'better' || outcome === 'same');
  const better = Math.max(ofAny(least('better'), found.length * methods), ofAny(most, methods));
  if (isFree && isCertain(better)) return { is: 'better', p: better };
  const worse = ofAny(least('worse'), found.length);
  if (isCertain(worse)) return { is: 'not better', p: worse };
  const isNone = found.every(({ outcome }) => outcome === 'worse' || outcome === 'same');
  return isNone ? { is: 'not better', p: most } : { is: 'open', p: 1 };
}
