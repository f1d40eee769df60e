import type { Table } from '@scene-mtl/eval';
import { measuredCell, metricOf, type NamedTable } from '@scene-mtl/lab';
import {
  differenceCells,
  differenceColumns,
  directions,
  plainColumn,
} from '../../../scenes/differences.ts';
import { notesOf } from '../../../scenes/notes.ts';
import { columnOf, primaryOfTask, primaryQuantities } from '../../../scenes/quantities.ts';
import { countsOf, focusOf, moreSeedsOf, targetOf, ways, type Context, type Way } from './arms.ts';
import { framesText } from './equivalent.ts';
import type { EquivalentFrames, Findings } from './findings.ts';

/** All tables; those whose runs are not there show dashes. */
export const tablesOf = (context: Context, findings: Findings): NamedTable[] => [
  { name: 'scenes', table: byCount(context, findings) },
  { name: 'scenes-gain', table: gains(context, findings) },
  { name: 'scenes-others', table: otherTasks(context, findings) },
  ...(context.options.widths.length > 0
    ? [{ name: 'scenes-width', table: byWidth(context, findings) }]
    : []),
];

/** Number of seeds where they are not those of the configuration. */
const seedsNote = (context: Context): string[] => {
  const more = moreSeedsOf(context);
  if (more.length === 0) return [];
  return [`Seeds ${more.join(', ')} too with ${focusOf(context).join(' and ')} labelled frames.`];
};

function byCount(context: Context, { runs }: Findings): Table {
  const { metric } = primaryOfTask(targetOf(context));
  const column = plainColumn(metric);
  return {
    title: `${column.name} over the number of frames with labels of ${targetOf(context)}`,
    corner: 'Labelled frames',
    columns: Object.values(ways).map(({ title }) => ({ ...column, name: title })),
    rows: countsOf(context).map((count) => ({
      header: countText(context, count),
      cells: Object.values(ways).map((way) => measuredCell(metricOf(runs(way, count), metric))),
    })),
    notes: [
      ...notesOf(context),
      ...seedsNote(context),
      `${directions([metric])} One task, and all tasks on the same frames: every batch is drawn from the labelled frames. Others labelled everywhere: ${context.options.share} of each batch from the labelled frames, the rest from those without a label of ${targetOf(context)}, so that in as many steps it sees that share of the labelled images that the first two see. Control: the labels of the other tasks are those of another frame.`,
      'Which frames are labelled is drawn by the seed; fewer are among more. Learned weights where a network has several tasks.',
    ],
  };
}

const countText = ({ data }: Context, count: number): string =>
  count === data.frames.train ? `${count} (all)` : String(count);

function gains(context: Context, findings: Findings): Table {
  return {
    title: 'What the labels of the other tasks are worth',
    corner: 'Labelled frames',
    columns: [
      ...differenceColumns('others everywhere − one task'),
      ...differenceColumns('others everywhere − control'),
      ...differenceColumns('control − one task'),
      { name: 'as good as one task on so many labelled frames', kind: 'text' },
    ],
    rows: countsOf(context)
      .slice(0, -1)
      .map((count) => ({
        header: countText(context, count),
        cells: [
          ...differenceCells(findings.paired(ways.few, ways.alone, count)),
          ...differenceCells(findings.paired(ways.few, ways.control, count)),
          ...differenceCells(findings.paired(ways.control, ways.alone, count)),
          equivalentText(findings.equivalent(ways.few, count)),
        ],
      })),
    notes: [
      `Differences of ${columnOf(primaryOfTask(targetOf(context)).metric).name}, seed by seed: the same frames are labelled, and the shared part begins with the same weights. Intervals by Student’s t over seeds, p of the paired permutation test, two-sided.`,
      'Labelled frames: where the curve of one task reaches the same, straight between its points over the logarithm of the frames; the interval is that of the difference and takes the curve as it is.',
    ],
  };
}

/** `83 (61 … 140)`. */
export const equivalentText = (found: EquivalentFrames | undefined): string | null =>
  found
    ? framesText(found.value) +
      (found.interval ? ` (${found.interval.map(framesText).join(' … ')})` : '')
    : null;

function otherTasks(context: Context, { runs }: Findings): Table {
  const others = primaryQuantities(context.data.tasks.slice(1));
  const some: readonly Way[] = [ways.together, ways.few, ways.control];
  return {
    title: 'The other tasks of the same networks',
    corner: 'Labelled frames',
    columns: others.flatMap(({ metric }) => {
      const column = plainColumn(metric);
      return some.map(({ title }) => ({ ...column, name: title, group: column.name }));
    }),
    rows: countsOf(context).map((count) => ({
      header: countText(context, count),
      cells: others.flatMap(({ metric }) =>
        some.map((way) => measuredCell(metricOf(runs(way, count), metric))),
      ),
    })),
    notes: [
      `${directions(others.map(({ metric }) => metric))} How many frames have a label of ${targetOf(context)}; the others have theirs on these frames alone (same frames) or on all ${context.data.frames.train}.`,
    ],
  };
}

function byWidth(context: Context, findings: Findings): Table {
  const count = focusOf(context)[0];
  const { metric } = primaryOfTask(targetOf(context));
  const column = plainColumn(metric);
  const some = [ways.alone, ways.few, ways.control];
  const widths = widthsOf(context);
  return {
    title: `The width of the network, with ${count} labelled frames`,
    corner: 'Channels',
    columns: [
      ...some.map(({ title }) => ({ ...column, name: title })),
      ...differenceColumns('others everywhere − one task'),
    ],
    rows: widths.map((width) => ({
      header: `× ${width}`,
      cells: [
        ...some.map((way) => measuredCell(metricOf(findings.runs(way, count, width), metric))),
        ...differenceCells(findings.paired(ways.few, ways.alone, count, width)),
      ],
    })),
    notes: ['All channels of encoder and decoders, so many times those of the configuration.'],
  };
}

/** All widths, the narrowest first. */
export const widthsOf = ({ options }: Pick<Context, 'options'>): number[] =>
  [...new Set([1, ...options.widths])].sort((a, b) => a - b);
