import type { TargetEncoder } from '@scene-mtl/core';
import { annotationsOf, type Sample } from '@scene-mtl/data';
import { classificationKitOf } from './classification/kit.ts';
import type { ClassificationPrediction } from './classification/task.ts';
import type { TaskKit } from './kit.ts';
import { regressionKitOf } from './regression/kit.ts';
import { regressionMetrics } from './regression/metrics.ts';
import type { RegressionPrediction } from './regression/task.ts';
import type { KitData } from './target-kit.ts';
import { fieldTitle } from './title.ts';

/** A task whose truth is computed from what a sample has. */
interface Computed {
  /** Of kit and task. */
  readonly name: string;
  /** First word in heads of columns. Default: the name, with a capital. */
  readonly title?: string;
  /** Annotations without which there is no such task. Default: none, every data set has it. */
  readonly needs?: readonly string[];
}

/** A task of one number, or some, for a whole example; see {@link numberKit}. */
export interface NumberOf extends Computed {
  /** Of its values, for tables. Default: none. */
  readonly unit?: string;
  /** How many numbers. Default 1. */
  readonly count?: number;
  /** The truth of a sample; undefined where it has none. */
  readonly of: (sample: Sample, data: KitData) => number | readonly number[] | undefined;
}

/** A task of one class for a whole example; see {@link labelKit}. */
export interface LabelOf extends Computed {
  /** Names, from class 0 on. */
  readonly classes: readonly string[];
  /** Number of a sample's class; undefined where it has none. */
  readonly of: (sample: Sample, data: KitData) => number | undefined;
}

/**
 * The kit of a number that is computed from each sample, with everything that a task needs: squared error, RMS and
 * mean error, a head on the mean of all features. The sample is as the network gets it, mirrored or cut.
 * @example
 * ```ts
 * import { defineTask, numberKit, tasksFor } from '@scene-mtl/vision-heads';
 * import { classMapOf } from '@scene-mtl/vision-heads/targets';
 * defineTask(
 *   numberKit({
 *     name: 'sky-share',
 *     unit: '%',
 *     needs: ['semantic'],
 *     of(sample, { legend }) {
 *       const [map, sky] = [classMapOf(sample), legend?.classes.indexOf('sky')];
 *       return map && (100 * map.data.filter((one) => one === sky).length) / map.data.length;
 *     },
 *   }),
 * );
 * const legend = { classes: ['road', 'sky'], palette: [], instanceClasses: [] };
 * tasksFor({ fields: ['semantic'], legend }).map(({ title }) => title); // → ['Semantic', 'Sky-share']
 * ```
 */
export function numberKit({
  name,
  title,
  needs,
  unit = '',
  count = 1,
  of,
}: NumberOf): TaskKit<RegressionPrediction> {
  const [rms, meanError] = regressionMetrics;
  return regressionKitOf({
    name,
    title: title ?? fieldTitle(name),
    titleOf: () => title ?? fieldTitle(name),
    metrics: [
      { ...rms, unit },
      { ...meanError, unit },
    ],
    fieldsIn: fieldWith(name, needs),
    encoder: (data) =>
      wholeExample(name, count, (sample) => {
        const found = of(sample, data);
        if (found === undefined) return undefined;
        const values = typeof found === 'number' ? [found] : found;
        if (values.length === count && values.every(Number.isFinite)) return values;
        throw new Error(
          `${name}: sample ${sample.id}: expected ${count} finite number${count === 1 ? '' : 's'}, got ${values.join(', ')}`,
        );
      }),
  });
}

/**
 * The kit of a class that is computed from each sample: cross-entropy, accuracy, a head on the mean of all features.
 * @example
 * ```ts
 * import { imageOf, photo } from '@scene-mtl/data';
 * import { labelKit } from '@scene-mtl/vision-heads';
 * const light = labelKit({
 *   name: 'light',
 *   classes: ['night', 'day'],
 *   of: (sample) => Number(imageOf(sample).data[0] > 127),
 * });
 * const size = { height: 1, width: 1 };
 * const noon = { id: 'noon', fields: { image: photo(size, Uint8Array.of(200, 200, 255)) } };
 * light.encoder({ fields: [] }, 'light').encode(noon).value; // → [1]
 * ```
 */
export function labelKit({
  name,
  title,
  needs,
  classes,
  of,
}: LabelOf): TaskKit<ClassificationPrediction> {
  if (classes.length < 2) {
    throw new Error(`${name}: expected 2 or more classes, got ${classes.length}`);
  }
  return classificationKitOf({
    name,
    title: title ?? fieldTitle(name),
    titleOf: () => title ?? fieldTitle(name),
    classesOf: () => classes,
    fieldsIn: fieldWith(name, needs),
    encoder: (data) =>
      wholeExample(name, 1, (sample) => {
        const found = of(sample, data);
        if (found === undefined) return undefined;
        if (Number.isInteger(found) && found >= 0 && found < classes.length) return [found];
        throw new Error(
          `${name}: sample ${sample.id}: expected a class of 0 … ${classes.length - 1}, got ${found}`,
        );
      }),
  });
}

/** The task's own name, of data that have what it needs. */
const fieldWith =
  (name: string, needs: readonly string[] = []): TaskKit['fieldsIn'] =>
  (data) => {
    const all = annotationsOf(data);
    return needs.every((field) => Object.hasOwn(all, field)) ? [name] : [];
  };

/** Numbers for a whole example, `[N]`; one that has none is left out. */
const wholeExample = (
  name: string,
  count: number,
  of: (sample: Sample) => readonly number[] | undefined,
): TargetEncoder => ({
  name,
  targetChannels: count,
  places: () => [],
  has: (sample) => of(sample) !== undefined,
  encode(sample) {
    const values = of(sample);
    return {
      value: Float32Array.from(values ?? Array<number>(count).fill(0)),
      mask: Float32Array.of(Number(values !== undefined)),
    };
  },
});
