import { formatNumber, studentQuantile, type Table } from '@scene-mtl/eval';
import {
  compare,
  judge,
  notRun,
  paired,
  type Paired,
  type Quantity,
  type RunSummary,
  type Verdict,
} from '@scene-mtl/lab';
import type { NumbersArm } from '../arm.ts';
import type { Comparison, Control, Study } from './study.ts';

/** The finished runs of an arm, with what was measured among their metrics. */
export type RunsOf = (arm: NumbersArm) => readonly RunSummary[];

/**
 * Whether one arm is better than another. Intervals by Student's t over seeds, p by a paired permutation test.
 */
export function judgeComparison(
  { claim, ours, theirs }: Comparison,
  { quantities: [quantity], source }: Study,
  runsOf: RunsOf,
): Verdict {
  const [a, b] = [runsOf(ours), runsOf(theirs)];
  const verdict = judge({ claim, source }, compare(a, b, [named(quantity)]));
  const p = paired(a, b, quantity)?.p;
  return p === undefined ? verdict : { ...verdict, evidence: `${verdict.evidence}; p ${told(p)}` };
}

/**
 * Whether a control kills an effect: the effect is better than the control, and the control not better than the
 * baseline, for certain. A control that is better than the baseline has kept a part of the effect, which is told.
 */
export function judgeControl(
  { claim, control, effect, baseline }: Control,
  { quantities: [quantity], source }: Study,
  runsOf: RunsOf,
): Verdict {
  const against = (a: NumbersArm, b: NumbersArm) => ({
    seen: compare(runsOf(a), runsOf(b), [named(quantity)])[0],
    numbers: paired(runsOf(a), runsOf(b), quantity),
  });
  const [transfer, rest] = [against(effect, control), against(control, baseline)];
  const whole = paired(runsOf(effect), runsOf(baseline), quantity);
  if (!transfer.seen || !rest.seen || !whole) return notRun({ claim, source });
  const judgement =
    transfer.seen.n < 3
      ? 'cannot tell'
      : rest.seen.outcome === 'better' || transfer.seen.outcome === 'worse'
        ? 'not reproduced'
        : transfer.seen.outcome === 'better'
          ? 'reproduced'
          : 'cannot tell';
  return {
    ...{ claim, source, judgement },
    evidence: [
      `control against baseline: ${rest.seen.evidence}, p ${told(rest.numbers!.p)}`,
      `effect against control: ${transfer.seen.evidence}, p ${told(transfer.numbers!.p)}`,
      keptOf(rest.numbers!.difference / whole.difference),
    ].join('; '),
  };
}

/** Evidence tells of what is measured: all of it is of the main task. */
const named = (quantity: Quantity): Quantity => ({ ...quantity, task: quantity.name });

/** How much of an effect a control has, the effect being 1. */
const keptOf = (part: number): string =>
  part < 0
    ? 'the control is on the other side of the baseline'
    : `the control keeps ${Math.round(100 * part)} % of the effect`;

/**
 * Arms against arms, seed by seed: difference, interval, p, and the difference in deviations over seeds (Cohen's d of
 * pairs). Undefined where nothing was run twice.
 */
export function comparisonTable(
  { title, quantities: [quantity], claims, controls, counted }: Study,
  runsOf: RunsOf,
): Table | undefined {
  const pairs = [
    ...claims.map(({ ours, theirs }) => [ours, theirs] as const),
    ...controls.flatMap(({ control, effect, baseline }) => [
      [control, baseline] as const,
      [effect, control] as const,
    ]),
  ];
  const rows = pairs.flatMap(([a, b]) => {
    const result = paired(runsOf(a), runsOf(b), quantity);
    return result && result.n > 1 ? [rowOf(`${a.title}, less ${b.title}`, result, quantity)] : [];
  });
  if (rows.length === 0) return undefined;
  return {
    ...{ title: `${title}: arms against arms`, corner: 'Difference', rows },
    columns: [
      { name: `Δ ${quantity.name}`, kind: 'text' },
      { name: '95 % interval', kind: 'text' },
      { name: 'p', decimals: 4 },
      { name: 'd', decimals: 1 },
    ],
    notes: [
      `${counted === undefined ? `${quantity.better === 'lower' ? 'Below' : 'Above'} 0: the first arm is better. ` : ''}Intervals by Student’s t over seeds, p of a paired permutation test, two-sided; d is the mean difference over its deviation between seeds.`,
    ],
  };
}

function rowOf(header: string, { difference, interval, p, n }: Paired, { digits }: Quantity) {
  const number = (value: number) => formatNumber(value, digits);
  const [low, high] = interval;
  // Half an interval is t s / √n; without a spread there is no d.
  const half = (high - low) / 2;
  const spread = (half * Math.sqrt(n)) / studentQuantile(0.975, n - 1);
  const d = spread > 0 ? { value: difference / spread, n } : null;
  return {
    header,
    cells: [number(difference), `${number(low)} … ${number(high)}`, { value: p, n }, d],
  };
}

const told = (p: number): string => (p < 0.001 ? p.toExponential(0) : p.toFixed(3));
