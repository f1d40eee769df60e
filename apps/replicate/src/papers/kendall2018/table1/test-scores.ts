import { legendOf } from '@scene-mtl/datasets';
import { confusion, type ConfusionResult, vectorError } from '@scene-mtl/eval';
import {
  classMapOf,
  type InstancePrediction,
  type SemanticPrediction,
} from '@scene-mtl/vision-heads';
import type { SceneMeasurement } from '../../../scenes/measurement.ts';
import { camvidSize } from './camvid-published.ts';
import { enlargedClasses } from './enlarge.ts';

/** Scores of a run on the test split; null where the run has not the task. */
export type TestScores = {
  readonly frames: number;
  /** Mean IoU over the classes, void left out, at the run's size, %. */
  readonly iou: number | null;
  /**
   * The same at the size of published numbers: probabilities enlarged linearly, judged against the
   * labels as they are, %.
   */
  readonly fullIou: number | null;
  /** Mean over the classes of the share of a class's pixels that are found, at full size, %. */
  readonly fullClassAccuracy: number | null;
  /** Share of the labelled pixels that are right, at full size, %. */
  readonly fullPixelAccuracy: number | null;
  /** IoU of each class at full size, %; null for a class that does not occur. */
  readonly fullClassIou: { readonly [name: string]: number | null } | null;
  /** Mean and RMS error of the centre vectors at the run's size, px. */
  readonly instanceMeanError: number | null;
  readonly instanceRms: number | null;
};

const percent = (fraction: number): number | null =>
  Number.isFinite(fraction) ? 100 * fraction : null;

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** Mean over the classes that occur of correct pixels by pixels of the class. */
function classAccuracy({ matrix }: ConfusionResult): number {
  const found = matrix.flatMap((row, c) => {
    const all = row.reduce((a, b) => a + b, 0);
    return all > 0 ? [row[c] / all] : [];
  });
  return found.reduce((a, b) => a + b, 0) / found.length;
}

/**
 * CamVid's test split, which nothing has been chosen by: the last checkpoint is measured once. Also
 * at 360×480, where published numbers are.
 */
export const testScores: SceneMeasurement<TestScores> = {
  name: 'test-scores',
  version: 1,
  module: import.meta.url,
  split: 'test',
  async measure(place) {
    const { tasks, dataset, frames, size } = place;
    const names = new Set(tasks.map(({ name }) => name));
    const instance = tasks.find(({ name }) => name === 'instance');
    const { classes: classNames } = legendOf(dataset);
    const classes = classNames.length;
    const small = confusion(classes);
    const full = confusion(classes);
    const vectors = vectorError();
    await place.each(async (sample, predictions) => {
      const truth = classMapOf(sample);
      if (names.has('semantic') && truth) {
        const guess = predictions['semantic'] as SemanticPrediction;
        small.add(truth.data, guess.classes);
        const large = classMapOf(await dataset.read(sample.id, 'test', camvidSize));
        if (large) {
          full.add(large.data, enlargedClasses(guess.probabilities, classes, size, camvidSize));
        }
      }
      if (instance?.has(sample)) {
        const { value, mask } = instance.encode(sample);
        vectors.add(value, (predictions['instance'] as InstancePrediction).vectors, mask);
      }
    });
    const [atSize, atFull, error] = [small.result(), full.result(), vectors.result()];
    return {
      frames: frames.length,
      iou: percent(atSize.meanIou),
      fullIou: percent(atFull.meanIou),
      fullClassAccuracy: percent(classAccuracy(atFull)),
      fullPixelAccuracy: percent(atFull.pixelAccuracy),
      fullClassIou: names.has('semantic')
        ? Object.fromEntries(classNames.map((name, c) => [name, percent(atFull.iou[c])]))
        : null,
      instanceMeanError: finite(error.l1),
      instanceRms: finite(error.rms),
    };
  },
};
