import { objectiveOf } from '@scene-mtl/core';
import type { Size } from '@scene-mtl/data';
import type { Dataset, Split } from '@scene-mtl/datasets';
import { compile, type CompileOptions } from '@scene-mtl/runtime';
import { sampleArrays, type Normalisation } from '@scene-mtl/vision-heads';
import type { VisionNetwork } from '../assemble/network.ts';
import { coverageCount, type Coverage } from './coverage.ts';

/** What there is of a split. */
export interface SplitLosses {
  readonly coverage: Coverage;
  /** By task, the mean over its labelled frames of the mean over the places with a truth; null where there are none. */
  readonly losses: Readonly<Record<string, number | null>>;
}

/** What {@link lossesOfSplits} looks at. */
export interface LossesOptions {
  readonly network: VisionNetwork;
  readonly dataset: Dataset;
  readonly size: Size;
  readonly normalisation: Normalisation;
  readonly compile: CompileOptions;
  readonly onSeen: (split: Split, seen: number) => void;
}

/**
 * Losses of every task, unweighted, over whole splits with the network as in inference and without augmentation, so
 * that those of different splits compare.
 */
export async function lossesOfSplits<S extends Split>(
  splits: readonly S[],
  options: LossesOptions,
): Promise<Readonly<Record<S, SplitLosses>>> {
  const { network, dataset, size, normalisation } = options;
  const { tasks } = network;
  const sides = [size.height, size.width] as const;
  const objectives = tasks.map((task) => objectiveOf(task, sides));
  const shapes: readonly (readonly [string, readonly number[]])[] = [
    ['image', [...sides, 3]],
    ...objectives.flatMap(({ arrays }) => Object.entries(arrays)),
  ];
  const signature = Object.fromEntries(
    shapes.map(([name, shape]) => [name, { shape: [1, ...shape], dtype: 'float32' as const }]),
  );
  const compiled = await compile(
    (inputs) => {
      const pass = network.forward({ image: inputs['image'] }, { training: false });
      return Object.fromEntries(
        objectives.flatMap((objective) => {
          const { value, present } = objective.loss(() => pass, inputs);
          return [
            [`loss/${objective.name}`, value] as const,
            [`present/${objective.name}`, present] as const,
          ];
        }),
      );
    },
    signature,
    options.compile,
  );
  try {
    await compiled.push();
    const all: Partial<Record<S, SplitLosses>> = {};
    for (const split of splits) {
      const sums = new Map(tasks.map(({ name }) => [name, { judged: 0, loss: 0 }]));
      const count = coverageCount(tasks);
      let seen = 0;
      for (const id of dataset.list(split)) {
        const sample = await dataset.read(id, split, size);
        const arrays = sampleArrays(sample, tasks, normalisation);
        const given = Object.keys(signature).map((name) => [name, Float32Array.from(arrays[name])]);
        const outputs = await compiled.run(
          Object.fromEntries(given) as Record<string, Float32Array>,
        );
        count.add(sample);
        for (const task of tasks) {
          const sum = sums.get(task.name)!;
          if (outputs[`present/${task.name}`][0] === 0) continue;
          sum.judged++;
          sum.loss += outputs[`loss/${task.name}`][0];
        }
        options.onSeen(split, ++seen);
      }
      const means = [...sums].map(
        ([name, { judged, loss }]) => [name, judged === 0 ? null : loss / judged] as const,
      );
      all[split] = { coverage: count.result(), losses: Object.fromEntries(means) };
    }
    return all as Readonly<Record<S, SplitLosses>>;
  } finally {
    await compiled.dispose();
  }
}
