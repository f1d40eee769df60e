import type { FigureGrid, Rgb } from '@scene-mtl/eval';

/** How pictures are read and written. */
export interface PictureCodec {
  /** The pixels of a PNG. */
  readonly read: (png: Uint8Array) => Promise<Rgb>;
  /** A PNG, small enough to be committed. */
  readonly write: (picture: Rgb) => Promise<Uint8Array>;
}

/** px of white between pictures. */
const GAP = 4;

/** Columns in reading order. */
const COLUMNS = 4;
/** Columns of quantities that leave more places than this empty, per picture, are none. */
const SPARE = 1.5;

/**
 * Where each tile of a grid goes, `[column, row]`: one column for each quantity, with truth,
 * prediction and error below each other (`classes, truth`), else, or where that leaves much empty, in
 * reading order.
 * @example
 * ```ts
 * import { places } from '@scene-mtl/lab';
 * places(['classes, truth', 'classes, prediction', 'error, truth']); // → [[0, 0], [0, 1], [1, 0]]
 * ```
 */
export function places(names: readonly string[]): [column: number, row: number][] {
  const quantities = [...new Set(names.map((name) => name.split(',')[0]))];
  const counts = quantities.map((q) => names.filter((name) => name.split(',')[0] === q).length);
  const room = quantities.length * Math.max(...counts);
  if (quantities.length === names.length || room > SPARE * names.length) {
    return names.map((_, k) => [k % COLUMNS, Math.floor(k / COLUMNS)]);
  }
  const filled = quantities.map(() => 0);
  return names.map((name) => {
    const column = quantities.indexOf(name.split(',')[0]);
    return [column, filled[column]++];
  });
}

/** What the picture of a grid shows, in words: its pictures from left to right, row by row. */
export function legendOf({ tiles }: FigureGrid): string {
  const names = tiles.map(({ name }) => name);
  const at = places(names);
  const order = names.map((_, k) => k).sort((a, b) => at[a][1] - at[b][1] || at[a][0] - at[b][0]);
  return order.map((k) => names[k]).join(' · ');
}

/** All tiles of a grid as one PNG, for Markdown. */
export async function gridPicture({ tiles }: FigureGrid, codec: PictureCodec): Promise<Uint8Array> {
  const pictures = await Promise.all(tiles.map(({ png }) => codec.read(png)));
  const [cellHeight, cellWidth] = [
    Math.max(...pictures.map(({ height }) => height)),
    Math.max(...pictures.map(({ width }) => width)),
  ];
  const at = places(tiles.map(({ name }) => name));
  const extent = (axis: 0 | 1, cell: number): number =>
    (1 + Math.max(...at.map((place) => place[axis]))) * (cell + GAP) - GAP;
  const [width, height] = [extent(0, cellWidth), extent(1, cellHeight)];
  const data = new Uint8Array(3 * height * width).fill(255);
  pictures.forEach((picture, k) => {
    const [column, row] = at[k];
    draw(picture, { height, width, data }, column * (cellWidth + GAP), row * (cellHeight + GAP));
  });
  return codec.write({ height, width, data });
}

function draw(picture: Rgb, on: Rgb, left: number, top: number): void {
  for (let y = 0; y < picture.height; y++) {
    const row = picture.data.subarray(3 * y * picture.width, 3 * (y + 1) * picture.width);
    on.data.set(row, 3 * ((top + y) * on.width + left));
  }
}
