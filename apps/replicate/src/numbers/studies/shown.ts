import {
  dotChart,
  lineChart,
  studentQuantile,
  summarise,
  type Curve,
  type Table,
} from '@scene-mtl/eval';
import {
  measuredCell,
  metricOf,
  type Figure,
  type Quantity,
  type RunSummary,
} from '@scene-mtl/lab';
import type { NumbersArm } from '../arm.ts';
import type { Study } from './study.ts';
import type { RunsOf } from './verdicts.ts';

/** Every arm of a study once: those of the figure, then those that only a claim names. */
export function armsOf({ curves, claims, controls, others = [] }: Study): NumbersArm[] {
  const all = [
    ...curves.flatMap(({ points }) => points.map(({ arm }) => arm)),
    ...claims.flatMap(({ ours, theirs }) => [theirs, ours]),
    ...controls.flatMap(({ control, effect, baseline }) => [baseline, effect, control]),
    ...others,
  ];
  return [...new Map(all.map((arm) => [arm.slug, arm])).values()];
}

/** All arms and all that is told of them: means and deviations over seeds. */
export function armsTable(study: Study, runsOf: RunsOf): Table {
  const { title, quantities, lead } = study;
  return {
    ...{ title, corner: 'Network', notes: [lead] },
    columns: quantities.map(({ name, unit, digits }) => ({
      ...{ name, unit, decimals: digits },
    })),
    rows: armsOf(study).map((arm) => ({
      header: arm.title,
      cells: quantities.map(({ metric }) => measuredCell(metricOf(runsOf(arm), metric))),
    })),
  };
}

/** The first quantity over the dose, a curve for each kind of arm; undefined where nothing was run. */
export function doseFigure(
  { name, title, x, curves, counted, quantities: [quantity] }: Study,
  runsOf: RunsOf,
): Figure | undefined {
  const drawn = curves.flatMap((curve) => {
    const points = curve.points.flatMap((point) => {
      const y = meanOf(runsOf(point.arm), quantity);
      return y ? [{ x: point.x, ...y }] : [];
    });
    return points.length > 0 ? [{ name: curve.name, points }] : [];
  });
  if (drawn.length === 0) return undefined;
  const label = quantity.unit ? `${quantity.name} (${quantity.unit})` : quantity.name;
  const y = { label: counted ?? `${label}, ${quantity.better} is better` };
  return {
    name,
    spec:
      'rows' in x
        ? dotsOf(title, y.label, x.rows, drawn)
        : lineChart({ title, x, y, curves: drawn }),
    caption: `${title}: ${quantity.name} over ${x.label}; mean over seeds and its 95 % interval.`,
    description: `${title}: ${quantity.name} over ${x.label}, one mark for each kind of network`,
  };
}

/** Curves as dots in rows. */
const dotsOf = (title: string, label: string, rows: readonly string[], curves: readonly Curve[]) =>
  dotChart({
    ...{ title, label, rows },
    series: curves.map(({ name, points }) => ({
      name,
      dots: points.map(({ x, y, ...ends }) => ({ row: rows[x], value: y, ...ends })),
    })),
  });

/** The mean over seeds and its 95 % interval by Student's t. */
function meanOf(runs: readonly RunSummary[], { metric }: Quantity) {
  const values = metricOf(runs, metric);
  if (values.length === 0) return undefined;
  const { n, mean, sd } = summarise(values);
  if (n === 1) return { y: mean };
  const half = (studentQuantile(0.975, n - 1) * sd) / Math.sqrt(n);
  return { y: mean, low: mean - half, high: mean + half };
}
