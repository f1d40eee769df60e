import {
  annotationsOf,
  centresIn,
  classesKind,
  depthKind,
  disparityKind,
  edgesKind,
  fieldOf,
  imageOf,
  normalsKind,
  objectsKind,
  sameSize,
  sizeOf,
  VOID,
  type Annotated,
  type Annotation,
  type DepthMap,
  type DisparityMap,
  type EdgeMap,
  type NormalMap,
  type ObjectMap,
  type Sample,
} from '@scene-mtl/data';
import { type Dataset, type Legend } from './dataset.ts';
import { lattice2 } from './street/render/noise.ts';

/** A kind of picture that a sheet shows, a tile a sample: RGB, `u8 [H, W, 3]`. */
export interface PreviewColumn {
  readonly name: string;
  /** In the order of the samples; undefined where one has no such annotation. */
  readonly tiles: readonly (Uint8Array | undefined)[];
}

/** What a sheet must know of the data whose samples it shows. */
export type Previewed = Pick<Dataset, 'name' | 'legend'> & Partial<Annotated>;

/**
 * What samples show, annotation by annotation: the photograph, classes in the data set's palette, objects in
 * colours of their own with a line from some pixels to their centre, disparity and depth (near is yellow, far
 * is dark blue, unknown is black), normals, edges. An annotation that no sample has leaves its column out, and
 * so does one of whole frames, which is no picture.
 * @throws unless all samples have the size of the first
 */
export function previewColumns(samples: readonly Sample[], dataset: Previewed): PreviewColumn[] {
  const first = sizeOf(samples[0]);
  for (const sample of samples) {
    const size = sizeOf(sample);
    if (sameSize(size, first)) continue;
    throw new Error(
      `contactSheet: ${sample.id} is ${size.height} × ${size.width}, expected ${first.height} × ${first.width}`,
    );
  }
  const columns = [
    { name: 'photograph', draw: (sample: Sample) => imageOf(sample).data },
    ...shownFields(samples, dataset).map(({ field, title, annotation }) => ({
      name: title,
      draw: (sample: Sample) => tileOf(sample, field, annotation),
    })),
  ];
  return columns
    .map(({ name, draw }) => ({ name, tiles: samples.map((sample) => draw(sample)) }))
    .filter(({ tiles }) => tiles.some((tile) => tile !== undefined));
}

/** A field that a sheet shows, and what its column is called. */
export interface ShownField {
  readonly field: string;
  readonly title: string;
  readonly annotation: Annotation;
}

/** The usual maps by what they are, others by their own names. */
const TITLES: Readonly<Record<string, string>> = {
  semantic: 'classes',
  instance: 'objects',
  depth: 'disparity',
};

/** Fields that some sample has, in the order of the data. */
export function shownFields(samples: readonly Sample[], dataset: Previewed): ShownField[] {
  const { legend, annotations = {} } = dataset;
  const usual = [...(legend ? ['semantic'] : []), 'instance', 'depth'];
  const all = annotationsOf({ ...dataset, fields: dataset.fields ?? usual });
  return Object.entries(all).flatMap(([field, annotation]) => {
    const own = Object.hasOwn(annotations, field);
    if (!samples.some((sample) => sample.fields[field] !== undefined)) return [];
    return [{ field, title: own ? field : (TITLES[field] ?? field), annotation }];
  });
}

function tileOf(sample: Sample, field: string, annotation: Annotation): Uint8Array | undefined {
  if (sample.fields[field] === undefined) return undefined;
  switch (annotation.kind) {
    case 'classes':
      return classTile(fieldOf(sample, field, classesKind).data, annotation.palette);
    case 'objects':
      return objectTile(imageOf(sample).data, fieldOf(sample, field, objectsKind));
    case 'disparity':
      return disparityTile(fieldOf(sample, field, disparityKind));
    case 'depth':
      return depthTile(fieldOf(sample, field, depthKind));
    case 'normals':
      return normalsTile(fieldOf(sample, field, normalsKind));
    case 'edges':
      return edgesTile(fieldOf(sample, field, edgesKind));
    default:
      return undefined;
  }
}

function classTile(semantic: Uint8Array, palette: Legend['palette']): Uint8Array {
  const tile = new Uint8Array(semantic.length * 3);
  semantic.forEach((label, i) => {
    if (label !== VOID) tile.set(palette[label], 3 * i);
  });
  return tile;
}

function objectTile(image: Uint8Array, objects: ObjectMap): Uint8Array {
  const { height, width, data: instance } = objects;
  const centres = centresIn(objects);
  // The photograph stays dimly visible where there is no object.
  const tile = image.map((value) => value * 0.35);
  const colour = (value: number) => [0, 1, 2].map((k) => 70 + 185 * lattice2(value, k, 11));
  instance.forEach((value, i) => {
    if (value !== 0) tile.set(colour(value), 3 * i);
  });
  const step = Math.max(3, Math.round(width / 42));
  for (let r = Math.floor(step / 2); r < height; r += step) {
    for (let c = Math.floor(step / 2); c < width; c += step) {
      const centre = centres.get(instance[r * width + c]);
      if (centre) line(tile, height, width, r, c, centre.row, centre.column);
    }
  }
  return tile;
}

function line(
  tile: Uint8Array,
  height: number,
  width: number,
  r0: number,
  c0: number,
  r1: number,
  c1: number,
): void {
  const steps = Math.max(1, Math.ceil(Math.max(Math.abs(r1 - r0), Math.abs(c1 - c0))));
  for (let k = 0; k <= steps; k++) {
    const r = Math.round(r0 + ((r1 - r0) * k) / steps);
    const c = Math.round(c0 + ((c1 - c0) * k) / steps);
    if (r < 0 || c < 0 || r >= height || c >= width) continue;
    const shade = k === steps ? 255 : 20;
    tile.fill(shade, 3 * (r * width + c), 3 * (r * width + c) + 3);
  }
}

/** Disparity from which on all is in the last colour, px at a width of 2048. */
export const NEAREST = 110;

/** Colours of disparity from far to near: dark blue, purple, orange, yellow. */
export const RAMP = [
  [16, 18, 72],
  [120, 30, 120],
  [235, 120, 50],
  [252, 240, 130],
];

/** Place on the ramp, 0 far … 1 near, as a colour. */
function onRamp(tile: Uint8Array, i: number, near: number): void {
  const x = Math.min(0.999, near) * (RAMP.length - 1);
  const [from, to] = [RAMP[Math.floor(x)], RAMP[Math.floor(x) + 1]];
  const t = x - Math.floor(x);
  tile.set(
    from.map((value, k) => value + (to[k] - value) * t),
    3 * i,
  );
}

/** From the farthest to the nearest depth of the picture. */
function depthTile({ data, valid }: DepthMap): Uint8Array {
  const tile = new Uint8Array(data.length * 3);
  let [nearest, farthest] = [Infinity, -Infinity];
  valid.forEach((known, i) => {
    if (!known) return;
    nearest = Math.min(nearest, data[i]);
    farthest = Math.max(farthest, data[i]);
  });
  const range = farthest - nearest || 1;
  valid.forEach((known, i) => known && onRamp(tile, i, (farthest - data[i]) / range));
  return tile;
}

/** x is red, y green and z blue, −1 … 1; what faces the camera is bluish, as maps of normals are. */
function normalsTile({ data, valid }: NormalMap): Uint8Array {
  return Uint8Array.from(data, (n, i) =>
    valid[Math.floor(i / 3)] ? Math.round(127.5 * (1 + (i % 3 === 0 ? n : -n))) : 0,
  );
}

function edgesTile({ data }: EdgeMap): Uint8Array {
  return Uint8Array.from({ length: 3 * data.length }, (_, i) => {
    const edge = data[Math.floor(i / 3)];
    return edge === VOID ? 128 : 255 * edge;
  });
}

function disparityTile({ width, data, valid }: DisparityMap): Uint8Array {
  const tile = new Uint8Array(data.length * 3);
  data.forEach((d, i) => {
    if (!valid[i]) return;
    // Half of the ramp for what is farther than about 24 m (20 px of 2048).
    onRamp(tile, i, Math.sqrt((d * 2048) / width / NEAREST));
  });
  return tile;
}
