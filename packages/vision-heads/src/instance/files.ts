import { resizeNearest, type Size } from '@scene-mtl/data';
import { colourInstances, type Rgb } from '@scene-mtl/eval';
import type { OutputFile, PredictedPhoto } from '../kit.ts';
import { onContour, OPACITY, over, overlayFile } from '../overlay.ts';
import type { SemanticPrediction } from '../semantic/task.ts';
import { decodeRuns, type DecodedInstances } from './clustering/index.ts';
import { decodingFor, objectsOf } from './decoding.ts';
import type { InstancePrediction } from './task.ts';

/** The field of objects, and the one of the classes that they lie in. */
interface ObjectFields {
  readonly field: string;
  readonly within: string | undefined;
}

/** Overlay and official files of the objects; they need classes, so without them there are none. */
export function objectFiles(
  photo: PredictedPhoto,
  { field, within }: ObjectFields,
  instanceClasses: readonly number[],
  labels: ArrayLike<number>,
): OutputFile[] {
  const { stem, image, size, predictions } = photo;
  if (within === undefined) return [];
  const semantic = predictions[within] as SemanticPrediction | undefined;
  if (!semantic) return [];
  const vectors = predictions[field] as InstancePrediction;
  const objects = objectsOf(semantic, vectors, size, decodingFor(size, instanceClasses));
  return [
    overlayFile(stem, field, objectOverlay(image, objects.ids, size)),
    ...officialFiles(photo, objects, labels, field),
  ];
}

/** Each object in a colour of its own: translucent inside, solid along its contour. */
export function objectOverlay(photo: Uint8Array, ids: Uint16Array, size: Size): Rgb {
  const colours = colourInstances(ids, size.height, size.width);
  return over(photo, colours, (i) => (ids[i] === 0 ? 0 : onContour(ids, i, size) ? 1 : OPACITY));
}

/**
 * Objects as the instance-level benchmark takes them: `instance/<stem>.txt` with a line
 * `maskPath labelId confidence` per object and one mask each, besides an image of official instance
 * values (`labelId · 1000 + k`, 0 where no object is). Masks at the photograph's size; an object that
 * has no pixel left at that size is left out.
 * @param labelIds label written for each training class
 * @param folder below the output folder
 */
export function officialFiles(
  { stem, size, native }: Pick<PredictedPhoto, 'stem' | 'size' | 'native'>,
  { instances }: DecodedInstances,
  labelIds: ArrayLike<number>,
  folder = 'instance',
): OutputFile[] {
  const files: OutputFile[] = [];
  const lines: string[] = [];
  const values = new Uint16Array(native.height * native.width);
  const counts = new Map<number, number>();
  for (const { classId, confidence, mask } of instances) {
    const pixels = resizeNearest(decodeRuns(mask), size, native);
    if (!pixels.includes(1)) continue;
    const label = labelIds[classId];
    const k = counts.get(label) ?? 0;
    counts.set(label, k + 1);
    const name = `masks/${stem}_${lines.length}.png`;
    lines.push(`${name} ${label} ${confidence.toFixed(6)}\n`);
    for (let i = 0; i < pixels.length; i++) if (pixels[i] === 1) values[i] = label * 1000 + k;
    const white = pixels.map((inside) => 255 * inside);
    files.push({ path: `${folder}/${name}`, content: { ...native, data: white } });
  }
  return [
    { path: `${folder}/${stem}.txt`, content: lines.join('') },
    { path: `${folder}/${stem}_instanceIds.png`, content: { ...native, data: values } },
    ...files,
  ];
}
