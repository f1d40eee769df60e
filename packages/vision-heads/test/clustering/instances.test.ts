import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  clusterByComponents,
  clusterByDbscan,
  clusterByOptics,
  clusterByOpticsXi,
  decodeInstances,
  decodeRuns,
  encodeRuns,
  type InstanceInput,
} from '../../src/instance/clustering/index.ts';

const PERSON = 11;
const CAR = 13;
const ROAD = 0;

/** One object: half-open rows and columns of its box. */
interface Box {
  classId: number;
  rows: [number, number];
  columns: [number, number];
}

/** Paints boxes and a pole, with the vectors to the centre of each box plus a smooth wobble. */
function scene(boxes: Box[], poleColumns: number[] = [], wobble = 0): InstanceInput {
  const [height, width] = [24, 48];
  const semantic = new Uint8Array(height * width).fill(ROAD);
  const vectors = new Float32Array(2 * height * width);
  for (const { classId, rows, columns } of boxes) {
    for (let row = rows[0]; row < rows[1]; row++) {
      for (let column = columns[0]; column < columns[1]; column++) {
        const pixel = row * width + column;
        semantic[pixel] = classId;
        vectors[2 * pixel] =
          (columns[0] + columns[1] - 1) / 2 - column + wobble * Math.sin(row * 1.3 + column * 0.7);
        vectors[2 * pixel + 1] =
          (rows[0] + rows[1] - 1) / 2 - row + wobble * Math.cos(row * 0.9 - column * 1.1);
      }
    }
  }
  for (const column of poleColumns) {
    for (let row = 0; row < height; row++) semantic[row * width + column] = ROAD;
  }
  return { height, width, semantic, vectors };
}

const twoCars: Box[] = [
  { classId: CAR, rows: [8, 16], columns: [4, 20] },
  { classId: CAR, rows: [8, 16], columns: [20, 36] },
];
const oneCar: Box[] = [{ classId: CAR, rows: [8, 16], columns: [10, 30] }];
const votingMethods = {
  'OPTICS with a threshold': clusterByOptics({ minPts: 10, eps: 1.5 }),
  'OPTICS with ξ': clusterByOpticsXi({ minPts: 10, xi: 0.05, maxEps: 20, minClusterSize: 40 }),
  DBSCAN: clusterByDbscan({ minPts: 10, eps: 1.5 }),
};

describe.each(Object.entries(votingMethods))('%s', (_, method) => {
  test.each([0, 0.4])('keeps a car cut by a pole as one instance (wobble %d px)', (wobble) => {
    const { instances } = decodeInstances(scene(oneCar, [18, 19], wobble), { method });
    expect(instances).toHaveLength(1);
    // 8 rows of 20 columns less the pole's 2.
    expect(instances[0].area).toBe(8 * 18);
    expect(instances[0].centre.row).toBeCloseTo(11.5, 0);
    expect(instances[0].centre.column).toBeCloseTo(19.5, 0);
  });

  test.each([0, 0.4])('keeps two touching cars apart (wobble %d px)', (wobble) => {
    const { instances, ids } = decodeInstances(scene(twoCars, [], wobble), { method });
    expect(instances.map(({ area }) => area)).toEqual([128, 128]);
    // The cars meet between columns 19 and 20.
    expect(ids[10 * 48 + 19]).not.toBe(ids[10 * 48 + 20]);
  });
});

describe('connected components, for comparison', () => {
  const method = clusterByComponents();

  test('split a car at a pole', () => {
    const { instances } = decodeInstances(scene(oneCar, [18, 19]), { method });
    expect(instances.map(({ area }) => area)).toEqual([64, 80]);
  });

  test('join two touching cars', () => {
    const { instances } = decodeInstances(scene(twoCars), { method });
    expect(instances.map(({ area }) => area)).toEqual([256]);
  });
});

describe('decodeInstances', () => {
  test('works with its defaults', () => {
    const { instances } = decodeInstances(scene(twoCars, [], 0.4));
    expect(instances.map(({ classId, area }) => [classId, area])).toEqual([
      [CAR, 128],
      [CAR, 128],
    ]);
  });

  test('clusters each class apart, even around one centre', () => {
    const rider: Box = { classId: PERSON, rows: [10, 14], columns: [17, 23] };
    const { instances } = decodeInstances(scene([...oneCar, rider]), {
      method: votingMethods.DBSCAN,
    });
    expect(instances.map(({ classId, area }) => [classId, area])).toEqual([
      [PERSON, 24],
      [CAR, 160 - 24],
    ]);
  });

  test('pixels of other classes never count, whatever their vectors', () => {
    const input = scene(oneCar);
    const noisy = { ...input, vectors: input.vectors.slice() };
    for (let pixel = 0; pixel < input.semantic.length; pixel++) {
      if (input.semantic[pixel] === ROAD) noisy.vectors.fill(NaN, 2 * pixel, 2 * pixel + 2);
    }
    expect(decodeInstances(noisy)).toEqual(decodeInstances(input));
  });

  test('only the classes asked for are decoded', () => {
    expect(decodeInstances(scene(oneCar), { classes: [PERSON] }).instances).toEqual([]);
    expect(decodeInstances(scene([])).instances).toEqual([]);
  });

  test('a stray vote goes to the nearest centre within the radius, else nowhere', () => {
    const input = scene(oneCar);
    const stray = 10 * 48 + 12;
    // The car's centre is at column 19.5, row 11.5; this vote lies 5 px to the right of it.
    input.vectors[2 * stray] = 19.5 + 5 - 12;
    const method = votingMethods.DBSCAN;
    const near = decodeInstances(input, { method, adoptWithin: 5.1 });
    expect(near.ids[stray]).toBe(1);
    // 159 of the 160 votes agree: the stand-in for a confidence.
    expect(near.instances[0]).toMatchObject({ area: 160, confidence: 159 / 160 });
    const far = decodeInstances(input, { method, adoptWithin: 4.9 });
    expect(far.ids[stray]).toBe(0);
    expect(far.instances[0]).toMatchObject({ area: 159, confidence: 1 });
  });

  test('a cluster below minArea is no object', () => {
    const small: Box = { classId: CAR, rows: [2, 5], columns: [40, 44] };
    const method = clusterByDbscan({ minPts: 4, eps: 1.5 });
    const input = scene([...oneCar, small]);
    const count = (minArea: number) => decodeInstances(input, { method, minArea }).instances.length;
    expect(count(12)).toBe(2);
    expect(count(13)).toBe(1);
  });

  test('confidence is the mean probability of the class over the mask', () => {
    const input = scene(oneCar);
    const classes = 14;
    const probabilities = new Float32Array(input.semantic.length * classes);
    for (let p = 0; p < input.semantic.length; p++) {
      // Half the car's rows at 0.5, half at 1: the mean is 0.75.
      probabilities[p * classes + CAR] = Math.floor(p / input.width) < 12 ? 0.5 : 1;
    }
    expect(decodeInstances({ ...input, probabilities }).instances[0].confidence).toBe(0.75);
    const tooFew = new Float32Array(input.semantic.length * 5);
    expect(() => decodeInstances({ ...input, probabilities: tooFew })).toThrow(
      /5 classes, so none for class 13/,
    );
    const odd = new Float32Array(7);
    expect(() => decodeInstances({ ...input, probabilities: odd })).toThrow(/got 7 numbers/);
  });

  test('a vector that is not finite is an error that names the pixel', () => {
    const input = scene(oneCar);
    input.vectors[2 * (9 * 48 + 15) + 1] = NaN;
    expect(() => decodeInstances(input)).toThrow(/row 9, column 15 \(class 13\) has \(4.5, NaN\)/);
  });

  test('arrays that do not fit the image are errors that name them', () => {
    const input = scene(oneCar);
    expect(() => decodeInstances({ ...input, semantic: new Uint8Array(5) })).toThrow(
      /semantic must be \[H, W\] = 1152 numbers; got 5/,
    );
    expect(() => decodeInstances({ ...input, vectors: new Float32Array(1152) })).toThrow(
      /vectors must be \[H, W, 2\] = 2304 numbers; got 1152/,
    );
  });

  test('with true vectors every object comes back exactly, for any boxes far enough apart', () => {
    const anyBox = fc.tuple(
      fc.constantFrom(PERSON, CAR),
      fc.integer({ min: 4, max: 12 }),
      fc.integer({ min: 4, max: 12 }),
    );
    fc.assert(
      fc.property(fc.array(anyBox, { minLength: 1, maxLength: 4 }), (sizes) => {
        const boxes = sizes.map(([classId, tall, wide], k): Box => {
          return { classId, rows: [2, 2 + tall], columns: [12 * k, 12 * k + wide] };
        });
        const { instances, ids } = decodeInstances(scene(boxes), {
          method: clusterByOptics({ minPts: 8, eps: 1 }),
        });
        expect(instances.map(({ area }) => area).sort()).toEqual(
          sizes.map(([, tall, wide]) => tall * wide).sort(),
        );
        for (const { rows, columns } of boxes) {
          const id = ids[rows[0] * 48 + columns[0]];
          expect(ids[(rows[1] - 1) * 48 + columns[1] - 1]).toBe(id);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('masks and id map say the same', () => {
    const { instances, ids } = decodeInstances(scene(twoCars, [10, 30], 0.4));
    for (const { id, mask, area } of instances) {
      const bitmap = decodeRuns(mask);
      expect(bitmap.reduce((sum, set) => sum + set, 0)).toBe(area);
      expect([...bitmap]).toEqual(Array.from(ids, (value) => (value === id ? 1 : 0)));
    }
  });
});

describe('run-length masks', () => {
  test('give back any bitmap', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1), { minLength: 12, maxLength: 12 }), (bits) => {
        const pixels = bits.flatMap((bit, p) => (bit === 1 ? [p] : []));
        expect([...decodeRuns(encodeRuns(pixels, 3, 4))]).toEqual(bits);
      }),
    );
  });

  test('run on over the end of a row', () => {
    expect([...encodeRuns([2, 3, 4, 7], 2, 4).runs]).toEqual([2, 3, 7, 1]);
  });

  test('refuse pixels out of order or outside', () => {
    expect(() => encodeRuns([3, 3], 2, 4)).toThrow(/got 3 after 3/);
    expect(() => encodeRuns([8], 2, 4)).toThrow(/within 0 … 7; got 8/);
  });
});
