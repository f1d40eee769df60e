import { legendOf } from '@scene-mtl/datasets';
import { cameraKind, findField, type Sample } from '@scene-mtl/data';
import {
  areaOf,
  averagePrecision,
  disparityError,
  distanceSettings,
  type ImageMatches,
  instanceDistances,
  instanceMatcher,
  OFFICIAL_SIZE,
  pixelScores,
  scaledSettings,
} from '@scene-mtl/eval';
import {
  classMapOf,
  decodeRuns,
  disparityMapOf,
  objectMapOf,
  type DepthPrediction,
  type InstancePrediction,
  type SemanticPrediction,
} from '@scene-mtl/vision-heads';
import { objectMatching } from '../../../measure/object-matching.ts';
import type { MeasurementPlace, SceneMeasurement } from '../../../scenes/measurement.ts';
import type { Predictions } from '@scene-mtl/vision-heads';
import { decodingFor, objectsOf } from '@scene-mtl/vision-heads';
import { regularIds, toRegularIds } from '@scene-mtl/vision-heads';

/** The ten numbers of Table 2, in the order of its columns; null where one does not apply. */
export type OfficialScores = {
  /** IoU and instance-weighted IoU over classes and categories, %. */
  readonly iouClass: number | null;
  readonly iiouClass: number | null;
  readonly iouCategory: number | null;
  readonly iiouCategory: number | null;
  /** Over all objects; at overlap 0.5; of objects within 100 m and 50 m; %. */
  readonly ap: number | null;
  readonly ap50: number | null;
  readonly ap100m: number | null;
  readonly ap50m: number | null;
  /** Errors of the disparity, px at a width of 2048. */
  readonly disparityMean: number | null;
  readonly disparityRms: number | null;
};

/**
 * The official scores of Table 2 on the run's validation split at the run's size.
 *
 * Sizes in px that the official scripts mean at 1024×2048 (mean sizes of objects, smallest objects)
 * are scaled by the area. For a size that divides 1024×2048 by one whole number this is the same as
 * repeating the pixels of truth and prediction up to 1024×2048, at a thousandth of the work.
 */
export const officialScores: SceneMeasurement<OfficialScores> = {
  name: 'official-scores',
  version: 2,
  module: import.meta.url,
  async measure(place) {
    const judges = [classScores(place), objectScores(place), disparityScores(place)];
    await place.each((sample, predictions) => {
      for (const { add } of judges) add(sample, predictions);
    });
    const all = Object.assign({}, ...judges.map(({ result }) => result())) as Record<
      keyof OfficialScores,
      number | undefined
    >;
    const known = (value: number | undefined) =>
      value !== undefined && Number.isFinite(value) ? value : null;
    return {
      iouClass: known(all.iouClass),
      iiouClass: known(all.iiouClass),
      iouCategory: known(all.iouCategory),
      iiouCategory: known(all.iiouCategory),
      ap: known(all.ap),
      ap50: known(all.ap50),
      ap100m: known(all.ap100m),
      ap50m: known(all.ap50m),
      disparityMean: known(all.disparityMean),
      disparityRms: known(all.disparityRms),
    };
  },
};

/** Some of the scores, accumulated over the split; none where the run or its data lacks a part. */
interface Part {
  readonly add: (sample: Sample, predictions: Predictions) => void;
  readonly result: () => Partial<Record<keyof OfficialScores, number>>;
}

function classScores({ size, dataset, tasks }: MeasurementPlace): Part {
  const { classes, instanceClasses } = legendOf(dataset);
  const ids = regularIds(classes);
  const scores = pixelScores(areaOf(size));
  const matching = objectMatching(classes, instanceClasses);
  const applies = ids !== undefined && tasks.some(({ name }) => name === 'semantic');
  return {
    add(sample, predictions) {
      const truth = classMapOf(sample);
      if (!applies || !truth) return;
      const guess = predictions['semantic'] as SemanticPrediction;
      scores.add(
        toRegularIds(truth.data, ids),
        toRegularIds(guess.classes, ids),
        objectMapOf(sample) && matching?.truth(sample),
      );
    },
    result() {
      if (!applies) return {};
      const result = scores.result();
      return {
        iouClass: 100 * result.averageScoreClasses,
        iiouClass: 100 * result.averageScoreInstClasses,
        iouCategory: 100 * result.averageScoreCategories,
        iiouCategory: 100 * result.averageScoreInstCategories,
      };
    },
  };
}

function objectScores({ size, dataset, tasks }: MeasurementPlace): Part {
  const names = tasks.map(({ name }) => name);
  const { classes, instanceClasses } = legendOf(dataset);
  const matching = objectMatching(classes, instanceClasses);
  const decoding = decodingFor(size, instanceClasses);
  const images: ImageMatches[] = [];
  // Of every frame or of none: an object without a distance would count as too far.
  let distancesKnown = true;
  return {
    add(sample, predictions) {
      if (!matching || !names.includes('semantic') || !names.includes('instance')) return;
      if (!classMapOf(sample) || !objectMapOf(sample)) return;
      const truth = matching.truth(sample);
      const distances = distancesOf(sample, truth);
      distancesKnown &&= distances !== undefined;
      const matcher = instanceMatcher(truth, distances);
      const semantic = predictions['semantic'] as SemanticPrediction;
      const vectors = predictions['instance'] as InstancePrediction;
      const { instances } = objectsOf(semantic, vectors, size, decoding);
      for (const { classId, confidence, mask } of instances) {
        matcher.add({ labelId: matching.ids[classId], confidence, mask: decodeRuns(mask) });
      }
      images.push(matcher.result());
    },
    result() {
      if (images.length === 0) return {};
      const settings = scaledSettings(distanceSettings, areaOf(size));
      const { allAp, allAp50, bySetting } = averagePrecision(images, settings);
      return {
        ap: 100 * allAp,
        ap50: 100 * allAp50,
        ...(distancesKnown && { ap100m: 100 * bySetting[1], ap50m: 100 * bySetting[2] }),
      };
    },
  };
}

function distancesOf(sample: Sample, truth: Uint16Array) {
  const disparity = disparityMapOf(sample);
  const camera = findField(sample, 'camera', cameraKind);
  if (!disparity || !camera) return undefined;
  return instanceDistances(truth, disparity.data, disparity.valid, camera.baseline * camera.fx);
}

function disparityScores({ size, tasks }: MeasurementPlace): Part {
  const task = tasks.find(({ name }) => name === 'depth');
  const error = disparityError();
  const scale = OFFICIAL_SIZE.width / size.width;
  return {
    add(sample, predictions) {
      if (!task?.has(sample)) return;
      const { value, mask } = task.encode(sample);
      error.add(value, (predictions[task.name] as DepthPrediction).disparity, mask);
    },
    result() {
      const { mean, rms } = error.result();
      return { disparityMean: scale * mean, disparityRms: scale * rms };
    },
  };
}
