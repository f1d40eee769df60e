import type { Sharp } from 'sharp';
import { escapeHtml } from '../report/escape.ts';
import type { Rgb } from './colours.ts';
import type { ColourKey, Overlay, PictureLabel } from './overlay.ts';

/** px between texts and edges, in heights of the text. */
const GAP = 0.5;

/** Mean width of a letter, in heights of the text: no font of a machine is measured. */
const LETTER = 0.62;

const FONT = 'DejaVu Sans, Verdana, Arial, sans-serif';

/** Parts of the same size side by side, in which a picture of several is laid out. */
const COLUMNS = 2;

/** Height of the text on a picture, px: one that can be read at the size of a screen. */
const textHeight = (width: number): number => Math.max(9, Math.round(width / 48));

/**
 * An overlay as PNG: the picture with its labels, and under it what explains the colours. Text is drawn in a font of
 * the machine.
 */
export const overlayPng = async (overlay: Overlay): Promise<Buffer> =>
  asPng(await sheet([part(overlay, textHeight(overlay.picture.width))], 1));

/**
 * A photograph and its overlays as one PNG, two beside each other, each under its title, and with `notes` at the end.
 * @param width of each part, px; taller and wider ones are made smaller
 */
export const sideBySidePng = async (
  photo: Rgb,
  overlays: readonly Overlay[],
  notes: readonly string[] = [],
  width = 960,
): Promise<Buffer> => asPng(await sideBySideSheet(photo, overlays, notes, width));

/** {@link sideBySidePng} as pixels, for a video. */
export async function sideBySide(
  photo: Rgb,
  overlays: readonly Overlay[],
  notes: readonly string[] = [],
  width = 960,
): Promise<Rgb> {
  const drawn = await sideBySideSheet(photo, overlays, notes, width);
  const { data, info } = await drawn.raw().toBuffer({ resolveWithObject: true });
  return { height: info.height, width: info.width, data: new Uint8Array(data) };
}

function sideBySideSheet(
  photo: Rgb,
  overlays: readonly Overlay[],
  notes: readonly string[],
  width: number,
): Promise<Sharp> {
  const least = Math.min(width, photo.width);
  const scale = least / photo.width;
  const text = Math.max(11, textHeight(least));
  const parts = [
    part({ title: 'photograph', picture: photo, key: noKey(notes) }, text, scale, true),
    ...overlays.map((overlay) => part(overlay, text, scale, true)),
  ];
  return sheet(parts, Math.min(COLUMNS, parts.length));
}

const noKey = (notes: readonly string[]): ColourKey => ({
  kind: 'names',
  entries: notes.map((text) => ({ text })),
});

/** A part of a sheet: a picture, and SVG that lies around and over it. */
interface Part {
  readonly picture: Rgb;
  /** px of the picture on the sheet. */
  readonly height: number;
  readonly width: number;
  /** Heights of what stands above and below the picture, px. */
  readonly above: number;
  readonly below: number;
  /** At (0, 0) the upper left corner of the part. */
  readonly svg: string;
}

function part(
  { title, picture, key, labels = [] }: Overlay,
  text: number,
  scale = 1,
  titled = false,
): Part {
  const width = Math.round(picture.width * scale);
  const height = Math.round(picture.height * scale);
  const above = titled ? Math.ceil(text * (1 + 2 * GAP)) : 0;
  const explained = keySvg(key, width, text);
  const svg = [
    ...(titled ? [words(title, text * GAP, above - text * GAP, text)] : []),
    ...labels.map((one) => labelSvg(one, { scale, above, text, width, height })),
    `<g transform="translate(0 ${above + height})">${explained.svg}</g>`,
  ].join('');
  return { picture, height, width, above, below: explained.height, svg };
}

const words = (text: string, x: number, y: number, size: number, more = ''): string =>
  `<text x="${x}" y="${y}" font-family="${FONT}" font-size="${size}" ${more}>${escapeHtml(text)}</text>`;

/** A word on a dark ground, within the picture. */
function labelSvg(
  label: PictureLabel,
  at: { scale: number; above: number; text: number; width: number; height: number },
): string {
  const size = Math.max(8, Math.round(at.text * 0.8));
  const long = label.text.length * size * LETTER + size * GAP;
  const tall = size * 1.3;
  const within = (middle: number, length: number, side: number) =>
    Math.max(0, Math.min(side - length, middle - length / 2));
  const x = within(label.column * at.scale, long, at.width);
  const y = at.above + within(label.row * at.scale, tall, at.height);
  return (
    `<rect x="${x}" y="${y}" width="${long}" height="${tall}" fill="#000" fill-opacity="0.6"/>` +
    words(label.text, x + long / 2, y + size * 1.02, size, 'fill="#fff" text-anchor="middle"')
  );
}

/** The key under a picture, as wide as that. */
function keySvg(key: ColourKey, width: number, text: number): { svg: string; height: number } {
  return key.kind === 'scale' ? scaleSvg(key, width, text) : namesSvg(key, width, text);
}

function namesSvg({ entries }: Extract<ColourKey, { kind: 'names' }>, width: number, text: number) {
  if (entries.length === 0) return { svg: '', height: 0 };
  const swatch = 1.5 * text;
  const longest = Math.max(...entries.map((one) => one.text.length)) * text * LETTER;
  const column = Math.min(width, longest + swatch + 2 * GAP * text);
  const columns = Math.max(1, Math.floor(width / column));
  const line = text * 1.5;
  const svg = entries.map(({ colour, text: name }, i) => {
    const x = (i % columns) * column + GAP * text;
    const y = Math.floor(i / columns) * line + GAP * text;
    const box = `<rect x="${x}" y="${y}" width="${text}" height="${text}" fill="rgb(${colour?.join()})"/>`;
    return (colour ? box : '') + words(name, x + (colour ? swatch : 0), y + text * 0.9, text);
  });
  const lines = Math.ceil(entries.length / columns);
  return { svg: svg.join(''), height: Math.ceil(lines * line + GAP * text) };
}

/** Numbers at the ends and in the middle of a bar of colours. */
function scaleSvg(
  { colours, from, to, unit }: Extract<ColourKey, { kind: 'scale' }>,
  width: number,
  text: number,
) {
  const [left, long] = [GAP * text, Math.max(1, width - 2 * GAP * text)];
  const step = long / colours.length;
  const bar = colours.map(
    (colour, i) =>
      // Half a px more than a step, or lines of the ground would show between them.
      `<rect x="${left + i * step}" y="${GAP * text}" width="${step + 0.5}" height="${text}" fill="rgb(${colour.join()})"/>`,
  );
  const number = (value: number) => String(Number(value.toPrecision(3)));
  const y = text * (GAP + 2.1);
  const svg = [
    ...bar,
    words(number(from), left, y, text),
    words(`${number((from + to) / 2)} ${unit}`, left + long / 2, y, text, 'text-anchor="middle"'),
    words(number(to), left + long, y, text, 'text-anchor="end"'),
  ].join('');
  return { svg, height: Math.ceil(text * (2.6 + GAP)) };
}

/** Parts in rows of `columns`, on white; each row as high as its highest part. */
async function sheet(parts: readonly Part[], columns: number): Promise<Sharp> {
  const { default: sharp } = await import('sharp');
  const column = Math.max(...parts.map((one) => one.width));
  const rows = Array.from({ length: Math.ceil(parts.length / columns) }, (_, r) =>
    parts.slice(r * columns, (r + 1) * columns),
  );
  const heights = rows.map((row) => Math.max(...row.map((p) => p.above + p.height + p.below)));
  const size = { width: column * columns, height: heights.reduce((a, b) => a + b, 0) };
  const places = parts.map((one, i) => ({
    one,
    left: (i % columns) * column,
    top: heights.slice(0, Math.floor(i / columns)).reduce((a, b) => a + b, 0),
  }));
  const pictures = await Promise.all(
    places.map(async ({ one: { picture, height, width, above }, left, top }) => ({
      ...{ left, top: top + above },
      input: await sharp(picture.data, {
        raw: { width: picture.width, height: picture.height, channels: 3 },
      })
        .resize(width, height, { fit: 'fill' })
        .png({ compressionLevel: 0 })
        .toBuffer(),
    })),
  );
  const drawn = places.map(
    ({ one, left, top }) => `<g transform="translate(${left} ${top})">${one.svg}</g>`,
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}">${drawn.join('')}</svg>`;
  return sharp({ create: { ...size, channels: 3, background: '#fff' } })
    .composite([...pictures, { input: Buffer.from(svg), left: 0, top: 0 }])
    .removeAlpha();
}

const asPng = (drawn: Sharp): Promise<Buffer> => drawn.png({ compressionLevel: 9 }).toBuffer();
