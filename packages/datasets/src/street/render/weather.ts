import type { Colour } from '../geometry/surface.ts';
import { srgb } from '../geometry/surface.ts';
import type { Draw } from '@scene-mtl/data';
import { fractal2, smoothstep } from './noise.ts';

/** Light and air of one frame. */
export interface Weather {
  /** Unit vector towards the sun. */
  readonly sun: readonly [number, number, number];
  /** Light of the sun on a surface that faces it; 0 under a closed sky. */
  readonly sunLight: Colour;
  /** Light of the open sky on a surface that faces up. */
  readonly skyLight: Colour;
  readonly zenith: Colour;
  readonly horizon: Colour;
  readonly cloud: Colour;
  /** Share of the sky under cloud, 0–1. */
  readonly cover: number;
  /** Distance at which haze leaves 1/e of the contrast, metres. */
  readonly haze: number;
  readonly seed: number;
}

/**
 * Weather of a frame: clear, fair or overcast. Under cloud the light is even and shadows vanish.
 * @param hazeScale haze distance of the city, metres
 */
export function drawWeather(random: Draw, hazeScale: number): Weather {
  const overcast = random() < 0.45;
  const cover = overcast ? 0.85 + 0.15 * random() : 0.15 + 0.5 * random();
  const elevation = (15 + 45 * random()) * (Math.PI / 180);
  const azimuth = 2 * Math.PI * random();
  const warm = smoothstep(40, 12, (elevation * 180) / Math.PI);
  const strength = overcast ? 0.06 + 0.1 * random() : 1.5 + 0.7 * random();
  const ambient = overcast ? 1.0 + 0.35 * random() : 0.55 + 0.2 * random();
  const grey = 0.8 + 0.2 * random();
  const horizon = overcast
    ? srgb(218 * grey, 222 * grey, 228 * grey)
    : srgb(205 + 20 * warm, 215, 228 - 25 * warm);
  const zenith = overcast ? srgb(190 * grey, 198 * grey, 208 * grey) : srgb(88, 132, 190);
  return {
    sun: [
      Math.cos(elevation) * Math.cos(azimuth),
      Math.cos(elevation) * Math.sin(azimuth),
      Math.sin(elevation),
    ],
    sunLight: [strength, strength * (0.94 - 0.14 * warm), strength * (0.84 - 0.32 * warm)],
    skyLight: overcast
      ? [ambient * 0.97, ambient, ambient * 1.03]
      : [ambient * 0.86, ambient * 0.97, ambient * 1.15],
    zenith,
    horizon,
    cloud: overcast ? srgb(205 * grey, 208 * grey, 212 * grey) : srgb(240, 240, 240),
    cover,
    haze: hazeScale * (0.6 + 0.9 * random()),
    seed: Math.floor(random() * 2 ** 31),
  };
}

/**
 * Light of the sky in a direction (unit vector), linear; written to `out`.
 * @param clouds false: their mean in place of their shapes, enough for a mirrored sky
 */
export function skyColour(
  weather: Weather,
  x: number,
  y: number,
  z: number,
  clouds: boolean,
  out: Float64Array,
): void {
  const { zenith, horizon, cloud, cover, sun } = weather;
  const up = Math.max(0, z);
  const height = Math.sqrt(Math.min(1, up * 1.6));
  let density = cover;
  let shade = 1;
  if (clouds) {
    // Clouds lie on a plane above, so they crowd towards the horizon.
    const scale = 1.1 / (up + 0.12);
    const pattern = fractal2(x * scale * 1.4, y * scale * 1.4, weather.seed);
    density = smoothstep(1 - cover - 0.16, 1 - cover + 0.22, pattern);
    shade = 0.86 + 0.28 * fractal2(x * scale * 3 + 9, y * scale * 3, weather.seed + 5);
  }
  const towards = Math.max(0, x * sun[0] + y * sun[1] + z * sun[2]);
  // towards^16 and towards^256
  const wide = (((towards ** 2) ** 2) ** 2) ** 2;
  const narrow = wide > 0.5 ? (((wide ** 2) ** 2) ** 2) ** 2 : 0;
  const glow = weather.sunLight[0] * (0.25 * wide + 0.9 * narrow);
  for (let k = 0; k < 3; k++) {
    const clear = horizon[k] + (zenith[k] - horizon[k]) * height;
    const base = clear + (cloud[k] * shade - clear) * density * (0.35 + 0.65 * height);
    out[k] = base + glow * (0.5 + 0.5 * (k === 0 ? 1 : k === 1 ? 0.9 : 0.75)) * 0.4;
  }
}
