import type { Table } from '@scene-mtl/eval';
import { numberText, signed } from '../gate/report.ts';
import type { Effect, KnobEffects } from './importance.ts';

/** A row a knob; of each task its primary metric, how far it drops, and what that comes to. */
export function importanceTable(knobs: readonly KnobEffects[]): Table {
  const tasks = [...new Map(knobs.flatMap(({ effects }) => effects.map((one) => [one.task, one])))];
  const several = knobs.filter(({ seeds }) => seeds.length > 1);
  return {
    title: 'What each knob does to every task',
    corner: 'knob',
    columns: tasks.flatMap(([group, { name, unit }]) => [
      { name: unit ? `${name}, ${unit}` : name, group, kind: 'text' as const },
      { name: 'drop', group, kind: 'text' as const },
      { name: '95 % interval', group, kind: 'text' as const },
      { name: 'finding', group, kind: 'text' as const },
    ]),
    rows: knobs.map(({ knob, effects, seeds }) => ({
      header: seeds.length > 1 ? `${knob} (${seeds.length} seeds)` : knob,
      cells: tasks.flatMap(([task]) => cellsOf(effects.find((one) => one.task === task))),
    })),
    notes: [
      'A drop above 0 is worse. Of one seed: intervals over validation frames, both networks on the same frames of each resample; another seed may give another drop.' +
        (several.length > 0 ? ' Of several: means over seeds, intervals by Student’s t.' : ''),
      'A row in which several knobs were turned says nothing of each.',
    ],
  };
}

function cellsOf(effect: Effect | undefined): (string | null)[] {
  if (!effect) return [null, null, null, null];
  const { before, after, drop, interval, digits, finding } = effect;
  return [
    `${numberText(before, digits)} → ${numberText(after, digits)}`,
    drop === null ? null : signed(drop, digits),
    interval ? interval.map((end) => signed(end, digits)).join(' … ') : null,
    finding,
  ];
}
