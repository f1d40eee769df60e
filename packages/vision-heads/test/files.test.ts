import { describe, expect, test } from '@jest/globals';
import { encodeRuns, tasksFor, type OutputFile, type Picture } from '../src/index.ts';
import { objectOverlay, officialFiles } from '../src/instance/files.ts';

const picture = ({ content }: OutputFile): Picture => content as Picture;

const one = { id: 1, classId: 0, confidence: 1, area: 1, centre: { row: 0, column: 0 } };

describe('official files', () => {
  test('of objects: a line, a mask and a value of the instance image each', () => {
    const object = (id: number, classId: number, pixels: number[]) => ({
      ...{ ...one, id, classId, confidence: 0.5, area: pixels.length },
      mask: encodeRuns(pixels, 2, 3),
    });
    const instances = [object(1, 0, [0, 3]), object(2, 0, [2]), object(3, 1, [4])];
    const files = officialFiles(
      { stem: 'a', size: { height: 2, width: 3 }, native: { height: 4, width: 6 } },
      { instances, ids: new Uint16Array() },
      [26, 24],
    );
    expect(files.map(({ path }) => path)).toEqual([
      'instance/a.txt',
      'instance/a_instanceIds.png',
      'instance/masks/a_0.png',
      'instance/masks/a_1.png',
      'instance/masks/a_2.png',
    ]);
    expect(files[0].content).toBe(
      'masks/a_0.png 26 0.500000\nmasks/a_1.png 26 0.500000\nmasks/a_2.png 24 0.500000\n',
    );
    // Each pixel of 2×3 becomes a block of 2×2.
    const [a, b, c] = [26000, 26001, 24000];
    const [top, bottom] = [
      [a, a, 0, 0, b, b],
      [a, a, c, c, 0, 0],
    ];
    const values = [...top, ...top, ...bottom, ...bottom];
    expect([...picture(files[1]).data]).toEqual(values);
    expect([...picture(files[2]).data]).toEqual(values.map((v) => (v === a ? 255 : 0)));
  });

  test('of an object that vanishes in a smaller photograph: none', () => {
    const objects = {
      instances: [{ ...one, mask: encodeRuns([0], 3, 3) }],
      ids: new Uint16Array(),
    };
    // Of 3×3 px the one kept at 1×1 is the middle one.
    const files = officialFiles(
      { stem: 'a', size: { height: 3, width: 3 }, native: { height: 1, width: 1 } },
      objects,
      [26],
    );
    expect(files.map(({ path }) => path)).not.toContain('instance/masks/a_0.png');
    expect(files[0].content).toBe('');
  });

  test('of disparity: p = 256 d + 1 in px at the photograph’s width, 0 for what is negative', () => {
    const [depth] = tasksFor({ fields: ['depth'] });
    const [, file] = depth.files({
      ...{ stem: 'a', image: new Uint8Array(6) },
      size: { height: 1, width: 2 },
      native: { height: 1, width: 4 },
      predictions: { depth: { disparity: Float32Array.of(1.5, -2) } },
    });
    expect(file.path).toBe('disparity/a_disparity.png');
    // 1.5 px at width 2 is 3 px at width 4: 3 · 256 + 1 = 769.
    expect(picture(file).data).toEqual(Uint16Array.of(769, 769, 1, 1));
  });
});

describe('overlays', () => {
  const size = { height: 3, width: 5 };
  const image = new Uint8Array(3 * 15).fill(100);

  test('mix photograph and class colour at 45 to 55', () => {
    const legend = { classes: ['a', 'b'], palette: [[200, 0, 20] as const, [0, 0, 0] as const] };
    const [semantic] = tasksFor({
      fields: ['semantic'],
      legend: { ...legend, instanceClasses: [] },
    });
    const [overlay, labels] = semantic.files({
      ...{ stem: 'a', image, size, native: size },
      predictions: { semantic: { classes: new Uint8Array(15) } },
    });
    expect(overlay.path).toBe('overlay/a_semantic.png');
    // 0.45 · 100 + 0.55 · (200, 0, 20) = (155, 45, 56)
    expect([...picture(overlay).data.subarray(0, 3)]).toEqual([155, 45, 56]);
    // Classes that Cityscapes does not have are written by their training ids.
    expect(labels.path).toBe('semantic/a_trainIds.png');
  });

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
    const [overlay] = depth.files({
      ...{ stem: 'a', image, size, native: size },
      predictions: { depth: { disparity } },
    });
    const { data } = picture(overlay);
    const light = (i: number) => data[3 * i] + data[3 * i + 1] + data[3 * i + 2];
    expect(light(3)).toBeGreaterThan(light(0));
    expect(light(0)).toBe(light(14));
  });
});
