import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { randomStream } from '@scene-mtl/data';
import { MeshBuilder, type Point } from '../src/street/geometry/mesh.ts';
import { srgb, type Surface } from '../src/street/geometry/surface.ts';
import { matte } from '../src/street/materials/things.ts';
import { RIG, rigAt, viewOf } from '../src/street/render/camera.ts';
import { contactAt, contactMap } from '../src/street/render/contact.ts';
import { PLANE_STRIDE, rasterise } from '../src/street/render/rasterise.ts';
import { shadowMap, sunlightAt } from '../src/street/render/shadow.ts';
import { textured } from '../src/street/render/texture.ts';
import { drawWeather } from '../src/street/render/weather.ts';
import { renderFrame } from '../src/street/render/frame.ts';
import { streetScene } from '../src/street/scene/street.ts';

const surface = (label: number): Surface => ({
  material: matte,
  label,
  thing: -1,
  colour: srgb(128, 128, 128),
  second: srgb(0, 0, 0),
  seed: 1,
  detail: [],
});

/** A camera 1.2 m above the ground that looks straight ahead; u0, v0 in the middle of a pixel. */
const size = { height: 32, width: 64 };
const level = { ...rigAt(size), pitch: 0, yaw: 0, roll: 0, z: 1.2, u0: 32, v0: 16 };
const view = viewOf(level, size);

describe('z-buffer', () => {
  test('gives the depth of a flat ground: Z = h fy / (v − v0)', () => {
    const mesh = new MeshBuilder();
    mesh.quad(surface(7), [
      [-10, -400, 0],
      [900, -400, 0],
      [900, 400, 0],
      [-10, 400, 0],
    ]);
    const { inverseDepth, width } = rasterise(mesh.mesh(), view, 3);
    for (let v = 18; v < 32; v++) {
      // The middle sample of a pixel lies on its centre.
      const w = inverseDepth[(3 * v + 1) * width + 3 * 20 + 1];
      expect(1 / w).toBeCloseTo((1.2 * level.fy) / (v - 16), 3);
    }
    expect(inverseDepth[3 * 10 * width + 60]).toBe(0);
  });

  test('finds the nearest triangle and its surface coordinates as a slow ray caster does', () => {
    const coordinate = fc.double({ min: -6, max: 6, noNaN: true });
    const depth = fc.double({ min: 1, max: 20, noNaN: true });
    const point = fc.tuple(depth, coordinate, coordinate);
    const triangles = fc.array(fc.tuple(point, point, point), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(triangles, (list) => {
        const mesh = new MeshBuilder();
        for (const [k, [a, b, c]] of list.entries()) {
          mesh.triangle(surface(k), a, b, c, [0, 0], [1, 0], [0, 1]);
        }
        const { inverseDepth, drawn, triangleOf, planes, width } = rasterise(mesh.mesh(), view, 1);
        for (let row = 0; row < 32; row += 5) {
          for (let column = 0; column < 64; column += 5) {
            const ray: Point = [1, (32 - column) / level.fx, (16 - row) / level.fy];
            const hits = list.map((t) => cast(ray, t)).filter((hit) => hit.depth > 0.25);
            const [best] = hits.sort((p, q) => p.depth - q.depth);
            const i = row * width + column;
            // On an edge, or where two cross, rounding may decide either way.
            if (hits.some((hit) => hit.margin < 1e-3)) continue;
            if (hits.length > 1 && hits[1].depth - best.depth < 1e-3) continue;
            const inside = hits.filter((hit) => hit.margin > 0);
            if (inside.length === 0) {
              if (list.every((t) => cast(ray, t).margin < -1e-3)) expect(drawn[i]).toBe(-1);
              continue;
            }
            expect(1 / inverseDepth[i]).toBeCloseTo(inside[0].depth, 2);
            expect(list[triangleOf[drawn[i]]]).toBe(inside[0].triangle);
            const at = drawn[i] * PLANE_STRIDE;
            const u = planes[at + 3] * column + planes[at + 4] * row + planes[at + 5];
            expect(u / inverseDepth[i]).toBeCloseTo(inside[0].u, 2);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  /** Depth, first barycentric coordinate and distance to the nearest edge (Möller & Trumbore 1997). */
  function cast(ray: Point, triangle: readonly [Point, Point, Point]) {
    const [a, b, c] = triangle.map(([x, y, z]): Point => [x, y, z - 1.2]);
    const minus = (p: Point, q: Point): Point => [p[0] - q[0], p[1] - q[1], p[2] - q[2]];
    const cross = (p: Point, q: Point): Point => [
      p[1] * q[2] - p[2] * q[1],
      p[2] * q[0] - p[0] * q[2],
      p[0] * q[1] - p[1] * q[0],
    ];
    const dot = (p: Point, q: Point) => p[0] * q[0] + p[1] * q[1] + p[2] * q[2];
    const [e1, e2] = [minus(b, a), minus(c, a)];
    const normal = cross(ray, e2);
    const area = dot(e1, normal);
    const start = minus([0, 0, 0], a);
    const u = dot(start, normal) / area;
    const across = cross(start, e1);
    const v = dot(ray, across) / area;
    // Seen edge-on, or with a corner nearly behind the camera, numbers blow up: left out.
    const thin = Math.abs(area) < 1e-2;
    return {
      depth: dot(e2, across) / area,
      u,
      margin: thin ? 0 : Math.min(u, v, 1 - u - v),
      triangle,
    };
  }
});

describe('shadow', () => {
  const sunny = {
    ...drawWeather(randomStream('weather', 1), 300),
    sun: [0, -Math.SQRT1_2, Math.SQRT1_2] as const,
    sunLight: [2, 2, 2] as const,
  };
  test('of a wall 2 m high falls 2 m to the side when the sun stands at 45°', () => {
    const mesh = new MeshBuilder();
    mesh.quad(surface(12), [
      [5, 1, 0],
      [15, 1, 0],
      [15, 1, 2],
      [5, 1, 2],
    ]);
    mesh.quad(surface(12), [
      [5, 1, 2],
      [15, 1, 2],
      [15, 1.4, 2],
      [5, 1.4, 2],
    ]);
    const map = shadowMap(mesh.mesh(), sunny, 0.1);
    const lit = (x: number, y: number, z: number) => sunlightAt(map, x, y, z);
    // The sun is to the right (−y), so the shadow reaches from y = 1 to y = 1.4 + 2.
    expect(lit(10, 0.5, 0)).toBe(1);
    expect(lit(10, 2, 0)).toBe(0);
    expect(lit(10, 3.1, 0)).toBe(0);
    expect(lit(10, 3.8, 0)).toBe(1);
    expect(lit(20, 2, 0)).toBe(1);
  });

  test('under a closed sky there is none', () => {
    const mesh = new MeshBuilder();
    mesh.quad(surface(12), [
      [5, 1, 2],
      [9, 1, 2],
      [9, 3, 2],
      [5, 3, 2],
    ]);
    const map = (light: number) =>
      shadowMap(mesh.mesh(), { ...sunny, sunLight: [light, light, light] }, 0.1);
    expect(sunlightAt(map(0.1), 6, 4, 0)).toBe(1);
    expect(sunlightAt(map(2), 6, 4, 0)).toBe(0);
  });

  test('of contact is darkest beneath a thing and gone 0.7 m from it', () => {
    const thing = { x: 10, y: 0, heading: 0, length: 4, width: 2, strength: 0.8 };
    const map = contactMap([thing]);
    const light = (x: number, y: number) => contactAt(map, x, y);
    expect(light(10, 0)).toBeCloseTo(0.2, 5);
    expect(light(10, 1.35)).toBeGreaterThan(0.5);
    expect(light(10, 2.1)).toBe(1);
  });
});

describe('a street frame', () => {
  const name = { seed: 3, city: 'altwasser', index: 2 };
  const frame = renderFrame(streetScene(name), { height: 64, width: 128 });

  test('is the same for the same name and another for another', () => {
    expect(renderFrame(streetScene(name), { height: 64, width: 128 })).toEqual(frame);
    const other = renderFrame(streetScene({ ...name, index: 3 }), { height: 64, width: 128 });
    expect(other.labelIds).not.toEqual(frame.labelIds);
  });

  test('with photometric gaps differs in what stereo finds, and only there', () => {
    const photometric = renderFrame(
      streetScene(name),
      { height: 64, width: 128 },
      { gaps: 'photometric' },
    );
    const { disparityValid, ...rest } = photometric;
    expect(frame).toMatchObject(rest);
    const texture = textured(frame.image, frame);
    const expected = frame.disparityValid.map((found, i) => found * texture[i]);
    expect(disparityValid).toEqual(expected);
    const known = (valid: Uint8Array) => valid.reduce((sum, v) => sum + v, 0);
    expect(known(disparityValid)).toBeLessThan(known(frame.disparityValid));
    expect(known(disparityValid)).toBeGreaterThan(0.5 * known(frame.disparityValid));
  });

  test('numbers each object within its class, and only in pixels of that class', () => {
    const classes = frame.instanceIds.map((v) => (v < 1000 ? v : Math.floor(v / 1000)));
    expect(Array.from(classes)).toEqual(Array.from(frame.labelIds));
    expect(new Set(frame.instanceIds.filter((v) => v >= 1000)).size).toBeGreaterThan(3);
  });

  test('has sky at disparity 0 and road at the disparity of a flat ground', () => {
    const { camera } = frame;
    let roads = 0;
    let worst = 0;
    frame.labelIds.forEach((label, i) => {
      if (label === 23) worst = Math.max(worst, frame.disparity[i]);
      if (label !== 7) return;
      const row = Math.floor(i / 128);
      const column = i % 128;
      const { axes } = viewOf(camera, frame);
      // Ray through the pixel's centre, and where it meets z = 0.
      const left = (camera.u0 - column) / camera.fx;
      const up = (camera.v0 - row) / camera.fy;
      const dz = axes[2] + axes[5] * left + axes[8] * up;
      const flat = (-dz * camera.baseline * camera.fx) / camera.z;
      worst = Math.max(worst, Math.abs(frame.disparity[i] / flat - 1));
      roads++;
    });
    // Rails and side streets lie up to 12 mm above the road: 1 % of the camera's height.
    expect(worst).toBeLessThan(0.015);
    expect(roads).toBeGreaterThan(500);
  });

  test('shows the same street at another size', () => {
    const large = renderFrame(streetScene(name), { height: 128, width: 256 });
    const share = (labels: Uint8Array, id: number) =>
      labels.filter((label) => label === id).length / labels.length;
    for (const id of [7, 8, 11, 21, 23, 1]) {
      expect(Math.abs(share(large.labelIds, id) - share(frame.labelIds, id))).toBeLessThan(0.02);
    }
  });

  test('stands on the rig of Cityscapes: baseline and focal length in proportion', () => {
    expect(frame.camera.fx).toBeCloseTo((RIG.fx * 128) / 2048, 9);
    expect(frame.camera.baseline).toBe(0.209313);
  });
});
