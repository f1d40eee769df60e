import { dotChart, type Dot, type Table } from '@scene-mtl/eval';
import {
  ENOUGH_SEEDS,
  judge,
  measuredCell,
  metricOf,
  type Artefacts,
  type Figure,
  type NamedTable,
  type Verdict,
} from '@scene-mtl/lab';
import {
  differenceCells,
  differenceColumns,
  directions,
  plainColumn,
} from '../../../scenes/differences.ts';
import type { SceneResults } from '../../../scenes/kind.ts';
import { noHelp } from '../../../scenes/no-help.ts';
import { notesOf } from '../../../scenes/notes.ts';
import { betterSign } from '../../../scenes/quantities.ts';
import { fewOf, tasksOf, type Context } from './arms.ts';
import { comparisonsOf, hintName, triedIn, type Tried } from './findings.ts';

const SOURCE = 'Abu-Mostafa 1990';

/** A table for each task, all gains in one picture, and verdicts. */
export function show(context: Context, results: SceneResults): Artefacts {
  const tried = triedIn(context, results);
  const labelled = fewOf(context);
  return {
    lead: `What is known of an answer whatever the picture shows, learned from all ${context.data.frames.train} frames of ${context.data.name} beside the labels of ${labelled}; each task alone.`,
    tables: tasksOf(context).map((task) => tableOf(context, task, of(tried, task))),
    figures: figuresOf(context, tried),
    grids: [],
    verdicts: verdictsOf(context, tried),
  };
}

const of = (tried: readonly Tried[], task: string): Tried[] =>
  tried.filter((one) => one.task === task);

function tableOf(context: Context, task: string, tried: readonly Tried[]): NamedTable {
  const { metric, digits } = tried[0].quantity;
  const column = plainColumn(metric);
  const table: Table = {
    title: `${column.name} with ${fewOf(context)} labelled frames`,
    corner: 'Hint',
    columns: [
      { name: 'what it says', kind: 'text' },
      { name: 'weight', decimals: 1 },
      column,
      ...differenceColumns('with the hint − without'),
    ],
    rows: [
      {
        header: 'none',
        cells: ['–', null, measuredCell(metricOf(tried[0].plain, metric)), null, null, null],
      },
      ...tried.map(({ hint, dose, runs, difference }) => ({
        header: hintName(hint, dose),
        cells: [
          hint.isFalse ? `${hint.says} (false)` : hint.says,
          { value: dose * hint.weight },
          measuredCell(metricOf(runs, metric)),
          ...differenceCells(difference, digits + 1),
        ],
      })),
    ],
    notes: [
      ...notesOf(context),
      `${directions([metric])} Without a hint every batch is drawn from the labelled frames; with one, ${context.options.share} of it, so that in as many steps it sees that share of the labelled images, and the rest comes from frames without labels. Differences seed by seed, intervals by Student’s t over seeds, p of the paired permutation test, two-sided.`,
    ],
  };
  return { name: `scene-hints-${task}`, table };
}

/** Gains of all hints in per cent of what there is without, so that tasks of other units stand side by side. */
function figuresOf(context: Context, tried: readonly Tried[]): Figure[] {
  const rowOf = ({ task, hint, dose }: Tried): string => `${task}: ${hintName(hint, dose)}`;
  const dots = (some: readonly Tried[]): Dot[] =>
    some.flatMap((one) => {
      const { difference: found, task } = one;
      if (!found || found.b === 0) return [];
      const gain = (x: number) => (betterSign(task) * 100 * x) / Math.abs(found.b);
      const [low, high] = found.interval.map(gain).sort((a, b) => a - b);
      return [
        {
          ...{ row: rowOf(one), value: gain(found.difference) },
          ...(found.n >= ENOUGH_SEEDS && { low, high }),
        },
      ];
    });
  const series = [
    { name: 'true', dots: dots(tried.filter(({ hint }) => !hint.isFalse)) },
    { name: 'false, a control', dots: dots(tried.filter(({ hint }) => hint.isFalse)) },
  ].filter((one) => one.dots.length > 0);
  if (series.length === 0) return [];
  return [
    {
      name: 'scene-hints',
      spec: dotChart({
        title: `What hints are worth with ${fewOf(context)} labelled frames`,
        label: 'gain over no hint (%), to the right is better',
        rows: tried.map(rowOf),
        series,
      }),
      caption:
        'Gain over no hint in per cent of it, mean over seeds; lines: 95 % intervals by Student’s t.',
      description: 'Gain of each hint on each task, true hints and false ones',
    },
  ];
}

function verdictsOf(context: Context, tried: readonly Tried[]): Verdict[] {
  const once = tried.filter(({ dose }) => dose === 1);
  const labelled = fewOf(context);
  const trueOnes = tasksOf(context).flatMap((task) =>
    of(once, task)
      .filter(({ hint }) => !hint.isFalse)
      .map((one) =>
        judge(
          {
            claim: `${labelled} labelled frames of ${task}: it helps to know that ${one.hint.says}`,
            source: SOURCE,
          },
          comparisonsOf([one]),
        ),
      ),
  );
  const falseOnes = once.filter(({ hint }) => hint.isFalse);
  return [
    ...trueOnes,
    ...(falseOnes.length > 0
      ? [
          noHelp(
            { claim: 'Control: false hints are no help', source: SOURCE },
            comparisonsOf(falseOnes),
            falseOnes.length,
          ),
        ]
      : []),
  ];
}
