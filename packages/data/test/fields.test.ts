import { describe, expect, test } from '@jest/globals';
import {
  cameraField,
  centresIn,
  classesKind,
  classMap,
  cropSample,
  defineFieldKind,
  disparityKind,
  disparityMap,
  edgeMap,
  fieldOf,
  findField,
  flipSample,
  imageOf,
  labelField,
  labelKind,
  normalMap,
  normalsKind,
  numbersField,
  numbersKind,
  objectMap,
  objectsKind,
  photo,
  resizeSample,
  sizeOf,
  VOID,
  visibleCentres,
  type Field,
  type Sample,
} from '../src/index.ts';

const size = { height: 2, width: 3 };
const window = { top: 0, left: 1, height: 1, width: 2 };
const image = photo(size, new Uint8Array(18));
const sampleOf = (fields: Record<string, Field>): Sample => ({ id: 'a_1', fields });

describe('what a sample does not know is an error that names sample, field and kind', () => {
  test('a kind that nobody defined is never passed through', () => {
    const sample = sampleOf({ image, flow: { kind: 'optical flow' } });
    const message = "sample a_1, field 'flow' of kind 'optical flow': field kind 'optical flow'";
    expect(() => flipSample(sample)).toThrow(message);
    expect(() => cropSample(sample, window)).toThrow(message);
    expect(() => resizeSample(sample, { height: 4, width: 6 })).toThrow(
      /nobody has defined it; expected one of .*photo.*or call defineFieldKind/,
    );
  });

  test('a field of another kind, and one that is not there', () => {
    const sample = sampleOf({ image, semantic: classMap(size, new Uint8Array(6)) });
    expect(() => fieldOf(sample, 'semantic', disparityKind)).toThrow(
      "sample a_1: expected field 'semantic' of kind 'disparity', got kind 'classes'",
    );
    expect(() => findField(sample, 'semantic', disparityKind)).toThrow("got kind 'classes'");
    expect(findField(sample, 'depth', disparityKind)).toBeUndefined();
    expect(() => fieldOf(sample, 'depth', disparityKind)).toThrow(
      "expected field 'depth' of kind 'disparity', which is not among its fields (image, semantic)",
    );
    expect(() => imageOf(sampleOf({}))).toThrow('not among its fields (none)');
  });

  test('maps of two sizes, of too few values, and a sample without any', () => {
    const small = classMap({ height: 1, width: 3 }, new Uint8Array(3));
    expect(() => sizeOf(sampleOf({ image, small }))).toThrow(
      "sample a_1: expected maps of one size, got 'image' of 2 × 3 and 'small' of 1 × 3",
    );
    expect(() => classMap(size, new Uint8Array(5))).toThrow(
      "field of kind 'classes': expected 2 × 3 × 1 = 6 values, got 5",
    );
    expect(() => normalMap(size, new Float32Array(18), new Uint8Array(18))).toThrow(
      "expected 2 × 3 values of 'valid', got 18",
    );
    const broken = { ...image, data: new Uint8Array(6) };
    expect(() => flipSample(sampleOf({ broken }))).toThrow(
      "sample a_1, field 'broken' of kind 'photo': expected 2 × 3 × 3 = 18 values, got 6",
    );
    expect(() => flipSample(sampleOf({ x: numbersField([1]) }))).toThrow(
      'sample a_1: it has no picture or map; its fields are x',
    );
  });

  test('a window beyond the picture and a size of no pixels', () => {
    expect(() => cropSample(sampleOf({ image }), { ...window, left: 2 })).toThrow(
      'crop of a_1: a window of 1 × 2 at (0, 2) does not lie in 2 × 3',
    );
    expect(() => resizeSample(sampleOf({ image }), { height: 0, width: 3 })).toThrow(
      'resize of a_1: expected height and width',
    );
  });

  test('a second kind of one name', () => {
    expect(() => defineFieldKind({ ...classesKind })).toThrow("a kind 'classes' already");
    expect(defineFieldKind(classesKind)).toBe(classesKind);
  });
});

describe('labels and numbers of the whole example', () => {
  test('a label tied to a place has no mirror image and no crop; one of the whole has both', () => {
    const tied = sampleOf({ image, left: labelField(3, 'the left digit') });
    expect(() => flipSample(tied)).toThrow(
      "field 'left' of kind 'label': it tells of the left digit, which is elsewhere or gone after a mirror",
    );
    expect(() => cropSample(tied, window)).toThrow('gone after a crop; leave a crop out');
    expect(fieldOf(resizeSample(tied, { height: 4, width: 6 }), 'left', labelKind).value).toBe(3);
    const whole = sampleOf({ image, kind: labelField(3) });
    expect(fieldOf(flipSample(whole), 'kind', labelKind)).toEqual(labelField(3));
    expect(fieldOf(cropSample(whole, window), 'kind', labelKind)).toEqual(labelField(3));
  });

  test('numbers are mirrored only as their data set says, and never cropped', () => {
    const mirrored = (field: Field) =>
      fieldOf(flipSample(sampleOf({ image, field })), 'field', numbersKind).data;
    expect(mirrored(numbersField([0.5, -1, 0], 'negated'))).toEqual(Float32Array.of(-0.5, 1, 0));
    expect(mirrored(numbersField([0.5], 'same'))).toEqual(Float32Array.of(0.5));
    expect(() => mirrored(numbersField([0.5]))).toThrow("give the field mirror: 'same' or");
    expect(() => cropSample(sampleOf({ image, x: numbersField([1], 'same') }), window)).toThrow(
      "field 'x' of kind 'numbers': numbers of the whole picture say nothing of a part",
    );
  });
});

describe('by hand', () => {
  const valid = Uint8Array.of(1, 1, 0, 1, 1, 1);

  test('a mirror turns the x of a normal about; a crop and a size take it along', () => {
    // Pixel k holds (k, 10 k, k + 1).
    const data = Float32Array.from({ length: 6 }, (_, k) => k).reduce<number[]>(
      (all, k) => [...all, k, 10 * k, k + 1],
      [],
    );
    const sample = sampleOf({ normals: normalMap(size, Float32Array.from(data), valid) });
    const of = (s: Sample) => fieldOf(s, 'normals', normalsKind);
    expect(of(flipSample(sample)).data.slice(0, 9)).toEqual(
      Float32Array.of(-2, 20, 3, -1, 10, 2, 0, 0, 1),
    );
    expect(of(flipSample(sample)).valid).toEqual(Uint8Array.of(0, 1, 1, 1, 1, 1));
    expect(of(cropSample(sample, window)).data).toEqual(Float32Array.of(1, 10, 2, 2, 20, 3));
    // One row of one pixel: floor(½ · 2) = row 1, floor(½ · 3) = column 1, pixel 4.
    const one = of(resizeSample(sample, { height: 1, width: 1 }));
    expect([one.data, one.valid]).toEqual([Float32Array.of(4, 40, 5), Uint8Array.of(1)]);
  });

  test('disparity is multiplied by the ratio of widths alone', () => {
    const depth = disparityMap(size, Float32Array.of(0, 1, 2, 3, 4, 5), valid);
    const resized = resizeSample(sampleOf({ depth }), { height: 1, width: 6 });
    // Row 1; each column twice, doubled.
    expect(fieldOf(resized, 'depth', disparityKind).data).toEqual(
      Float32Array.of(6, 6, 8, 8, 10, 10),
    );
    const flipped = fieldOf(flipSample(sampleOf({ depth })), 'depth', disparityKind);
    expect(flipped.data).toEqual(Float32Array.of(2, 1, 0, 5, 4, 3));
  });

  test('edges and classes are never mixed', () => {
    const edges = edgeMap(size, Uint8Array.of(0, 1, VOID, 0, 1, 0));
    const { fields } = resizeSample(sampleOf({ edges }), { height: 2, width: 6 });
    expect(fields['edges']).toMatchObject({
      data: Uint8Array.of(0, 0, 1, 1, VOID, VOID, 0, 0, 1, 1, 0, 0),
    });
  });

  test('centres go with their objects; a crop keeps that of the whole one', () => {
    // Object 5 in columns 0 and 1 of the first row: centre (0, 0.5).
    const instance = objectMap(size, Uint16Array.of(5, 5, 0, 0, 0, 7));
    const of = (s: Sample) => centresIn(fieldOf(s, 'instance', objectsKind));
    const sample = sampleOf({ instance });
    expect(of(flipSample(sample)).get(5)).toEqual({ row: 0, column: 1.5 });
    const cut = cropSample(sample, window);
    // Object 7 is not in the window any more.
    expect(of(cut)).toEqual(new Map([[5, { row: 0, column: -0.5 }]]));
    expect(visibleCentres(fieldOf(cut, 'instance', objectsKind)).centres).toEqual(
      new Map([[5, { row: 0, column: 0 }]]),
    );
  });

  test('a camera turns in a mirror, moves with a window, and scales', () => {
    const pose = { pitch: 0.04, roll: 0.01, yaw: -0.02, x: 1.7, y: 0.1, z: 1.2 };
    const camera = cameraField({ baseline: 0.2, fx: 100, fy: 90, u0: 1.5, v0: 1, ...pose });
    const sample = sampleOf({ image, camera });
    expect(flipSample(sample).fields['camera']).toEqual({
      ...camera,
      ...{ u0: 3 - 1 - 1.5, roll: -0.01, yaw: 0.02, y: -0.1 },
    });
    expect(cropSample(sample, window).fields['camera']).toEqual({ ...camera, u0: 0.5 });
    expect(resizeSample(sample, { height: 2, width: 6 }).fields['camera']).toEqual({
      ...camera,
      ...{ fx: 200, u0: 3 },
    });
  });
});
