import {
  compare,
  ENOUGH_SEEDS,
  metricOf,
  notRun,
  type Claim,
  type ComparedArm,
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
 * A method refutes it that is better than equal weights in one quantity and worse in none; so many comparisons find
 * some by chance, so 5 % are shared out among all of them. None better and none open shows it.
 */
function noneBetter(
  claim: Claim,
  methods: readonly ComparedArm[],
  equal: ComparedArm | undefined,
  quantities: readonly Quantity[],
): Verdict {
  const made = methods.map((arm) => ({
    title: arm.title,
    outcomes: compare(arm.runs, equal?.runs ?? [], quantities, methods.length * quantities.length),
  }));
  const seeds = Math.min(...made.flatMap(({ outcomes }) => outcomes.map(({ n }) => n)));
  if (!equal || !Number.isFinite(seeds)) return notRun(claim);
  const named = (of: typeof made) => of.map(({ title }) => title).join(', ') || 'none';
  const worse = made.filter(({ outcomes }) => outcomes.some((one) => one.outcome === 'worse'));
  const better = made.filter(
    (one) => !worse.includes(one) && one.outcomes.some(({ outcome }) => outcome === 'better'),
  );
  // Neither better nor worse for certain, nor the same up to what would matter.
  const open = made.filter(
    (one) => !worse.includes(one) && one.outcomes.some(({ outcome }) => outcome === 'open'),
  );
  const settled: Judgement =
    better.length > 0 ? 'not reproduced' : open.length > 0 ? 'cannot tell' : 'reproduced';
  return {
    ...claim,
    judgement: seeds < ENOUGH_SEEDS ? 'cannot tell' : settled,
    evidence: [
      `${better.length} of ${made.length} methods better than ${equal.title} in some task and worse in none (t intervals over ${seeds} seed${seeds === 1 ? '' : 's'}, 95 % for all comparisons together)`,
      `better: ${named(better)}`,
      `worse in some task: ${named(worse)}`,
      `open: ${named(open)}`,
    ].join('; '),
  };
}
