import { describe, expect, test } from '@jest/globals';
import {
  cameraField,
  edgesKind,
  fieldOf,
  flipSample,
  normalsKind,
  sizeOf,
  VOID,
  type Camera,
  type ClassMap,
  type DisparityMap,
  type Field,
  type NormalMap,
  type ObjectMap,
  type Sample,
} from '@scene-mtl/data';
import fc from 'fast-check';
import { decodeNormals, encodeNormals } from '../src/cityscapes/normals.ts';
import { edgesOf } from '../src/derived/edges.ts';
import { normalsFromDisparity } from '../src/derived/normals.ts';
import { withDerived, type Dataset } from '../src/index.ts';
import { renderFrame } from '../src/street/render/frame.ts';
import { streetScene } from '../src/street/scene/street.ts';

const camera: Camera = {
  ...{ baseline: 0.2, fx: 70, fy: 72, u0: 16.5, v0: 7.25 },
  ...{ pitch: 0, roll: 0, yaw: 0, x: 0, y: 0, z: 1 },
};

const degrees = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  const dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  return (Math.acos(Math.min(1, dot / Math.hypot(a[0], a[1], a[2]))) * 180) / Math.PI;
};

const at = ({ data }: NormalMap, i: number): Float32Array => data.subarray(3 * i, 3 * i + 3);

describe('normals from disparity', () => {
  const [height, width] = [16, 32];

  /** Disparity of the plane n · P = −c, c > 0, seen from the front. */
  const planeMap = (n: readonly number[], c: number): DisparityMap => {
    const data = new Float32Array(height * width);
    for (let i = 0; i < data.length; i++) {
      const x = ((i % width) - camera.u0) / camera.fx;
      const y = (Math.floor(i / width) - camera.v0) / camera.fy;
      data[i] = (-(n[0] * x + n[1] * y + n[2]) * camera.fx * camera.baseline) / c;
    }
    const valid = Uint8Array.from(data, (d) => Number(d > 0));
    return { kind: 'disparity', height, width, data, valid };
  };

  test('are those of any plane, also at the border', () => {
    const part = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(part, part, fc.double({ min: 1, max: 9, noNaN: true }), (a, b, c) => {
        const length = Math.hypot(a, b, 1);
        const n = [a / length, b / length, -1 / length];
        // Every neighbour lies on the plane, however steep it is.
        const found = normalsFromDisparity(planeMap(n, c), camera, { tolerance: Infinity });
        expect(found.valid.every((known) => known === 1)).toBe(true);
        for (let i = 0; i < height * width; i++)
          expect(degrees(at(found, i), n)).toBeLessThan(0.05);
      }),
      { numRuns: 20 },
    );
  });

  test('stop at a step, and are unknown without a disparity, at infinity and alone', () => {
    const map = planeMap([0, 0, -1], 4);
    // The right half is twice as near; column 3 is unknown, column 4 infinitely far.
    const data = map.data.map((d, i) => (i % width >= 16 ? 2 * d : i % width === 4 ? 0 : d));
    const valid = map.valid.map((_, i) => Number(i % width !== 3));
    const found = normalsFromDisparity({ ...map, data, valid }, camera);
    for (let i = 0; i < data.length; i++) {
      const column = i % width;
      expect(found.valid[i]).toBe(Number(column !== 3 && column !== 4));
      if (found.valid[i]) expect(degrees(at(found, i), [0, 0, -1])).toBeLessThan(0.01);
    }
    const alone = new Uint8Array(valid.length);
    alone[40] = 1;
    expect(normalsFromDisparity({ ...map, valid: alone }, camera).valid[40]).toBe(0);
  });
});

describe('generated scenes', () => {
  const size = { height: 64, width: 128 };
  const name = { seed: 1, city: 'altwasser', index: 0 };
  const frame = renderFrame(streetScene(name), size, { normals: true });
  const normals = frame.normals as Float32Array;

  test('the other maps are those of a frame without normals', () => {
    const { normals: _, ...rest } = frame;
    expect(renderFrame(streetScene(name), size)).toEqual(rest);
  });

  test('a normal is a unit vector towards the camera where there is a surface, else 0', () => {
    const { labelIds, camera: view } = frame;
    for (let i = 0; i < labelIds.length; i++) {
      const [x, y, z] = normals.subarray(3 * i, 3 * i + 3);
      // Labels 1 and 23: the own car's bonnet, and the sky.
      const surface = labelIds[i] !== 1 && labelIds[i] !== 23;
      expect(Math.hypot(x, y, z)).toBeCloseTo(Number(surface), 5);
      if (!surface) continue;
      const u = ((i % size.width) - view.u0) / view.fx;
      const v = (Math.floor(i / size.width) - view.v0) / view.fy;
      expect(x * u + y * v + z).toBeLessThanOrEqual(1e-6);
    }
  });

  test('the road faces up, and those from disparity are near those of the surfaces', () => {
    const { labelIds, disparity, camera: view } = frame;
    const valid = labelIds.map((id) => Number(id !== 1 && id !== 23));
    const map: DisparityMap = { kind: 'disparity', ...size, data: disparity, valid };
    const found = normalsFromDisparity(map, view);
    const road: number[] = [];
    const errors: number[] = [];
    for (let i = 0; i < labelIds.length; i++) {
      const truth = normals.subarray(3 * i, 3 * i + 3);
      // Up is −y, turned by the camera's pitch of about 2°.
      if (labelIds[i] === 7) road.push(degrees(truth, [0, -1, 0]));
      if (found.valid[i]) errors.push(degrees(at(found, i), truth));
    }
    const median = (list: number[]) => list.sort((a, b) => a - b)[list.length >> 1];
    expect(road.length).toBeGreaterThan(500);
    expect(median(road)).toBeLessThan(4);
    expect(errors.length).toBeGreaterThan(0.5 * labelIds.length);
    expect(median(errors)).toBeLessThan(1);
  });

  test('survive their file to within 0.4°', () => {
    const image = encodeNormals(normals);
    const read = decodeNormals(image, size, size);
    for (let i = 0; i < read.valid.length; i++) {
      const truth = normals.subarray(3 * i, 3 * i + 3);
      expect(read.valid[i]).toBe(Number(Math.hypot(...truth) > 0));
      if (read.valid[i]) expect(degrees(at(read, i), truth)).toBeLessThan(0.4);
    }
  });
});

const classes = (height: number, width: number, data: number[]): ClassMap => ({
  kind: 'classes',
  ...{ height, width, data: Uint8Array.from(data) },
});

const objects = (height: number, width: number, data: number[]): ObjectMap => ({
  kind: 'objects',
  ...{ height, width, data: Uint16Array.from(data) },
});

test('edges lie on both sides of a change of class or object, never beside void', () => {
  const map = classes(2, 6, [0, 0, 1, 1, 1, VOID, 0, 0, 1, 1, 1, VOID]);
  expect(Array.from(edgesOf(map).data)).toEqual([0, 1, 1, 0, 0, VOID, 0, 1, 1, 0, 0, VOID]);
  const things = objects(2, 6, [0, 0, 5, 5, 5, 0, 0, 0, 5, 5, 6, 0]);
  // Object 6 begins at row 1, column 4: beside (1, 3) and below (0, 4).
  expect(Array.from(edgesOf(map, things).data)).toEqual([
    ...[0, 1, 1, 0, 1, VOID],
    ...[0, 1, 1, 1, 1, VOID],
  ]);
});

describe('a data set with derived annotations', () => {
  const frame = renderFrame(streetScene({ seed: 2, city: 'altwasser', index: 3 }), {
    height: 32,
    width: 64,
  });
  const size = { height: 32, width: 64 };
  const fields: Record<string, Field> = {
    image: { kind: 'photo', ...size, data: frame.image } as Field,
    semantic: classes(32, 64, Array.from(frame.labelIds)),
    instance: objects(
      32,
      64,
      Array.from(frame.instanceIds, (id) => (id < 1000 ? 0 : id)),
    ),
    depth: {
      ...{ kind: 'disparity', ...size, data: frame.disparity },
      valid: frame.disparityValid,
    } as Field,
    camera: cameraField(frame.camera),
  };
  let reads = 0;
  const dataset: Dataset = {
    name: 'street',
    fields: ['semantic', 'instance', 'depth'],
    list: () => ['a'],
    read: (id) => {
      reads++;
      return Promise.resolve({ id, fields });
    },
  };

  test('is the same object where nothing is wanted or all is there', () => {
    expect(withDerived(dataset, [])).toBe(dataset);
    const own = { ...dataset, fields: [...dataset.fields, 'normals'] };
    expect(withDerived(own, ['normals'])).toBe(own);
  });

  test('adds what is wanted and says so; what it is computed from has to be there', async () => {
    const more = withDerived(dataset, ['normals', 'edges']);
    expect(more.fields).toEqual(['semantic', 'instance', 'depth', 'normals', 'edges']);
    const sample = await more.read('a', 'train', size);
    expect(reads).toBe(1);
    expect(sizeOf(sample)).toEqual(size);
    expect(fieldOf(sample, 'normals', normalsKind).valid.includes(1)).toBe(true);
    expect(fieldOf(sample, 'edges', edgesKind).data.includes(1)).toBe(true);
    expect(() => withDerived({ ...dataset, fields: ['instance'] }, ['edges'])).toThrow(
      'street: edges are computed from semantic, and the data has no semantic',
    );
  });

  test('the mirror image of what is derived is what is derived from the mirror image', async () => {
    const more = withDerived(dataset, ['normals', 'edges']);
    const sample = await more.read('a', 'train', size);
    const mirrored = flipSample(sample);
    const mirror = {
      ...dataset,
      read: (id: string) => Promise.resolve(flipSample({ id, fields })),
    };
    const derived: Sample = await withDerived(mirror, ['normals', 'edges']).read(
      'a',
      'train',
      size,
    );
    expect(fieldOf(derived, 'edges', edgesKind).data).toEqual(
      fieldOf(mirrored, 'edges', edgesKind).data,
    );
    const [a, b] = [derived, mirrored].map((one) => fieldOf(one, 'normals', normalsKind));
    expect(a.valid).toEqual(b.valid);
    a.data.forEach((x, k) => expect(x).toBeCloseTo(b.data[k], 4));
  });
});
