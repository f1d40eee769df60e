import { sizeOf, type Sample } from '@scene-mtl/data';
import sharp from 'sharp';
import {
  NEAREST,
  previewColumns,
  RAMP,
  shownFields,
  type Previewed,
  type ShownField,
} from './preview.ts';

/** RGB image, row-major `u8 [H, W, 3]`. */
interface Sheet {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
}

/** Narrowest sheet and column, px: their words must fit. */
const [SHEET, COLUMN] = [560, 84];
/** Between columns and around them, px. */
const GAP = 8;
/** Height of a line of words, px, and width of a class in the legend. */
const [LINE, CLASS] = [20, 120];
const PAPER = 255;

/**
 * Contact sheet on white: a heading, the names of the columns, a row a sample under its id (the
 * photograph, classes, objects, disparity; see `previewColumns`), and a legend of the colours. Words are
 * drawn by the fonts of the machine.
 * @param title first line
 * @throws for samples of two sizes
 */
export async function contactSheet(
  samples: readonly Sample[],
  dataset: Previewed,
  title: string,
): Promise<Sheet> {
  const tile = sizeOf(samples[0]);
  const columns = previewColumns(samples, dataset);
  const pitch = Math.max(tile.width, COLUMN) + GAP;
  const width = Math.max(SHEET, GAP + columns.length * pitch);
  const left = (column: number): number => GAP + column * pitch;

  const strips: Strip[] = [{ height: LINE, svg: text(GAP, title, 'bold') }];
  strips.push({ height: LINE, svg: columns.map(({ name }, k) => text(left(k), name)).join('') });
  for (const [i, { id }] of samples.entries()) {
    strips.push({ height: LINE, svg: text(GAP, id, 'grey') });
    strips.push({ height: tile.height, tiles: columns.map(({ tiles }) => tiles[i]) });
  }
  strips.push(
    { height: GAP },
    ...shownFields(samples, dataset).flatMap((field) => legend(field, width)),
  );

  const height = strips.reduce((sum, strip) => sum + strip.height, 0);
  const data = new Uint8Array(height * width * 3).fill(PAPER);
  let top = 0;
  for (const strip of strips) {
    if (strip.svg) data.set(await drawn(strip.svg, width, strip.height), top * width * 3);
    for (const [k, pixels] of (strip.tiles ?? []).entries()) {
      for (let row = 0; pixels && row < tile.height; row++) {
        const line = pixels.subarray(row * tile.width * 3, (row + 1) * tile.width * 3);
        data.set(line, ((top + row) * width + left(k)) * 3);
      }
    }
    top += strip.height;
  }
  return { data, height, width };
}

/** A part of a sheet over its whole width: words and marks, or a row of tiles. */
interface Strip {
  readonly height: number;
  readonly svg?: string;
  readonly tiles?: readonly (Uint8Array | undefined)[];
}

/** What the colours of a column mean. */
function legend({ title, annotation }: ShownField, width: number): Strip[] {
  const strips: Strip[] = [];
  const { kind } = annotation;
  if (kind === 'classes') {
    const { classes, palette } = annotation;
    // Several maps of classes: which one this is of.
    if (title !== 'classes') strips.push({ height: LINE, svg: text(GAP, `${title}:`) });
    const all = [
      ...classes.map((name, k) => [name, palette[k]] as const),
      ['void', BLACK] as const,
    ];
    const perLine = Math.max(1, Math.floor((width - GAP) / CLASS));
    for (let i = 0; i < all.length; i += perLine) {
      const line = all.slice(i, i + perLine).map(([name, colour], k) => {
        const x = GAP + k * CLASS;
        return swatch(x, 14, `rgb(${colour.join()})`) + text(x + 18, shortened(name));
      });
      strips.push({ height: LINE, svg: line.join('') });
    }
  }
  if (kind === 'objects') {
    const what = `${title}: a colour each; lines lead from some of its pixels to its centre`;
    strips.push({ height: LINE, svg: text(GAP, what) });
  }
  if (kind === 'disparity' || kind === 'depth') {
    const stops = RAMP.map(
      (colour, k) => `<stop offset="${k / (RAMP.length - 1)}" stop-color="rgb(${colour.join()})"/>`,
    );
    const id = `ramp-${title}`;
    const ramp = `<linearGradient id="${id}">${stops.join('')}</linearGradient>`;
    const words =
      kind === 'depth'
        ? `${title}: the farthest of the picture to the nearest; black: not known`
        : `${title}: far (0 px) to near (${NEAREST} px at a width of 2048, and more); black: not known`;
    const svg = ramp + swatch(GAP, 60, `url(#${id})`) + text(GAP + 66, words);
    strips.push({ height: LINE, svg });
  }
  return strips;
}

const BLACK = [0, 0, 0] as const;

const swatch = (x: number, width: number, fill: string): string =>
  `<rect x="${x}" y="4" width="${width}" height="12" fill="${fill}" stroke="#888" stroke-width="0.5"/>`;

/** A class's name as its place in the legend has room for. */
const shortened = (name: string): string => (name.length > 15 ? `${name.slice(0, 14)}…` : name);

const STYLES = { plain: '', bold: 'font-weight="bold"', grey: 'fill="#555"' } as const;

const text = (x: number, words: string, style: keyof typeof STYLES = 'plain'): string =>
  `<text x="${x}" y="14" ${STYLES[style]}>${escaped(words)}</text>`;

/** Text as XML takes it: names of files may hold anything. */
const escaped = (words: string): string =>
  words
    .replace(/[\p{Cc}\p{Cs}]/gu, '\ufffd')
    .replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);

async function drawn(svg: string, width: number, height: number): Promise<Uint8Array> {
  const font =
    'font-family="DejaVu Sans, Segoe UI, Arial, sans-serif" font-size="11" fill="#1b1f24"';
  const whole = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ${font}>${svg}</svg>`;
  return sharp(Buffer.from(whole)).flatten({ background: '#ffffff' }).raw().toBuffer();
}
