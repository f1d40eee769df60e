import type { Size } from '@scene-mtl/data';
import { evaluatedLabels } from '@scene-mtl/data/cityscapes';
import {
  averagePrecision,
  averagePrecisionOfDrawn,
  instanceMatcher,
  panopticQuality,
  type ImageMatches,
  overlapThresholds,
  type PanopticImage,
  type PanopticEvaluation,
  type PanopticScores,
} from '@scene-mtl/eval';
import type { Judge } from '../kit.ts';
import { officialInstances, toRegularIds, UNLABELED } from '../semantic/official-labels.ts';
import { classMapOf } from '../semantic/targets.ts';
import type { SemanticPrediction } from '../semantic/task.ts';
import { decodeRuns, type DecodedInstances, type InstanceOptions } from './clustering/index.ts';
import { objectsOf } from './decoding.ts';
import { objectMapOf } from './targets.ts';
import type { InstancePrediction } from './task.ts';

const names = [
  'instance/ap',
  'instance/ap50',
  'panoptic/pq',
  'panoptic/sq',
  'panoptic/rq',
  'panoptic/pqThings',
  'panoptic/pqStuff',
];

/** Official smallest object of the AP, 100 px at 1024×2048, as a share of the image. */
const SMALLEST_SHARE = 100 / (2048 * 1024);

/**
 * Instance AP and panoptic quality (in %) of objects found by OPTICS in predicted classes and
 * centre vectors, at the size of the run. The AP's smallest object is scaled to that size.
 * @param ids regular id by training class, of Cityscapes classes
 */
export function objectJudge(ids: Uint8Array, size: Size, options: InstanceOptions): Judge {
  const images: ImageMatches[] = [];
  const newQuality = () =>
    panopticQuality(evaluatedLabels.map(({ id, hasInstances }) => ({ id, isThing: hasInstances })));
  const qualities: PanopticEvaluation[] = [];
  const whole = newQuality();
  const minRegion = SMALLEST_SHARE * size.height * size.width;
  const all = { distance: Infinity, minRegion, minConfidence: -Infinity };
  return {
    metrics: names.map((name) => ({ name, unit: '%', better: 'higher' })),
    add(sample, predictions) {
      const quality = newQuality();
      qualities.push(quality);
      if (!classMapOf(sample) || !objectMapOf(sample)) {
        // Keeps its place, and counts for nothing.
        images.push({ groundTruth: [], predictions: [] });
        return;
      }
      const semantic = predictions['semantic'] as SemanticPrediction;
      const vectors = predictions['instance'] as InstancePrediction;
      const objects = objectsOf(semantic, vectors, size, options);
      const truth = officialInstances(sample, ids);
      const matcher = instanceMatcher(truth);
      for (const { classId, confidence, mask } of objects.instances) {
        matcher.add({ labelId: ids[classId], confidence, mask: decodeRuns(mask) });
      }
      images.push(matcher.result());
      quality.add(panopticTruth(truth), panopticGuess(semantic.classes, objects, ids, options));
      whole.merge(quality);
    },
    result() {
      const { allAp, allAp50 } = averagePrecision(images, [all]);
      return named(allAp, allAp50, whole.result());
    },
    chosen() {
      const [ap, ap50] = [overlapThresholds, overlapThresholds.slice(0, 1)].map((overlaps) =>
        averagePrecisionOfDrawn(images, all, overlaps),
      );
      return (places) => {
        const quality = newQuality();
        for (const place of places) quality.merge(qualities[place]);
        return named(ap(places), ap50(places), quality.result());
      };
    },
  };
}

const named = (ap: number, ap50: number, { all, things, stuff }: PanopticScores) => ({
  'instance/ap': 100 * ap,
  'instance/ap50': 100 * ap50,
  'panoptic/pq': 100 * all.pq,
  'panoptic/sq': 100 * all.sq,
  'panoptic/rq': 100 * all.rq,
  'panoptic/pqThings': 100 * things.pq,
  'panoptic/pqStuff': 100 * stuff.pq,
});

const evaluated = new Map(evaluatedLabels.map((label) => [label.id, label]));
const classOf = (value: number): number => (value < 1000 ? value : Math.floor(value / 1000));

/** Official instance values → panoptic ids and segments; a value below 1000 of a thing is a group. */
function panopticTruth(values: Uint16Array): PanopticImage {
  const ids = Uint32Array.from(values, (value) => (evaluated.has(classOf(value)) ? value : 0));
  const segments = distinct(ids).map((id) => {
    const categoryId = classOf(id);
    return {
      id,
      categoryId,
      isCrowd: id < 1000 && evaluated.get(categoryId)?.hasInstances === true,
    };
  });
  return { ids, segments };
}

/** One segment per class of stuff and per object; a pixel of a thing outside all objects is void. */
function panopticGuess(
  classes: Uint8Array,
  { ids: objects, instances }: DecodedInstances,
  regular: Uint8Array,
  { classes: things = [] }: InstanceOptions,
): PanopticImage {
  // Above every regular id, below 2²⁴.
  const firstObject = 1000;
  const isThing = new Set(things);
  const labels = toRegularIds(classes, regular);
  const ids = Uint32Array.from(labels, (label, i) =>
    objects[i] > 0 ? firstObject + objects[i] : isThing.has(classes[i]) ? UNLABELED : label,
  );
  const categories = new Map(
    instances.map(({ id, classId }) => [firstObject + id, regular[classId]]),
  );
  return {
    ids,
    segments: distinct(ids).map((id) => ({ id, categoryId: categories.get(id) ?? id })),
  };
}

const distinct = (ids: Uint32Array): number[] => [...new Set(ids)].filter((id) => id !== 0);
