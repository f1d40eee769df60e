import { describe, expect, test } from '@jest/globals';
import { arraysOf, streetSample } from '@scene-mtl/data/testing';
import { contactSheet, NO_CLASSES } from '../src/index.ts';
import { madeSample } from './support.ts';

const palette = Array.from({ length: 19 }, (_, k) => [10 * k, 5 * k, 250 - 10 * k] as const);
const classes = palette.map((_, k) => `class ${k}`);
const dataset = { name: 'made', legend: { ...NO_CLASSES, classes, palette } };

/** Lines of words are 20 px, gaps 8; columns are 84 px wide at least, sheets 560. */
const [LINE, GAP, COLUMN, WIDTH] = [20, 8, 84, 560];

type Sheet = Awaited<ReturnType<typeof contactSheet>>;
const pixel = ({ data, width }: Sheet, row: number, column: number): number[] =>
  Array.from(data.subarray((row * width + column) * 3, (row * width + column) * 3 + 3));
/** Whether anything is drawn in a rectangle of the sheet. */
const hasInk = (sheet: Sheet, top: number, height: number, from = 0, to = sheet.width): boolean => {
  for (let r = top; r < top + height; r++)
    for (let c = from; c < to; c++) if (pixel(sheet, r, c).some((v) => v < 160)) return true;
  return false;
};

describe('contact sheet', () => {
  test('has a row per sample: photograph, classes, objects, disparity', async () => {
    const samples = [madeSample(6, 10, 1), madeSample(6, 10, 2)];
    const sheet = await contactSheet(samples, dataset, 'made train');
    // Title and headings; two rows with their ids; a gap; 20 colours, 4 a line of 560 px; two lines more.
    const rows = 2 * LINE + 2 * (LINE + 6);
    expect([sheet.height, sheet.width]).toEqual([rows + GAP + 5 * LINE + 2 * LINE, WIDTH]);
    const left = (k: number) => GAP + k * (COLUMN + GAP);
    samples.forEach((sample, s) => {
      const top = 2 * LINE + s * (LINE + 6) + LINE;
      for (const i of [0, 7, 33, 59]) {
        const [r, c] = [top + Math.floor(i / 10), i % 10];
        const image = Array.from(arraysOf(sample).image.subarray(3 * i, 3 * i + 3));
        expect(pixel(sheet, r, left(0) + c)).toEqual(image);
        expect(pixel(sheet, r, left(1) + c)).toEqual(palette[arraysOf(sample).semantic![i]]);
        if (!arraysOf(sample).disparityValid![i]) {
          expect(pixel(sheet, r, left(3) + c)).toEqual([0, 0, 0]);
        }
      }
    });
    // The colours of the legend, four a line, in the middle of marks of 14 px; void at the end.
    palette.forEach((colour, k) => {
      const [line, place] = [Math.floor(k / 4), k % 4];
      const at = [rows + GAP + line * LINE + 10, GAP + place * 120 + 7] as const;
      expect(pixel(sheet, ...at)).toEqual(colour);
    });
    expect(pixel(sheet, rows + GAP + 4 * LINE + 10, GAP + 3 * 120 + 7)).toEqual([0, 0, 0]);
    // The ramp of disparity begins dark blue and ends yellow.
    const ramp = rows + GAP + 6 * LINE + 10;
    expect(pixel(sheet, ramp, GAP + 2)[2]).toBeGreaterThan(pixel(sheet, ramp, GAP + 2)[0]);
    expect(pixel(sheet, ramp, GAP + 57)[0]).toBeGreaterThan(200);
    // Words: the title, a heading over each column, an id over each row.
    expect(hasInk(sheet, 0, LINE)).toBe(true);
    for (const k of [0, 1, 2, 3])
      expect(hasInk(sheet, LINE, LINE, left(k), left(k + 1))).toBe(true);
    for (const s of [0, 1]) expect(hasInk(sheet, 2 * LINE + s * (LINE + 6), LINE)).toBe(true);
  });

  test('leaves out what the samples do not have, of the legend too', async () => {
    const { id, height, width, image } = arraysOf(madeSample(4, 8));
    const bare = streetSample({ id, height, width, image });
    const sheet = await contactSheet([bare], dataset, 'made');
    expect([sheet.height, sheet.width]).toEqual([2 * LINE + LINE + 4 + GAP, WIDTH]);
    // A sample without annotations among others leaves its places empty, not the columns.
    const mixed = await contactSheet([bare, madeSample(4, 8)], dataset, 'made');
    const top = 3 * LINE;
    expect(pixel(mixed, top, GAP)).toEqual(Array.from(image.subarray(0, 3)));
    expect(pixel(mixed, top, GAP + COLUMN + GAP)).toEqual([255, 255, 255]);
  });

  test('takes any name of a frame, a class or a title', async () => {
    const { height, width, image } = arraysOf(madeSample(4, 8));
    const id = '<&"\u0001\ud800' + 'x'.repeat(500);
    const named = {
      name: id,
      legend: { ...NO_CLASSES, classes: [id], palette: palette.slice(0, 1) },
    };
    const sheet = await contactSheet([streetSample({ id, height, width, image })], named, id);
    expect(sheet.width).toBe(WIDTH);
  });

  test('refuses samples of two sizes', async () => {
    await expect(
      contactSheet([madeSample(4, 8), madeSample(5, 8)], dataset, 'made'),
    ).rejects.toThrow(/is 5 × 8, expected 4 × 8/);
  });
});
