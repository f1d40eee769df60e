import type { Size } from '@scene-mtl/data';
import { colourInstances, type Overlay, type Palette, type Rgb } from '@scene-mtl/eval';
import type { OutputFile, PanopticSegmentation, PredictedPhoto } from '../kit.ts';
import { onContour, OPACITY, over } from '../overlay.ts';
import { perPhoto } from '../per-photo.ts';
import { classesOfPhoto } from '../semantic/classes-of-photo.ts';
import type { SemanticPrediction } from '../semantic/task.ts';
import { decodingFor, objectsOf } from './decoding.ts';
import { objectsOfPhoto, type PhotoObjects } from './objects-of-photo.ts';
import type { InstancePrediction } from './task.ts';

/** The field of objects, and the classes that they lie in. */
export interface ObjectFields {
  readonly field: string;
  /** Field of the classes; without one there are only vectors. */
  readonly within: string | undefined;
  readonly classes: readonly string[];
  readonly palette: Palette;
  readonly instanceClasses: readonly number[];
  /** Label written for each class: its regular id, or its training id. */
  readonly labels: ArrayLike<number>;
}

/** The objects of a photograph; undefined where there are no classes to find them in. */
const objectsIn = perPhoto((photo, fields: ObjectFields): ObjectsInClasses | undefined => {
  const { field, within, instanceClasses } = fields;
  const { size, input, predictions } = photo;
  if (within === undefined || predictions[within] === undefined) return undefined;
  const semantic = predictions[within] as SemanticPrediction;
  const vectors = predictions[field] as InstancePrediction;
  // Distances between votes are those of the network's own pictures, however many make the photograph.
  const decoded = objectsOf(semantic, vectors, size, decodingFor(input, instanceClasses));
  return { ...objectsOfPhoto(decoded, photo, classesOfPhoto(photo, within)), within };
});

interface ObjectsInClasses extends PhotoObjects {
  readonly within: string;
}

/** Official files of the objects; they need classes, so without them there are none. */
export function objectFiles(photo: PredictedPhoto, fields: ObjectFields): OutputFile[] {
  const objects = objectsIn(photo, fields);
  return objects ? officialFiles(photo, objects, fields.labels, fields.field) : [];
}

/** Each object in a colour of its own: translucent inside, solid along its contour. */
export function objectOverlay(photo: Uint8Array, ids: Uint16Array, size: Size): Rgb {
  const colours = colourInstances(ids, size.height, size.width);
  return over(photo, colours, (i) => (ids[i] === 0 ? 0 : onContour(ids, i, size) ? 1 : OPACITY));
}

/** The photograph with its objects, each named with its confidence in its middle; the key counts them. */
export function objectsOverlay(photo: PredictedPhoto, fields: ObjectFields): Overlay | undefined {
  const found = objectsIn(photo, fields);
  if (!found) return undefined;
  const { classes, instanceClasses } = fields;
  const { ids, objects } = found;
  const boxes = extents(ids, objects.length, photo.native);
  const counts = instanceClasses.map(
    (classId) => [classId, objects.filter((one) => one.classId === classId).length] as const,
  );
  return {
    title: fields.field,
    picture: objectOverlay(photo.image, ids, photo.native),
    key: {
      kind: 'names',
      entries: counts
        .filter(([, count]) => count > 0)
        // Without a colour: each object has its own.
        .map(([classId, count]) => ({ text: `${count} × ${classes[classId]}` })),
    },
    labels: objects.map(({ id, classId, confidence }) => {
      const { rows, columns, area } = boxes[id];
      const text = `${classes[classId]} ${confidence.toFixed(2)}`;
      return { text, row: rows / area, column: columns / area };
    }),
  };
}

/** Where objects 1 … `count` lie; index 0 is what is none of them. */
function extents(ids: ArrayLike<number>, count: number, { width }: Size) {
  const all = Array.from({ length: count + 1 }, () => ({ rows: 0, columns: 0, area: 0 }));
  for (let i = 0; i < ids.length; i++) {
    const one = all[ids[i]];
    one.rows += Math.floor(i / width);
    one.columns += i % width;
    one.area++;
  }
  return all;
}

/**
 * Objects as the instance-level benchmark takes them: `instance/<stem>.txt` with a line
 * `maskPath labelId confidence` per object and one mask each, besides an image of official instance
 * values (`labelId · 1000 + k`, 0 where no object is).
 * @param labelIds label written for each training class
 * @param folder below the output folder
 */
export function officialFiles(
  { stem, native }: Pick<PredictedPhoto, 'stem' | 'native'>,
  { objects, ids }: PhotoObjects,
  labelIds: ArrayLike<number>,
  folder = 'instance',
): OutputFile[] {
  const files: OutputFile[] = [];
  const lines: string[] = [];
  const values = new Uint16Array(ids.length);
  const counts = new Map<number, number>();
  for (const { id, classId, confidence } of objects) {
    const label = labelIds[classId];
    const k = counts.get(label) ?? 0;
    counts.set(label, k + 1);
    const name = `masks/${stem}_${lines.length}.png`;
    lines.push(`${name} ${label} ${confidence.toFixed(6)}\n`);
    const white = Uint8Array.from(ids, (own) => (own === id ? 255 : 0));
    for (let i = 0; i < ids.length; i++) if (ids[i] === id) values[i] = label * 1000 + k;
    files.push({ path: `${folder}/${name}`, content: { ...native, data: white } });
  }
  return [
    { path: `${folder}/${stem}.txt`, content: lines.join('') },
    { path: `${folder}/${stem}_instanceIds.png`, content: { ...native, data: values } },
    ...files,
  ];
}

/**
 * Classes and objects as one map of segments: a segment for each class that is not counted, in the order of the
 * classes, then one for each object. Segment ids are 1, 2, ….
 */
export function panopticOf(
  photo: PredictedPhoto,
  fields: ObjectFields,
): PanopticSegmentation | undefined {
  const found = objectsIn(photo, fields);
  if (!found) return undefined;
  const { classes: names, palette, instanceClasses, labels } = fields;
  const { classes } = classesOfPhoto(photo, found.within);
  const counted = new Set(instanceClasses);
  const present = new Set(classes);
  const stuff = names.map((_, c) => c).filter((c) => !counted.has(c) && present.has(c));
  const segmentOf = new Map(stuff.map((c, i) => [c, i + 1]));
  return {
    ids: Uint32Array.from(classes, (c, i) =>
      found.ids[i] > 0 ? stuff.length + found.ids[i] : (segmentOf.get(c) ?? 0),
    ),
    segments: [
      ...stuff.map((c, i) => ({ id: i + 1, categoryId: labels[c] })),
      ...found.objects.map(({ id, classId }) => ({
        id: stuff.length + id,
        categoryId: labels[classId],
      })),
    ],
    categories: names.map((name, c) => ({
      ...{ id: labels[c], name, isThing: counted.has(c), colour: palette[c] },
    })),
  };
}
