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
  return Uint8Array.from(labelIds, (id, i) => {
    if (id > MAX_LABEL_ID) {
      throw new Error(
        `${file}: label id ${id} at ${at(i, width)} is outside the Cityscapes table (0–${MAX_LABEL_ID}); training ids (labelTrainIds) are not label ids`,
      );
    }
    return trainIdOf[id];
  });
}

/**
 * Objects of an `instanceIds` image: the official value `id · 1000 + k` for evaluated classes with
 * instances; 0 for stuff and groups (values below 1000) and for caravan and trailer (see `untrainedObjects`).
 * @param instanceIds `u16 [H, W]`
 * @returns `u16 [H, W]`
 * @throws for a value whose class is not in the table or has no instances
 */
export function objects(instanceIds: Uint16Array, width: number, file: string): Uint16Array {
  return instanceIds.map((value, i) => {
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
  });
}

/**
 * The single objects of an `instanceIds` image that no training class has (caravans and trailers), with their
 * official values, 0 elsewhere; undefined where there are none.
 * @param instanceIds `u16 [H, W]`, checked by `objects`
 */
export function untrainedObjects(instanceIds: Uint16Array): Uint16Array | undefined {
  const isUntrained = (value: number): boolean =>
    value >= 1000 && trainIdOf[Math.floor(value / 1000)] === VOID;
  if (!instanceIds.some(isUntrained)) return undefined;
  return instanceIds.map((value) => (isUntrained(value) ? value : 0));
}

const at = (i: number, width: number) => `row ${Math.floor(i / width)}, column ${i % width}`;
