import { LABEL_IDS, labelsById, trainIdOf } from '@scene-mtl/data/cityscapes';
import { VOID } from '@scene-mtl/data';

const MAX_LABEL_ID = LABEL_IDS - 1;

/**
 * Training ids of a `labelIds` image; classes that are not evaluated become 255.
 * @param labelIds `[H, W]`, label ids 0–33
 * @returns `u8 [H, W]`
 * @throws for an id outside the table; the message names `file` and the pixel
 */
export function trainIds(
  labelIds: Uint8Array | Uint16Array,
  width: number,
  file: string,
): Uint8Array {
  // A loop: `from` with a function takes ten times as long on two million pixels.
  const ids = new Uint8Array(labelIds.length);
  for (let i = 0; i < ids.length; i++) {
    const id = labelIds[i];
    if (id > MAX_LABEL_ID) {
      throw new Error(
        `${file}: label id ${id} at ${at(i, width)} is outside the Cityscapes table (0–${MAX_LABEL_ID}); training ids (labelTrainIds) are not label ids`,
      );
    }
    ids[i] = trainIdOf[id];
  }
  return ids;
}

/**
 * Objects of an `instanceIds` image: the official value `id · 1000 + k` for evaluated classes with
 * instances; 0 for stuff and groups (values below 1000) and for caravan and trailer (see `untrainedObjects`).
 * @param instanceIds `u16 [H, W]`
 * @returns `u16 [H, W]`
 * @throws for a value whose class is not in the table or has no instances
 */
export function objects(instanceIds: Uint16Array, width: number, file: string): Uint16Array {
  const found = new Uint16Array(instanceIds.length);
  // Neighbours mostly share their value, and what it becomes.
  let last = -1;
  let becomes = 0;
  for (let i = 0; i < found.length; i++) {
    if (instanceIds[i] !== last) {
      last = instanceIds[i];
      becomes = objectOf(last, i, width, file);
    }
    found[i] = becomes;
  }
  return found;
}

/** @param i pixel, for the message */
function objectOf(value: number, i: number, width: number, file: string): number {
  const id = value < 1000 ? value : Math.floor(value / 1000);
  if (id > MAX_LABEL_ID) {
    throw new Error(
      `${file}: instance value ${value} at ${at(i, width)} has class ${id}, outside the Cityscapes table (0–${MAX_LABEL_ID})`,
    );
  }
  if (value < 1000) return 0;
  const { name, hasInstances } = labelsById[id];
  if (!hasInstances) {
    throw new Error(
      `${file}: instance value ${value} at ${at(i, width)} numbers an object of '${name}' (${id}), a class without instances`,
    );
  }
  return trainIdOf[id] === VOID ? 0 : value;
}

/**
 * The single objects of an `instanceIds` image that no training class has (caravans and trailers), with their
 * official values, 0 elsewhere; undefined where there are none.
 * @param instanceIds `u16 [H, W]`, checked by `objects`
 */
export function untrainedObjects(instanceIds: Uint16Array): Uint16Array | undefined {
  let found: Uint16Array | undefined;
  // Neighbours mostly share their value.
  let last = 0;
  let isUntrained = false;
  for (let i = 0; i < instanceIds.length; i++) {
    const value = instanceIds[i];
    if (value !== last) {
      last = value;
      isUntrained = value >= 1000 && trainIdOf[Math.floor(value / 1000)] === VOID;
    }
    if (!isUntrained) continue;
    found ??= new Uint16Array(instanceIds.length);
    found[i] = value;
  }
  return found;
}

const at = (i: number, width: number) => `row ${Math.floor(i / width)}, column ${i % width}`;
