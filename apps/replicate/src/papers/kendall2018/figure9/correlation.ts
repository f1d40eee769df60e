import { type Dot, dotChart, type Table, type TableRow } from '@scene-mtl/eval';
import { type Figure, measuredCell } from '@scene-mtl/lab';
import { fromText } from '../../../measure/frame-errors.ts';
import type { SceneContext, SceneResults } from '../../../scenes/kind.ts';
import { notesOf } from '../../../scenes/notes.ts';
import { learnedArm, singleArm } from '../table1-arms.ts';
import { blockCorrelation, type Correlation, frameCorrelation } from './block-correlation.ts';
import { blockGrid } from './block-grid.ts';
import {
  BLOCK_FRAMES,
  errorBlocks,
  type ErrorBlocks,
  pairName,
  pairsOf,
  type TaskPair,
} from './error-blocks.ts';
import { failures } from './failures.ts';

/** Correlations of one pair of tasks with one seed; absent without its runs, or where an error does not vary. */
export interface SeedCorrelation {
  readonly seed: number;
  /** Which networks were measured: the one with learned weights, both that were trained apart. */
  readonly measured?: { readonly shared: boolean; readonly separate: boolean };
  /** Errors of two heads of the network with learned weights, over blocks. */
  readonly shared?: Correlation | undefined;
  /** Errors of two networks, each trained on one of the tasks alone, over the same blocks. */
  readonly separate?: Correlation | undefined;
  /** The shared network's over pixels of the whole split. */
  readonly pixels?: number | undefined;
  /** Over the mean errors of frames. */
  readonly framesShared?: number | undefined;
  readonly framesSeparate?: number | undefined;
}

/** A row of the table: a pair of tasks, or one task in two networks. */
export interface CorrelationRow {
  readonly name: string;
  readonly seeds: readonly SeedCorrelation[];
}

/** Correlations of every pair of tasks. */
export function correlations(
  { config, data }: SceneContext,
  results: SceneResults,
): CorrelationRow[] {
  return pairsOf(data.tasks).map((pair) => ({
    name: pairName(pair),
    seeds: config.seeds.map((seed) => {
      const spec = { ...learnedArm(config, data.tasks), seed };
      const shared = results.measured(spec, errorBlocks);
      const alone = pair.map((task) =>
        results.measured({ ...singleArm(config, task), seed }, errorBlocks),
      );
      const separate = bothOf(alone);
      const pixels = results.measured(spec, failures)?.pixelCorrelation[pairName(pair)]?.r;
      return {
        seed,
        measured: { shared: shared !== undefined, separate: separate !== undefined },
        shared: shared && between(pair, shared, shared),
        separate: separate && between(pair, ...separate),
        pixels: pixels ?? undefined,
        framesShared: shared && framesOf(pair, shared, shared),
        framesSeparate: separate && framesOf(pair, ...separate),
      };
    }),
  }));
}

/** How alike the errors of one task are in two networks: what the frames alone decide. */
export function sameTask({ config, data }: SceneContext, results: SceneResults): CorrelationRow[] {
  const pairs = pairsOf(data.tasks);
  // Classes and disparity are known nearly everywhere, so their common pixels cover most of a frame.
  const wide = pairs.filter((pair) => pairName(pair) === 'semantic+depth');
  return data.tasks.flatMap((task) => {
    const pair = [...wide, ...pairs].find((p) => p.includes(task));
    if (!pair) return [];
    const seeds = config.seeds.map((seed): SeedCorrelation => {
      const shared = results.measured({ ...learnedArm(config, data.tasks), seed }, errorBlocks);
      const alone = results.measured({ ...singleArm(config, task), seed }, errorBlocks);
      if (!shared || !alone) return { seed };
      const [a, b] = [shared, alone].map((blocks) => ({ blocks, task }));
      return {
        seed,
        separate: blockCorrelation(pair, a, b),
        framesSeparate: framesOf([task, task], shared, alone),
      };
    });
    return { name: `${task} in both`, seeds };
  });
}

const bothOf = <T>([a, b]: readonly (T | undefined)[]): readonly [T, T] | undefined =>
  a === undefined || b === undefined ? undefined : [a, b];

const between = (pair: TaskPair, a: ErrorBlocks, b: ErrorBlocks) =>
  blockCorrelation(pair, { blocks: a, task: pair[0] }, { blocks: b, task: pair[1] });

const framesOf = ([a, b]: readonly [string, string], x: ErrorBlocks, y: ErrorBlocks) =>
  frameCorrelation(fromText(x.frameErrors)[a], fromText(y.frameErrors)[b]);

const cell = (seeds: readonly SeedCorrelation[], of: (s: SeedCorrelation) => number | undefined) =>
  measuredCell(seeds.flatMap((s) => of(s) ?? []));

/** The table of both kinds of rows. */
export function correlationTable(
  context: SceneContext,
  pairs: readonly CorrelationRow[],
  same: readonly CorrelationRow[],
): Table {
  const row = ({ name, seeds }: CorrelationRow, first: boolean): TableRow => ({
    header: name,
    cells: [
      cell(seeds, (s) => s.shared?.r),
      cell(seeds, (s) => s.separate?.r),
      cell(seeds, (s) => s.framesShared),
      cell(seeds, (s) => s.framesSeparate),
      cell(seeds, (s) => s.pixels),
    ],
    ...(first && { ruleAbove: true }),
  });
  const { rows, columns } = blockGrid;
  const n = Math.min(BLOCK_FRAMES, context.data.frames.val);
  return {
    title: 'Correlation of the errors of two tasks (Pearson’s r)',
    corner: 'Errors of',
    columns: [
      { name: 'shared network', group: 'Blocks' },
      { name: 'separate networks', group: 'Blocks' },
      { name: 'shared network', group: 'Frames' },
      { name: 'separate networks', group: 'Frames' },
      { name: 'shared network', group: 'Pixels' },
    ],
    rows: [...pairs.map((r) => row(r, false)), ...same.map((r, i) => row(r, i === 0))],
    notes: [
      `Blocks: mean errors over a grid of ${rows}×${columns} blocks on ${n} frames spread over the split, on pixels where both truths are known; frames: mean errors of all validation frames; pixels: all of them, class errors as 0 or 1.`,
      'Separate networks: one network per task, trained alone with the same seed, judged on the same pixels. What they have in common can only come from the images.',
      '“In both”: the error of one task in the shared network against its error in the network trained for it alone.',
      ...notesOf(context),
    ],
  };
}

/** Block correlations of every pair: shared against separate, with intervals where one seed is run. */
export function correlationFigure(pairs: readonly CorrelationRow[]): Figure[] {
  const series = (['shared', 'separate'] as const).map((key) => ({
    name: `${key} network${key === 'shared' ? '' : 's'}`,
    dots: pairs.flatMap(({ name, seeds }) => {
      const found = seeds.flatMap((s) => s[key] ?? []);
      return found.length === 0 ? [] : [dotOf(name, found)];
    }),
  }));
  if (series.every(({ dots }) => dots.length === 0)) return [];
  return [
    {
      name: 'correlation',
      spec: dotChart({
        title: 'Are the tasks wrong at the same places?',
        label: 'Correlation of block errors, r',
        rows: pairs.map(({ name }) => name),
        series,
      }),
      caption:
        'Correlation of the errors of two tasks over blocks: heads of one network beside networks trained apart. Lines: the widest jackknife interval (95 %, over frames) of the seeds.',
      description: `Correlation of errors by pair of tasks. ${series
        .flatMap(({ name, dots }) => dots.map((d) => `${d.row}, ${name}: ${d.value.toFixed(2)}`))
        .join('; ')}.`,
    },
  ];
}

const dotOf = (row: string, found: readonly Correlation[]): Dot => ({
  row,
  value: found.reduce((s, { r }) => s + r, 0) / found.length,
  low: Math.min(...found.map(({ low }) => low)),
  high: Math.max(...found.map(({ high }) => high)),
});
