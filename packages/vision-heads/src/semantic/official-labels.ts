import { classesKind, fieldOf, findField, objectsKind, VOID, type Sample } from '@scene-mtl/data';
import { cityscapesLabels, UNTRAINED_OBJECTS } from '@scene-mtl/data/cityscapes';

/** Regular id of what is no class: unlabeled. */
export const UNLABELED = 0;

/**
 * Regular Cityscapes id of each training class, or undefined where one of the classes is not in the
 * Cityscapes label table (CamVid's pavement), so that official formats and metrics do not apply.
 * @param classes names by training id
 * @example
 * ```ts
 * import { regularIds, toRegularIds } from '@scene-mtl/vision-heads';
 * const ids = regularIds(['road', 'car']);
 * ids; // → [7, 26]
 * toRegularIds(Uint8Array.of(1, 255), Uint8Array.of(7, 26)); // → [26, 0]
 * ```
 */
export function regularIds(classes: readonly string[]): Uint8Array | undefined {
  const ids = classes.map(
    (name) => cityscapesLabels.find((label) => label.name === name)?.id ?? -1,
  );
  return ids.every((id) => id >= 0) ? Uint8Array.from(ids) : undefined;
}

/** Training classes `u8 [H, W]` → regular ids; void → unlabeled. */
export const toRegularIds = (classes: Uint8Array, ids: Uint8Array): Uint8Array =>
  classes.map((c) => (c === VOID ? UNLABELED : ids[c]));

/**
 * Ground truth of a sample as an official instance image `u16 [H, W]`: `id · 1000 + k` on single
 * objects, those that no class is trained for (caravans, trailers) included; the regular id on stuff and groups,
 * 0 where nothing counts.
 * @throws when the sample lacks classes or instances
 * @example
 * ```ts
 * import { classMap, objectMap } from '@scene-mtl/data';
 * import { officialInstances } from '@scene-mtl/vision-heads';
 * const size = { height: 1, width: 3 };
 * const semantic = classMap(size, Uint8Array.of(1, 0, 255));
 * const instance = objectMap(size, Uint16Array.of(26_001, 0, 0));
 * // Training classes 0 road and 1 car.
 * officialInstances({ id: 'street', fields: { semantic, instance } }, Uint8Array.of(7, 26)); // → [26001, 7, 0]
 * ```
 */
export function officialInstances(sample: Sample, ids: Uint8Array): Uint16Array {
  const semantic = fieldOf(sample, 'semantic', classesKind).data;
  const instance = fieldOf(sample, 'instance', objectsKind).data;
  const untrained = findField(sample, UNTRAINED_OBJECTS, objectsKind)?.data;
  return Uint16Array.from(
    instance,
    (value, i) => value || untrained?.[i] || (semantic[i] === VOID ? UNLABELED : ids[semantic[i]]),
  );
}
