import type { Sample } from '@scene-mtl/data';
import type { Split } from '@scene-mtl/datasets';
import type { Table } from '@scene-mtl/eval';
import type { TargetEncoder } from '@scene-mtl/core';

/** How many frames of a split carry the annotations of tasks: of every pair both, of a task with itself its own. */
export interface Coverage {
  readonly frames: number;
  /** By task and task, symmetric. */
  readonly both: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Counts frames one by one. */
export interface CoverageCount {
  add(sample: Sample): void;
  result(): Coverage;
}

/** Starts with no frame. */
export function coverageCount(
  tasks: readonly Pick<TargetEncoder, 'name' | 'has'>[],
): CoverageCount {
  let frames = 0;
  const both = Object.fromEntries(
    tasks.map(({ name }) => [name, Object.fromEntries(tasks.map((other) => [other.name, 0]))]),
  );
  return {
    add(sample) {
      frames++;
      const there = tasks.filter((task) => task.has(sample));
      for (const { name } of there) for (const other of there) both[name][other.name]++;
    },
    result: () => ({ frames, both }),
  };
}

/**
 * Coverage of splits as a table: a row a task, a column a task for the training frames that carry both annotations, and
 * one a split for how many carry the row's.
 */
export function coverageTable(
  run: string,
  coverage: Readonly<Partial<Record<Split, Coverage>>>,
): Table {
  const { train } = coverage;
  const tasks = Object.keys(train?.both ?? {});
  const splits = Object.entries(coverage);
  return {
    title: `${run}: labels of its frames`,
    corner: 'task',
    columns: [
      ...tasks.map((name) => ({ name, decimals: 0 })),
      ...splits.map(([name]) => ({ name, kind: 'text' as const })),
    ],
    rows: tasks.map((task) => ({
      header: task,
      cells: [
        ...tasks.map((other) => ({ value: train?.both[task][other] ?? 0 })),
        ...splits.map(([, { both, frames }]) => `${both[task]?.[task] ?? 0} of ${frames}`),
      ],
    })),
    notes: [
      'Under a task: training frames that have its label and that of the row. Under a split: its frames with the label of the row. Training frames have the labels that the run’s configuration leaves them (data.labels).',
    ],
  };
}
