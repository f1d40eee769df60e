import type { Sample } from '@scene-mtl/data';
import { tilePng, type Rgb, type Tile } from '@scene-mtl/eval';
import { tilesOf, type Predictions, type VisionTask } from '@scene-mtl/vision-heads';
import type { GateTask } from './gate-runs.ts';

/** Between pictures and around them, and height of a line of words, px. */
const [GAP, LINE] = [8, 20];
/** Narrowest column and narrowest sheet, px: their words must fit. */
const [COLUMN, SHEET] = [84, 560];

/** Predictions for some frames. */
export type Shown = readonly { readonly sample: Sample; readonly predictions: Predictions }[];

/**
 * The frames on which a task got worse, a row each under its name and numbers: photograph, truth, and what the
 * old network and the new one say, in one scale of colours. PNG.
 */
export async function worseFramesSheet(
  task: VisionTask,
  { worse, metrics: [{ name, unit, digits }] }: GateTask,
  shown: { readonly before: Shown; readonly after: Shown },
): Promise<Uint8Array> {
  const rows = worse.map((frame, i) => {
    const old = tilesOf([task], shown.before[i].sample, shown.before[i].predictions);
    const now = tilesOf([task], shown.after[i].sample, shown.after[i].predictions);
    const numbers = [frame.before, frame.after].map((value) => value.toFixed(digits));
    return {
      title: `${frame.frame}: ${name} ${numbers.join(' → ')} ${unit}`,
      // The photograph, perhaps the truth, the prediction.
      tiles: [old[0], old.at(-2) === old[0] ? undefined : old.at(-2), old.at(-1), now.at(-1)],
    };
  });
  return tilePng(await sheet(`${task.name}: frames that got worse`, rows));
}

const HEADS = ['photograph', 'truth', 'old', 'new'];

interface Row {
  readonly title: string;
  readonly tiles: readonly (Tile | undefined)[];
}

async function sheet(title: string, rows: readonly Row[]): Promise<Rgb> {
  const tile = rows[0].tiles[0]!;
  const pitch = Math.max(tile.width, COLUMN) + GAP;
  const width = Math.max(SHEET, GAP + HEADS.length * pitch);
  const left = (column: number): number => GAP + column * pitch;
  const words = [text(GAP, 0, title, 'bold'), ...HEADS.map((head, k) => text(left(k), LINE, head))];
  const tops = rows.map((_, i) => 3 * LINE + i * (LINE + tile.height));
  rows.forEach((row, i) => words.push(text(GAP, tops[i] - LINE, row.title)));
  const height = 2 * LINE + rows.length * (LINE + tile.height) + GAP;
  const data = new Uint8Array(await drawn(words.join(''), width, height));
  rows.forEach(({ tiles }, i) =>
    tiles.forEach((picture, k) => {
      for (let y = 0; picture && y < picture.height; y++) {
        const row = picture.data.subarray(y * picture.width * 3, (y + 1) * picture.width * 3);
        data.set(row, ((tops[i] + y) * width + left(k)) * 3);
      }
    }),
  );
  return { data, height, width };
}

const text = (x: number, top: number, words: string, weight = 'normal'): string =>
  `<text x="${x}" y="${top + 14}" font-weight="${weight}">${escaped(words)}</text>`;

/** Text as XML takes it: names of frames may hold anything. */
const escaped = (words: string): string =>
  words
    .replace(/[\p{Cc}\p{Cs}]/gu, '\ufffd')
    .replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);

async function drawn(svg: string, width: number, height: number): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  const font =
    'font-family="DejaVu Sans, Segoe UI, Arial, sans-serif" font-size="11" fill="#1b1f24"';
  const whole = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ${font}>${svg}</svg>`;
  return sharp(Buffer.from(whole)).flatten({ background: '#ffffff' }).raw().toBuffer();
}
