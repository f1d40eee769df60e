import { describe, expect, test } from '@jest/globals';
import { arraysOf, streetSample } from '@scene-mtl/data/testing';
import { contactSheet, NO_CLASSES } from '../src/index.ts';
import { madeSample } from './support.ts';

const palette = Array.from({ length: 19 }, (_, k) => [k, 2 * k, 3 * k] as const);
const dataset = { name: 'made', legend: { ...NO_CLASSES, palette } };

describe('contact sheet', () => {
  test('has a row per sample: photograph, classes, objects, disparity', () => {
    const samples = [madeSample(6, 10, 1), madeSample(6, 10, 2)];
    const sheet = contactSheet(samples, dataset);
    expect([sheet.height, sheet.width]).toEqual([12, 40]);
    const pixel = (r: number, c: number) =>
      Array.from(sheet.data.subarray((r * 40 + c) * 3, (r * 40 + c) * 3 + 3));
    samples.forEach((sample, s) => {
      for (const i of [0, 7, 33, 59]) {
        const [r, c] = [6 * s + Math.floor(i / 10), i % 10];
        expect(pixel(r, c)).toEqual(Array.from(arraysOf(sample).image.subarray(3 * i, 3 * i + 3)));
        expect(pixel(r, 10 + c)).toEqual(palette[arraysOf(sample).semantic![i]]);
        if (!arraysOf(sample).disparityValid![i]) expect(pixel(r, 30 + c)).toEqual([0, 0, 0]);
      }
    });
  });

  test('leaves out what the samples do not have', () => {
    const { id, height, width, image } = arraysOf(madeSample(4, 8));
    const sheet = contactSheet([streetSample({ id, height, width, image })], dataset);
    expect([sheet.height, sheet.width]).toEqual([4, 8]);
  });

  test('refuses samples of two sizes', () => {
    expect(() => contactSheet([madeSample(4, 8), madeSample(5, 8)], dataset)).toThrow(
      /is 5 × 8, expected 4 × 8/,
    );
  });
});
