import { describe, expect, test } from '@jest/globals';
import { randomStream } from '@scene-mtl/data';
import { MeshBuilder } from '../src/street/geometry/mesh.ts';
import type { Surface } from '../src/street/geometry/surface.ts';
import { rigAt, viewOf } from '../src/street/render/camera.ts';
import { develop, drawLens, type Lens } from '../src/street/render/lens.ts';
import { contactMap } from '../src/street/render/contact.ts';
import { shadowMap } from '../src/street/render/shadow.ts';
import { rasterise } from '../src/street/render/rasterise.ts';
import { shade } from '../src/street/render/shade.ts';
import { drawWeather } from '../src/street/render/weather.ts';

const size = { height: 32, width: 64 };

describe('haze', () => {
  const plain = (reflectance: number): Surface => ({
    material: (_, out) => (out.r = out.g = out.b = reflectance),
    label: 11,
    thing: -1,
    colour: [0, 0, 0],
    second: [0, 0, 0],
    seed: 1,
    detail: [],
  });

  /** Light of a white and a black wall that face the camera at z metres, left and right. */
  function walls(z: number) {
    const camera = { ...rigAt(size), pitch: 0, yaw: 0, roll: 0, z: 1.2, u0: 31.5, v0: 16 };
    const view = viewOf(camera, size);
    const mesh = new MeshBuilder();
    for (const [surface, from, to] of [
      [plain(1), 0, 400],
      [plain(0), -400, 0],
    ] as const) {
      mesh.quad(surface, [
        [z, from, -400],
        [z, to, -400],
        [z, to, 400],
        [z, from, 400],
      ]);
    }
    const weather = {
      ...drawWeather(randomStream('haze', 1), 300),
      haze: 100,
      sunLight: [0, 0, 0] as const,
    };
    const light = shade(rasterise(mesh.mesh(), view, 1), mesh.mesh(), view, {
      weather,
      shadows: shadowMap(mesh.mesh(), weather, 1),
      contact: contactMap([]),
    });
    return { white: light[(10 * 64 + 10) * 3], black: light[(10 * 64 + 50) * 3] };
  }

  test('leaves e^(−Z / Z0) of the contrast', () => {
    const contrast = (z: number) => walls(z).white - walls(z).black;
    // Z0 = 100 m: from 20 m to 120 m a factor of e.
    expect(contrast(20) / contrast(120)).toBeCloseTo(Math.E, 3);
    expect(contrast(50) / contrast(120)).toBeCloseTo(Math.exp(0.7), 3);
  });

  test('brings what is far to the colour of the horizon', () => {
    // e^(−10) = 4.5e-5 of the contrast is left.
    const { white, black } = walls(1000);
    expect(white / black).toBeCloseTo(1, 3);
    expect(black).toBeGreaterThan(walls(20).black);
  });
});

describe('lens and sensor', () => {
  const perfect: Lens = {
    exposure: 1,
    vignette: 0,
    blur: 0.01,
    shot: 0,
    read: 0,
    balance: [1, 1, 1],
  };
  const flat = (value: number) => new Float32Array(32 * 64 * 3).fill(value);
  const shot = (light: Float32Array, lens: Partial<Lens>) =>
    develop(light, size, { ...perfect, ...lens }, randomStream('lens', 1));
  /** Light of a value of the photograph, below the shoulder. */
  const linear = (value: number) => (value / 255) ** 2.2;

  test('exposure multiplies the light, balance each channel of it', () => {
    // 255 · 0.2^(1 / 2.2) = 122.7, 255 · 0.4^(1 / 2.2) = 168.1.
    expect(shot(flat(0.2), {})[0]).toBe(123);
    expect(shot(flat(0.2), { exposure: 2 })[0]).toBe(168);
    expect(Array.from(shot(flat(0.2), { balance: [2, 1, 2] }).subarray(0, 3))).toEqual([
      168, 123, 168,
    ]);
    // Above the shoulder light saturates.
    expect(shot(flat(20), {})[0]).toBe(255);
  });

  test('the vignette takes its share of the light in the corners, none in the middle', () => {
    const image = shot(flat(0.4), { vignette: 0.25 });
    expect(linear(image[(16 * 64 + 32) * 3])).toBeCloseTo(0.4, 2);
    // The corner pixel's centre lies at x = 1 − 1 / 64, y = 1 − 1 / 32: 0.4 (1 − 0.125 · 1.907) = 0.305.
    expect(linear(image[0])).toBeCloseTo(0.305, 2);
  });

  test('the point spread is Gaussian over three pixels and keeps the light', () => {
    const point = flat(0);
    point.fill(0.5, (16 * 64 + 32) * 3, (16 * 64 + 32) * 3 + 3);
    const image = shot(point, { blur: 0.5 });
    const at = (r: number, c: number) => linear(image[((16 + r) * 64 + 32 + c) * 3]);
    // e^(−1 / (2 · 0.5²)) = 0.135 beside the middle, its square at the diagonal.
    expect(at(0, 1) / at(0, 0)).toBeCloseTo(0.135, 2);
    expect(at(1, 1) / at(0, 0)).toBeCloseTo(0.0183, 2);
    const steps = [-1, 0, 1];
    const sum = steps.flatMap((r) => steps.map((c) => at(r, c))).reduce((a, b) => a + b, 0);
    expect(Math.abs(sum - 0.5)).toBeLessThan(0.01);
  });

  test('noise has the variance shot · light + read²', () => {
    for (const [light, noise] of [
      [0.1, { shot: 0.001, read: 0 }],
      [0.4, { shot: 0.001, read: 0 }],
      [0.2, { shot: 0, read: 0.02 }],
    ] as const) {
      const values = Array.from(shot(flat(light), noise), linear);
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
      const expected = Math.sqrt(noise.shot * light + noise.read ** 2);
      // Standard error of a deviation of 6,144 draws: 0.9 %; four of them, and 1 % for rounding.
      expect(Math.abs(Math.sqrt(variance) / expected - 1)).toBeLessThan(0.046);
    }
  });

  test('frames differ in exposure, blur, noise and balance', () => {
    const lenses = Array.from({ length: 8 }, (_, k) => drawLens(randomStream('lens', k)));
    for (const key of ['exposure', 'vignette', 'blur', 'shot', 'read'] as const) {
      expect(new Set(lenses.map((lens) => lens[key])).size).toBe(8);
    }
  });

  test('some frames have sun and sharp shadows, some a closed sky', () => {
    const suns = Array.from(
      { length: 40 },
      (_, k) => drawWeather(randomStream('weather', k), 300).sunLight[0],
    );
    expect(suns.some((sun) => sun > 1)).toBe(true);
    expect(suns.some((sun) => sun < 0.2)).toBe(true);
  });
});
