import type { ReportStrip, Rgb } from '@scene-mtl/eval';
import { readRgb, smallPng } from '../measure/small-png.ts';

/** px of white between pictures. */
const GAP = 4;

/** Columns where the names tell of none. */
const COLUMNS = 4;

/**
 * Where each picture of a strip goes, `[column, row]`: one column for each quantity, with truth,
 * prediction and error below each other (`classes, truth`), else in reading order.
 */
export function places(names: readonly string[]): [column: number, row: number][] {
  const quantities = [...new Set(names.map((name) => name.split(',')[0]))];
  if (quantities.length === names.length) {
    return names.map((_, k) => [k % COLUMNS, Math.floor(k / COLUMNS)]);
  }
  const filled = quantities.map(() => 0);
  return names.map((name) => {
    const column = quantities.indexOf(name.split(',')[0]);
    return [column, filled[column]++];
  });
}

/** All pictures of a strip as one PNG, for Markdown. */
export async function sheetOf({ panels }: ReportStrip): Promise<Uint8Array> {
  const pictures = await Promise.all(panels.map(({ png }) => readRgb(png)));
  const [cellHeight, cellWidth] = [
    Math.max(...pictures.map(({ height }) => height)),
    Math.max(...pictures.map(({ width }) => width)),
  ];
  const at = places(panels.map(({ name }) => name));
  const extent = (axis: 0 | 1, cell: number): number =>
    (1 + Math.max(...at.map((place) => place[axis]))) * (cell + GAP) - GAP;
  const [width, height] = [extent(0, cellWidth), extent(1, cellHeight)];
  const data = new Uint8Array(3 * height * width).fill(255);
  pictures.forEach((picture, k) => {
    const [column, row] = at[k];
    draw(picture, { height, width, data }, column * (cellWidth + GAP), row * (cellHeight + GAP));
  });
  return smallPng({ height, width, data });
}

function draw(picture: Rgb, on: Rgb, left: number, top: number): void {
  for (let y = 0; y < picture.height; y++) {
    const row = picture.data.subarray(3 * y * picture.width, 3 * (y + 1) * picture.width);
    on.data.set(row, 3 * ((top + y) * on.width + left));
  }
}
