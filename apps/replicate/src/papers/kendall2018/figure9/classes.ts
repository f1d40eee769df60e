import { dotChart, type Table } from '@scene-mtl/eval';
import { type Figure, measuredCell } from '@scene-mtl/lab';
import type { SceneContext } from '../../../scenes/kind.ts';
import { type Failures, roadClasses } from './failures.ts';

/** Pixels by true (row) and predicted class of one run. */
export type Matrix = readonly (readonly number[])[];

/** The matrices of the runs that have one. */
export const matricesOf = (found: readonly Failures[]): Matrix[] =>
  found.flatMap(({ confusion }) =>
    confusion.length === 0 ? [] : [confusion.map((row) => row.split(' ').map(Number))],
  );

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** IoU of a class in %; NaN where it is in neither truth nor prediction. */
export function iouOf(matrix: Matrix, c: number): number {
  const predicted = sum(matrix.map((row) => row[c]));
  return (100 * matrix[c][c]) / (sum(matrix[c]) + predicted - matrix[c][c]);
}

/** Share of the labelled pixels that belong to a class, in %. */
export const shareOf = (matrix: Matrix, c: number): number =>
  (100 * sum(matrix[c])) / sum(matrix.map(sum));

/** Two classes and the share of all wrong pixels that are confused between them, in %. */
export interface ConfusedPair {
  readonly classes: readonly [number, number];
  readonly share: number;
}

/** Pairs of classes by the pixels confused between them in either direction, most first. */
export function confusedPairs(matrix: Matrix): ConfusedPair[] {
  const wrong = sum(matrix.map((row, c) => sum(row) - row[c]));
  return matrix
    .flatMap((row, a) =>
      row.slice(a + 1).map((n, k): ConfusedPair => {
        const b = a + 1 + k;
        return { classes: [a, b], share: (100 * (n + matrix[b][a])) / wrong };
      }),
    )
    .sort((p, q) => q.share - p.share);
}

/** Training ids of road and footpath; undefined where the data lacks one. */
export function roadPair(classes: readonly string[]): readonly [number, number] | undefined {
  const [road, path] = [roadClasses.road, roadClasses.footpath].map((names) =>
    classes.findIndex((name) => (names as readonly string[]).includes(name.toLowerCase())),
  );
  return road < 0 || path < 0 ? undefined : [Math.min(road, path), Math.max(road, path)];
}

/** Spearman's rank correlation of IoU with the share of pixels, over the classes that occur. */
export function rarityCorrelation(matrix: Matrix): number {
  const present = matrix.flatMap((_, c) => (shareOf(matrix, c) > 0 ? [c] : []));
  const shares = ranks(present.map((c) => shareOf(matrix, c)));
  const ious = ranks(present.map((c) => iouOf(matrix, c)));
  const mean = (present.length + 1) / 2;
  const product = (a: readonly number[], b: readonly number[]) =>
    sum(a.map((x, i) => (x - mean) * (b[i] - mean)));
  return product(shares, ious) / Math.sqrt(product(shares, shares) * product(ious, ious));
}

/** Ranks from 1; equal values share their mean rank. */
function ranks(values: readonly number[]): number[] {
  return values.map((v) => {
    const below = values.filter((w) => w < v).length;
    return below + (values.filter((w) => w === v).length + 1) / 2;
  });
}

/** IoU by class, the rarest first, with what each is most often taken for. */
export function classTable({ data, config }: SceneContext, matrices: readonly Matrix[]): Table {
  return {
    title: 'Which classes fail',
    corner: 'Class',
    columns: [
      { name: 'share of pixels', unit: '%' },
      { name: 'IoU', unit: '%', decimals: 1 },
      { name: 'most often taken for' },
    ],
    rows: byRarity(data.classes, matrices).map((c) => ({
      header: data.classes[c],
      cells: [
        measuredCell(matrices.slice(0, 1).map((m) => shareOf(m, c))),
        measuredCell(matrices.map((m) => iouOf(m, c)).filter(Number.isFinite)),
        mistakenFor(data.classes, matrices, c),
      ],
    })),
    notes: [
      `Network with learned weights for ${data.tasks.join(', ')}; seed${config.seeds.length > 1 ? 's' : ''} ${config.seeds.join(', ')}; rarest class first. Percentages in the last column: of the class’s pixels.`,
    ],
  };
}

function byRarity(classes: readonly string[], [first]: readonly Matrix[]): number[] {
  const ids = classes.map((_, c) => c);
  return first ? ids.sort((a, b) => shareOf(first, a) - shareOf(first, b) || a - b) : ids;
}

function mistakenFor(
  classes: readonly string[],
  matrices: readonly Matrix[],
  c: number,
): string | null {
  const total = sum(matrices.map((m) => sum(m[c])));
  const others = classes.map((_, o) => (o === c ? 0 : sum(matrices.map((m) => m[c][o]))));
  const most = Math.max(...others);
  if (!(most > 0)) return null;
  return `${classes[others.indexOf(most)]} (${((100 * most) / total).toFixed(0)} %)`;
}

/** IoU of every class, the rarest on top. */
export function classFigure({ data }: SceneContext, matrices: readonly Matrix[]): Figure[] {
  const [first] = matrices;
  if (!first) return [];
  const order = byRarity(data.classes, matrices).filter((c) => shareOf(first, c) > 0);
  const dots = order.flatMap((c) => {
    const values = matrices.map((m) => iouOf(m, c)).filter(Number.isFinite);
    if (values.length === 0) return [];
    const ends = { low: Math.min(...values), high: Math.max(...values) };
    return {
      row: data.classes[c],
      value: sum(values) / values.length,
      ...(values.length > 1 && ends),
    };
  });
  if (dots.length === 0) return [];
  return [
    {
      name: 'classes',
      spec: dotChart({
        title: 'IoU by class, rarest on top',
        label: 'IoU (%)',
        rows: order.map((c) => data.classes[c]),
        series: [{ name: 'IoU', dots }],
      }),
      caption: `IoU of every class in the order of its share of pixels, rarest on top; mean${matrices.length > 1 ? ' and range' : ''} over ${matrices.length} seed${matrices.length > 1 ? 's' : ''}.`,
      description: `IoU by class, rarest first: ${dots.map((d) => `${d.row} ${d.value.toFixed(0)} %`).join(', ')}.`,
    },
  ];
}
