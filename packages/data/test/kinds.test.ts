import { deserialize, serialize } from 'node:v8';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  cameraField,
  classMap,
  cropSample,
  depthMap,
  disparityMap,
  edgeMap,
  fieldKind,
  fieldKinds,
  flipSample,
  labelField,
  normalMap,
  numbersField,
  objectMap,
  photo,
  resizeSample,
  sizeOf,
  stream,
  type Field,
  type Sample,
  type Size,
} from '../src/index.ts';

type Change = 'flip' | 'crop' | 'resize';

/** A field of each kind from random numbers, and the changes that mean nothing for it. */
interface Example {
  readonly of: (size: Size, seed: number) => Field;
  readonly refuses?: readonly Change[];
}

const pixels = ({ height, width }: Size, channels = 1) => height * width * channels;
const bytes = (length: number, below: number, seed: number) => {
  const random = stream(seed, 'bytes');
  return Uint8Array.from({ length }, () => random.integer(below));
};
const uniform = (length: number, seed: number) => {
  const random = stream(seed, 'uniform');
  return Float32Array.from({ length }, () => random.next());
};

const examples: Readonly<Record<string, Example>> = {
  photo: { of: (size, seed) => photo(size, bytes(pixels(size, 3), 256, seed)) },
  classes: { of: (size, seed) => classMap(size, bytes(pixels(size), 256, seed)) },
  objects: {
    of: (size, seed) => {
      const ids = Uint16Array.from(bytes(pixels(size), 4, seed), (k) => k * 13001);
      // The centre of a whole object may lie outside the picture.
      const centres = [...new Set(ids)].filter((id) => id > 0);
      return objectMap(
        size,
        ids,
        new Map(centres.map((id, k) => [id, { row: -1.5 + k, column: size.width + 0.25 - k }])),
      );
    },
  },
  depth: {
    of: (size, seed) => depthMap(size, uniform(pixels(size), seed), bytes(pixels(size), 2, seed)),
  },
  disparity: {
    of: (size, seed) =>
      disparityMap(size, uniform(pixels(size), seed), bytes(pixels(size), 2, seed)),
  },
  normals: {
    of: (size, seed) =>
      normalMap(
        size,
        uniform(pixels(size, 3), seed).map((v, i) => (i % 9 === 0 ? 0 : v - 0.5)),
        bytes(pixels(size), 2, seed),
      ),
  },
  edges: { of: (size, seed) => edgeMap(size, bytes(pixels(size), 2, seed)) },
  camera: {
    of: (_, seed) => {
      const [fx, fy, u0, v0] = uniform(4, seed).map((v) => Math.round(256 * v));
      const pose = { pitch: 0.04, roll: 0.01, yaw: -0.02, x: 1.7, y: 0.1, z: 1.2 };
      return cameraField({ baseline: 0.2, fx, fy, u0, v0, ...pose });
    },
  },
  label: { of: (_, seed) => labelField(seed % 10) },
  numbers: {
    of: (_, seed) => numbersField([0, ...uniform(5, seed)], 'negated'),
    refuses: ['crop'],
  },
};

const side = fc.integer({ min: 1, max: 7 });
const cases = fc.record({ height: side, width: side, seed: fc.nat(1000) });

/** A sample of a photograph and a field. */
const sampleOf = (size: Size, field: Field): Sample => ({
  id: 'made',
  fields: { image: photo(size, new Uint8Array(pixels(size, 3))), field },
});

test('every kind has an example here', () => {
  expect(Object.keys(examples).sort()).toEqual(
    fieldKinds()
      .map(({ name }) => name)
      .sort(),
  );
});

describe.each(Object.entries(examples))('kind %s', (name, { of, refuses = [] }) => {
  const does = (change: Change) => !refuses.includes(change);
  const whole = ({ height, width }: Size) => ({ top: 0, left: 0, height, width });

  test('is plain: a copy by another thread or from the disk is the same', () => {
    const field = of({ height: 3, width: 5 }, 1);
    expect(field.kind).toBe(name);
    expect(deserialize(serialize(field))).toEqual(field);
  });

  test('two mirrors, the whole as a crop, and the same size change nothing', () => {
    fc.assert(
      fc.property(cases, ({ seed, ...size }) => {
        const sample = sampleOf(size, of(size, seed));
        const kept = structuredClone(sample);
        if (does('flip')) expect(flipSample(flipSample(sample))).toEqual(sample);
        if (does('crop')) expect(cropSample(sample, whole(size))).toEqual(sample);
        if (does('resize')) expect(resizeSample(sample, size)).toEqual(sample);
        expect(sample).toEqual(kept);
      }),
      { numRuns: 40 },
    );
  });

  test('has the size of the picture after every change', () => {
    fc.assert(
      fc.property(cases, side, side, ({ seed, ...size }, height, width) => {
        const sample = sampleOf(size, of(size, seed));
        const part = {
          height: Math.min(height, size.height),
          width: Math.min(width, size.width),
        };
        const window = {
          ...{ top: size.height - part.height, left: size.width - part.width },
          ...part,
        };
        // `sizeOf` throws where two maps have different sizes.
        if (does('flip')) expect(sizeOf(flipSample(sample))).toEqual(size);
        if (does('crop')) expect(sizeOf(cropSample(sample, window))).toEqual(part);
        if (does('resize')) {
          expect(sizeOf(resizeSample(sample, { height, width }))).toEqual({ height, width });
        }
      }),
      { numRuns: 40 },
    );
  });

  test('a crop of a mirror is the mirror of the crop on the other side', () => {
    if (!does('flip') || !does('crop')) return expect(refuses).not.toEqual([]);
    fc.assert(
      fc.property(cases, side, ({ seed, ...size }, width) => {
        const sample = sampleOf(size, of(size, seed));
        const part = Math.min(width, size.width);
        const window = { top: 0, left: 0, height: size.height, width: part };
        const other = { ...window, left: size.width - part };
        expect(cropSample(flipSample(sample), window)).toEqual(
          flipSample(cropSample(sample, other)),
        );
      }),
      { numRuns: 40 },
    );
  });

  test('says of which sample and field it is when a change means nothing', () => {
    const size = { height: 2, width: 2 };
    const sample = sampleOf(size, of(size, 1));
    const changes: Record<Change, () => Sample> = {
      flip: () => flipSample(sample),
      crop: () => cropSample(sample, whole(size)),
      resize: () => resizeSample(sample, size),
    };
    for (const [change, make] of Object.entries(changes)) {
      if (does(change as Change)) make();
      else expect(make).toThrow(`sample made, field 'field' of kind '${name}': `);
    }
    expect(fieldKind(name).name).toBe(name);
  });
});
