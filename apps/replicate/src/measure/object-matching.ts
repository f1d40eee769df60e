import { classesKind, fieldOf, objectsKind, VOID, type Sample } from '@scene-mtl/data';
import { instanceLabels } from '@scene-mtl/data/cityscapes';
import { officialInstances, regularIds, UNLABELED } from '@scene-mtl/vision-heads';

/** How objects of a data set are given to the official matching of Cityscapes. */
export interface ObjectMatching {
  /** Regular id for each training class. */
  readonly ids: Uint8Array;
  /** Ground truth of a sample as an official instance image `u16 [H, W]`. */
  readonly truth: (sample: Sample) => Uint16Array;
}

/** An evaluated class without objects; which one makes no difference to the matching. */
const STUFF = 7;

/**
 * The matching of a data set. One with other classes than Cityscapes (CamVid) lends its classes of
 * objects the eight ids that have objects there, one each: all eight are treated alike.
 * @param classes names by training id
 * @param instanceClasses training ids of the classes whose objects are told apart
 * @returns undefined where there are more than eight such classes
 */
export function objectMatching(
  classes: readonly string[],
  instanceClasses: readonly number[],
): ObjectMatching | undefined {
  const official = regularIds(classes);
  if (official) return { ids: official, truth: (sample) => officialInstances(sample, official) };
  if (instanceClasses.length > instanceLabels.length) return undefined;
  const ids = new Uint8Array(classes.length).fill(STUFF);
  instanceClasses.forEach((c, k) => (ids[c] = instanceLabels[k].id));
  return { ids, truth: (sample) => lentInstances(sample, ids) };
}

/** Like `officialInstances`, of objects numbered 1, 2, … over all classes. */
function lentInstances(sample: Sample, ids: Uint8Array): Uint16Array {
  const { data: semantic } = fieldOf(sample, 'semantic', classesKind);
  const { data: instance } = fieldOf(sample, 'instance', objectsKind);
  const known = new Map<number, number>();
  const objects = new Map<number, number>();
  return instance.map((value, i) => {
    const label = semantic[i] === VOID ? UNLABELED : ids[semantic[i]];
    if (value === 0) return label;
    const seen = known.get(value);
    if (seen !== undefined) return seen;
    const k = objects.get(label) ?? 0;
    objects.set(label, k + 1);
    known.set(value, label * 1000 + k);
    return label * 1000 + k;
  });
}
