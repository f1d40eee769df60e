import { describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { trainPalette } from '@scene-mtl/data/cityscapes';
import {
  colourClasses,
  colourDisparity,
  colourInstances,
  colourVectors,
  disparityMap,
  oklch,
  tilePng,
  VOID_GREY,
} from '../src/index.ts';

const grey = [VOID_GREY, VOID_GREY, VOID_GREY];
const pixel = ({ data }: { data: Uint8Array }, i: number) => [...data.subarray(3 * i, 3 * i + 3)];

describe('colours', () => {
  test('classes take their palette colour, void is grey', () => {
    const picture = colourClasses(Uint8Array.of(0, 10, 255), 1, 3, trainPalette);
    // Cityscapes road and sky.
    expect([pixel(picture, 0), pixel(picture, 1), pixel(picture, 2)]).toEqual([
      [128, 64, 128],
      [70, 130, 180],
      grey,
    ]);
  });

  test('objects get one colour each, no object is grey', () => {
    const picture = colourInstances(Uint16Array.of(26000, 0, 26001, 26000), 1, 4);
    expect(pixel(picture, 1)).toEqual(grey);
    expect(pixel(picture, 0)).toEqual(pixel(picture, 3));
    expect(pixel(picture, 0)).not.toEqual(pixel(picture, 2));
  });

  test('disparity rises evenly in lightness, unknown and NaN are grey', () => {
    const valid = Uint8Array.of(1, 1, 0, 1, 1);
    const picture = colourDisparity(Float32Array.of(0, 8, 3, NaN, 99), valid, 1, 5, 8);
    expect(pixel(picture, 0)).toEqual([...disparityMap[0]]);
    expect(pixel(picture, 1)).toEqual([...disparityMap[255]]);
    expect(pixel(picture, 2)).toEqual(grey);
    expect(pixel(picture, 3)).toEqual(grey);
    expect(pixel(picture, 4)).toEqual([...disparityMap[255]]);
    const luma = disparityMap.map(
      ([r, g, b]) => 0.2126 * r ** 2.2 + 0.7152 * g ** 2.2 + 0.0722 * b ** 2.2,
    );
    for (let i = 8; i < 256; i++) expect(luma[i]).toBeGreaterThan(luma[i - 8]);
  });

  test('vectors show direction by hue and are pale where short', () => {
    const right = pixel(colourVectors(Float32Array.of(5, 0), undefined, 1, 1, 5), 0);
    const left = pixel(colourVectors(Float32Array.of(-5, 0), undefined, 1, 1, 5), 0);
    const none = pixel(colourVectors(Float32Array.of(0, 0), undefined, 1, 1, 5), 0);
    // Hue 0° is red, 180° green-blue; no length is a grey of equal channels.
    expect(right[0]).toBeGreaterThan(right[1]);
    expect(left[1]).toBeGreaterThan(left[0]);
    expect(Math.max(...none) - Math.min(...none)).toBeLessThan(3);
    expect(pixel(colourVectors(Float32Array.of(5, 0), Uint8Array.of(0), 1, 1, 5), 0)).toEqual(grey);
  });

  test('OKLCH gives the published sRGB of white, black and red', () => {
    expect(oklch(1, 0, 0)).toEqual([255, 255, 255]);
    expect(oklch(0, 0, 0)).toEqual([0, 0, 0]);
    // CSS Color 4: oklch(0.62796 0.25768 29.23) is #ff0000.
    expect(oklch(0.62796, 0.25768, 29.23)).toEqual([255, 0, 0]);
  });

  test('refuse arrays of another size', () => {
    expect(() => colourClasses(new Uint8Array(5), 2, 3, trainPalette)).toThrow(
      '2 × 3 pixels, got 5',
    );
    expect(() => colourVectors(new Float32Array(5), undefined, 2, 3, 1)).toThrow('got 2.5');
    expect(() => colourDisparity(new Float32Array(6), undefined, 2, 3, 0)).toThrow('positive');
  });
});

test('a tile is a lossless PNG, the same bytes each time', async () => {
  const tile = { height: 1, width: 2, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
  const png = await tilePng(tile);
  expect((await tilePng(tile)).equals(png)).toBe(true);
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([2, 1]);
  expect([...data]).toEqual([1, 2, 3, 4, 5, 6]);
});
