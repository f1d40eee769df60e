import {
  centresIn,
  classesKind,
  disparityKind,
  findField,
  imageOf,
  objectsKind,
  sameSize,
  sizeOf,
  VOID,
  type DisparityMap,
  type ObjectMap,
  type Sample,
} from '@scene-mtl/data';
import { legendOf, type Dataset, type Legend } from './dataset.ts';
import type { Rgb } from './image/photo.ts';
import { lattice2 } from './street/render/noise.ts';

/**
 * Contact sheet: one row per sample with its photograph, classes in the data set's palette, objects
 * in colours of their own with a line from some pixels to their centre, and disparity (near is
 * yellow, far is dark blue, unknown is black). Annotations that are absent leave their column out.
 * All samples must have the size of the first.
 */
export function contactSheet(
  samples: readonly Sample[],
  dataset: Pick<Dataset, 'name' | 'legend'>,
): Rgb {
  const first = sizeOf(samples[0]);
  const { height, width } = first;
  const tiles = samples.map((sample) => {
    const image = imageOf(sample);
    const semantic = findField(sample, 'semantic', classesKind);
    const instance = findField(sample, 'instance', objectsKind);
    const depth = findField(sample, 'depth', disparityKind);
    return [
      image.data,
      ...(semantic ? [classTile(semantic.data, legendOf(dataset).palette)] : []),
      ...(instance ? [objectTile(image.data, instance)] : []),
      ...(depth ? [disparityTile(depth)] : []),
    ];
  });
  const columns = Math.max(...tiles.map((row) => row.length));
  const sheet = new Uint8Array(samples.length * height * columns * width * 3);
  const stride = columns * width * 3;
  tiles.forEach((row, i) => {
    const size = sizeOf(samples[i]);
    if (!sameSize(size, first)) {
      throw new Error(
        `contactSheet: ${samples[i].id} is ${size.height} × ${size.width}, expected ${height} × ${width}`,
      );
    }
    row.forEach((tile, k) => {
      for (let r = 0; r < height; r++) {
        const from = tile.subarray(r * width * 3, (r + 1) * width * 3);
        sheet.set(from, (i * height + r) * stride + k * width * 3);
      }
    });
  });
  return { data: sheet, height: samples.length * height, width: columns * width };
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

// Dark blue, purple, orange, yellow.
const RAMP = [
  [16, 18, 72],
  [120, 30, 120],
  [235, 120, 50],
  [252, 240, 130],
];

function disparityTile({ width, data, valid }: DisparityMap): Uint8Array {
  const tile = new Uint8Array(data.length * 3);
  data.forEach((d, i) => {
    if (!valid[i]) return;
    // Half of the ramp for what is farther than about 24 m (20 px of 2048).
    const x = Math.min(0.999, Math.sqrt((d * 2048) / width / 110)) * (RAMP.length - 1);
    const [from, to] = [RAMP[Math.floor(x)], RAMP[Math.floor(x) + 1]];
    const t = x - Math.floor(x);
    tile.set(
      from.map((value, k) => value + (to[k] - value) * t),
      3 * i,
    );
  });
  return tile;
}
