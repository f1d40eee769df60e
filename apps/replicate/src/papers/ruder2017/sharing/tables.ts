import { settle, type Table } from '@scene-mtl/eval';
import {
  measuredCell,
  metricOf,
  pairedTable,
  type ComparedArm,
  type NamedTable,
} from '@scene-mtl/lab';
import { intervalText, SMALLEST_CHANGE } from '../../../scenes/changes.ts';
import { notesOf } from '../../../scenes/notes.ts';
import { columnOf, differenceUnits, primaryQuantities } from '../../../scenes/quantities.ts';
import { degreeTables } from '../degrees.ts';
import { EQUAL_TIME } from '../equal-time.ts';
import type { Context } from './arms.ts';
import type { Found } from './findings.ts';

/** Every table of the experiment. */
export function tablesOf(
  context: Context,
  found: readonly Found[],
  alone: ComparedArm,
): NamedTable[] {
  const [hard] = found;
  const paired = pairedTable({
    ...{ arm: hard.arm, others: [alone, ...found.map(({ arm }) => arm)] },
    ...{ quantities: primaryQuantities(context.data.tasks), seeds: context.config.seeds },
    units: differenceUnits,
  });
  return [
    { name: 'sharing', table: mainTable(context, found, alone) },
    ...(paired ? [{ name: 'sharing-paired', table: paired }] : []),
    ...degreeTables(found, 'sharing'),
  ];
}

const interval = (changes: readonly number[]): string | null =>
  changes.length < 2 ? null : intervalText(settle(changes, SMALLEST_CHANGE));

function mainTable(context: Context, found: readonly Found[], alone: ComparedArm): Table {
  const quantities = primaryQuantities(context.data.tasks);
  const metricsOf = ({ runs }: ComparedArm) =>
    quantities.map(({ metric }) => measuredCell(metricOf(runs, metric)));
  return {
    title: 'Every way to share on the same tasks',
    corner: 'Architecture',
    columns: [
      { name: 'Parameters', better: 'lower', decimals: 0 },
      { name: 'Multiply-adds', unit: 'M', better: 'lower', decimals: 1 },
      { name: 'Time an image', unit: 'ms', better: 'lower', decimals: 2 },
      { name: 'against hard sharing', better: 'lower', decimals: 2 },
      ...quantities.map(({ metric }) => columnOf(metric)),
      { name: 'Δm, equal steps', unit: '%', better: 'lower', decimals: 1 },
      { name: '95 % interval', kind: 'text' },
      { name: 'Steps in equal time', decimals: 0 },
      { name: 'Δm, equal time', unit: '%', better: 'lower', decimals: 1 },
      { name: '95 % interval', kind: 'text', group: 'equal time' },
    ],
    rows: [
      {
        header: alone.title,
        reference: true,
        cells: [null, null, null, null, ...metricsOf(alone), null, null, null, null, null],
      },
      ...found.map(({ arm, changes, inTime, cost }) => ({
        header: arm.title,
        cells: [
          { value: cost?.parameters ?? null },
          { value: cost ? cost.multiplyAdds / 1e6 : null },
          { value: cost?.milliseconds ?? null },
          { value: cost ? cost.milliseconds / cost.hard : null },
          ...metricsOf(arm),
          measuredCell(changes),
          interval(changes),
          { value: inTime?.steps ?? null },
          measuredCell(inTime?.changes ?? []),
          interval(inTime?.changes ?? []),
        ],
      })),
    ],
    notes: [
      ...notesOf(context),
      'Options of every architecture at the defaults of the registry; no rate is tuned for one.',
      'Multiply-adds: of one image, in convolutions and dense layers; what mixes features is left out. Time: exported to ONNX and run there one image at a time on one thread, in turns with hard sharing, the median of 15 rounds; branches that nothing reads are run too.',
      'Δm: mean change of the primary metrics against the networks of one task, whose mean over seeds is 0; 95 % interval of its mean by Student’s t over seeds.',
      `${EQUAL_TIME} The rate falls to 0 over them.`,
    ],
  };
}
