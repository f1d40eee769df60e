import { assertPixels, type Size } from '@scene-mtl/data';
import { readPng, type PngHeader } from '@scene-mtl/data/png';
import { readIds, readWords } from '../image/ids.ts';
import { readNpy } from './npy.ts';
import { readFloatTiff } from './tiff.ts';

/** Stored numbers of a file, `[H, W, channels]`, before any meaning is given to them. */
export interface StoredValues extends Size {
  readonly data: ArrayLike<number>;
}

/** How the numbers of a map are stored. */
export type Encoding = 'ids' | 'palette' | 'colours' | '8-bit' | '16-bit' | 'rgb' | 'npy' | 'tiff';

/** A colour as one number. */
export const colourKey = ([r, g, b]: ArrayLike<number> & Iterable<number>): number =>
  (r << 16) | (g << 8) | b;

/**
 * Reads the numbers of a map exactly as stored: no conversion, no colour management, no scaling. `colours`
 * gives each colour as one number (`colourKey`).
 * @param channels of a NumPy file or a TIFF; those of a picture follow from its encoding
 * @throws naming the file: missing, damaged, or of another form than the encoding says
 */
export async function readValues(
  file: string,
  encoding: Encoding,
  channels: 1 | 3 = 1,
): Promise<StoredValues> {
  switch (encoding) {
    case 'ids':
      return readIds(file);
    case 'palette':
      return only(file, 'palette', ({ kind }) => kind === 'palette');
    case '8-bit':
      return only(file, 'grey of 8 bits', ({ kind, depth }) => kind === 'grey' && depth === 8);
    case '16-bit':
      return readWords(file);
    case 'rgb':
      return only(
        file,
        '8 bits per channel, rgb',
        ({ kind, depth }) => kind === 'rgb' && depth === 8,
      );
    case 'colours':
      return readColours(file);
    case 'tiff':
      return readFloatTiff(file, channels);
    case 'npy':
      return readArray(file, channels);
  }
}

const only = (file: string, wanted: string, is: (header: PngHeader) => boolean) =>
  readPng(file, (header) => {
    if (is(header)) return;
    const { kind, depth, height, width } = header;
    throw new Error(
      `${file}: expected ${wanted}; got ${depth} bits, ${kind} (${height} × ${width})`,
    );
  });

/** RGB of 8 bits, with an opacity or without, or a palette. */
async function readColours(file: string): Promise<StoredValues> {
  const png = await only(
    file,
    'colours of 8 bits',
    ({ kind, depth }) => kind === 'palette' || (['rgb', 'rgba'].includes(kind) && depth === 8),
  );
  const { height, width, data, palette, kind, channels } = png;
  const keys = new Int32Array(height * width);
  for (let i = 0; i < keys.length; i++) {
    const from = kind === 'palette' ? palette! : data;
    const at = kind === 'palette' ? 3 * data[i] : channels * i;
    if (at + 2 >= from.length) {
      throw new Error(`${file}: index ${data[i]} at pixel ${i} is not in its palette`);
    }
    keys[i] = (from[at] << 16) | (from[at + 1] << 8) | from[at + 2];
  }
  return { height, width, data: keys };
}

/** `[H, W]`, `[H, W, C]` or `[C, H, W]`. */
async function readArray(file: string, channels: 1 | 3): Promise<StoredValues> {
  let form: { height: number; width: number; first: boolean } | undefined;
  const { data, shape } = await readNpy(file, (found) => {
    const [a, b, c] = found;
    if (found.length === 2 && channels === 1) form = { height: a, width: b, first: false };
    else if (found.length === 3 && c === channels) form = { height: a, width: b, first: false };
    else if (found.length === 3 && a === channels) form = { height: b, width: c, first: true };
    if (form) assertPixels(file, form);
  });
  if (!form) {
    const wanted = channels === 1 ? '[H, W], [H, W, 1] or [1, H, W]' : '[H, W, 3] or [3, H, W]';
    throw new Error(`${file}: numbers of the shape [${shape.join(', ')}], expected ${wanted}`);
  }
  const { height, width, first } = form;
  if (!first || channels === 1) return { height, width, data };
  const pixels = height * width;
  return {
    height,
    width,
    data: Float64Array.from(data, (_, i) => data[(i % 3) * pixels + Math.floor(i / 3)]),
  };
}
