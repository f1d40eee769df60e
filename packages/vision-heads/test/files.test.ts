import { describe, expect, test } from '@jest/globals';
import type { Size } from '@scene-mtl/data';
import {
  objectOverlay,
  tasksFor,
  type OutputFile,
  type Picture,
  type PredictedPhoto,
} from '../src/index.ts';

const picture = ({ content }: OutputFile): Picture => content as Picture;

/** Probabilities `[pixels, 2]` of which class 1 has some. */
const sure = (ofOne: readonly number[]) => Float32Array.from(ofOne.flatMap((p) => [1 - p, p]));

/** Everything is class 1; votes of each pixel as listed, (column, row). */
function predictions(
  size: Size,
  votes: readonly (readonly [number, number])[],
  p = votes.map(() => 1),
) {
  const vectors = votes.flatMap(([x, y], i) => [
    x - (i % size.width),
    y - Math.floor(i / size.width),
  ]);
  return {
    semantic: {
      classes: Uint8Array.from(p, (one) => Number(one > 0.5)),
      confidence: Float32Array.from(p, (one) => Math.max(one, 1 - one)),
      probabilities: sure(p),
    },
    instance: { vectors: Float32Array.from(vectors) },
  };
}

const legend = { classes: ['a', 'b'], palette: [[200, 0, 20] as const, [0, 0, 0] as const] };
const [semantic, instance] = tasksFor({
  fields: ['semantic', 'instance'],
  legend: { ...legend, instanceClasses: [1] },
});

/** A grey photograph. */
const photo = (size: Size, native: Size, predictions: Record<string, unknown>): PredictedPhoto => ({
  ...{ stem: 'a', size, native, input: size, predictions },
  image: new Uint8Array(3 * native.height * native.width).fill(100),
});

describe('at the photograph’s own size', () => {
  test('classes are decided by enlarged probabilities, not enlarged themselves', () => {
    const size = { height: 1, width: 2 };
    // P(1) is 0.8 and 0.4 in the middles of both pixels. Enlarged four times: 0.8, 0.8, 0.75, 0.65, 0.55, 0.45,
    // 0.4, 0.4. So class 1 goes on for a pixel beyond the border of the labels.
    const [overlay, [file]] = ((one) => [semantic.overlay!(one)!, semantic.files(one)])(
      photo(
        size,
        { height: 1, width: 8 },
        predictions(
          size,
          [
            [0, 0],
            [0, 0],
          ],
          [0.8, 0.4],
        ),
      ),
    );
    expect(file.path).toBe('semantic/a_trainIds.png');
    expect([...picture(file).data]).toEqual([1, 1, 1, 1, 1, 0, 0, 0]);
    // Shares 5/8 and 3/8; means (0.8 + 0.8 + 0.75 + 0.65 + 0.55) / 5 and (0.55 + 0.6 + 0.6) / 3.
    expect(overlay.key).toEqual({
      kind: 'names',
      entries: [
        { colour: [0, 0, 0], text: 'b 63 % (p 0.71)' },
        { colour: [200, 0, 20], text: 'a 38 % (p 0.58)' },
      ],
    });
    // 0.45 · 100 + 0.55 · (200, 0, 20) = (155, 45, 56)
    expect([...overlay.picture.data.subarray(-3)]).toEqual([155, 45, 56]);
  });

  test('two objects meet in the middle, no third lies between them, and each has a line and a mask', () => {
    const size = { height: 2, width: 4 };
    const row = [
      [0, 0],
      [0, 0],
      [3, 1],
      [3, 1],
    ] as const;
    const one = photo(size, { height: 4, width: 8 }, predictions(size, [...row, ...row]));
    const files = instance.files(one);
    expect(files.map(({ path }) => path)).toEqual([
      'instance/a.txt',
      'instance/a_instanceIds.png',
      'instance/masks/a_0.png',
      'instance/masks/a_1.png',
    ]);
    expect(files[0].content).toBe('masks/a_0.png 1 1.000000\nmasks/a_1.png 1 1.000000\n');
    const line = [1000, 1000, 1000, 1000, 1001, 1001, 1001, 1001];
    expect([...picture(files[1]).data]).toEqual([...line, ...line, ...line, ...line]);
    expect([...picture(files[3]).data.subarray(0, 8)]).toEqual(line.map((v) => 255 * (v - 1000)));
    const { labels, key } = instance.overlay!(one)!;
    expect(key).toEqual({ kind: 'names', entries: [{ text: '2 × b' }] });
    expect(labels).toEqual([
      { text: 'b 1.00', row: 1.5, column: 1.5 },
      { text: 'b 1.00', row: 1.5, column: 5.5 },
    ]);
    const { ids, segments } = instance.panoptic!(one)!;
    expect([...ids.subarray(0, 8)]).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
    expect(segments).toEqual([
      { id: 1, categoryId: 1 },
      { id: 2, categoryId: 1 },
    ]);
  });

  test('what is one pixel of the network wide is no object; in the panoptic map it is in no segment', () => {
    const size = { height: 5, width: 3 };
    // Class 1 in the middle column alone, whose votes agree.
    const votes = Array.from({ length: 15 }, () => [1, 2] as const);
    const p = votes.map((_, i) => Number(i % 3 === 1));
    const one = photo(size, { height: 10, width: 6 }, predictions(size, votes, p));
    expect(instance.files(one)[0].content).toBe('');
    const { ids, segments } = instance.panoptic!(one)!;
    // The middle column enlarged: P(1) is 0, 0.25, 0.75, 0.75, 0.25, 0; stuff of class 0 around it.
    expect([...ids.subarray(0, 6)]).toEqual([1, 1, 0, 0, 1, 1]);
    expect(segments).toEqual([{ id: 1, categoryId: 0 }]);
  });

  test('of disparity: p = 256 d + 1 in px at the photograph’s width, 0 for what is negative', () => {
    const [depth] = tasksFor({ fields: ['depth'] });
    const one = photo(
      { height: 1, width: 2 },
      { height: 1, width: 4 },
      {
        depth: { disparity: Float32Array.of(1.5, -2) },
      },
    );
    const [file] = depth.files(one);
    expect(file.path).toBe('disparity/a_disparity.png');
    // 1.5, 0.625, −1.125 and −2 px at width 2 are 3, 1.25, −2.25 and −4 px at width 4: 3 · 256 + 1 = 769, 321.
    expect(picture(file).data).toEqual(Uint16Array.of(769, 321, 1, 1));
    expect(depth.overlay!(one)!.key).toMatchObject({ kind: 'scale', from: 0, to: 3 });
  });
});

describe('overlays', () => {
  const size = { height: 3, width: 5 };
  const image = new Uint8Array(3 * 15).fill(100);

  test('leave the photograph outside objects, and draw contours in the full colour', () => {
    // A 3×3 object in columns 1 to 3: its middle pixel alone is inside, the rest is contour.
    const ids = Uint16Array.from({ length: 15 }, (_, i) => Number(i % 5 >= 1 && i % 5 <= 3));
    const { data } = objectOverlay(image, ids, size);
    const pixel = (i: number) => [...data.subarray(3 * i, 3 * i + 3)];
    expect(pixel(0)).toEqual([100, 100, 100]);
    expect(pixel(4)).toEqual([100, 100, 100]);
    const contour = pixel(1);
    expect(pixel(13)).toEqual(contour);
    expect(pixel(7)).toEqual(contour.map((c) => Math.round(0.45 * 100 + 0.55 * c)));
  });

  test('give the nearest pixel the lightest disparity colour', () => {
    const disparity = new Float32Array(15);
    disparity[3] = 8;
    const [depth] = tasksFor({ fields: ['depth'] });
    const { data } = depth.overlay!(photo(size, size, { depth: { disparity } }))!.picture;
    const light = (i: number) => data[3 * i] + data[3 * i + 1] + data[3 * i + 2];
    expect(light(3)).toBeGreaterThan(light(0));
    expect(light(0)).toBe(light(14));
  });
});
