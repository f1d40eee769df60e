import { normalPairs, type Draw, type Size } from '@scene-mtl/data';

/** How light becomes an 8-bit photograph. */
export interface Lens {
  /** Factor on the light. */
  readonly exposure: number;
  /** Loss of light in the corners, 0–1. */
  readonly vignette: number;
  /** Point spread, standard deviation in px. */
  readonly blur: number;
  /** Shot noise: variance per unit of light. */
  readonly shot: number;
  /** Read noise: standard deviation, in units of light. */
  readonly read: number;
  /** White balance per channel. */
  readonly balance: readonly [number, number, number];
}

/** A camera's settings for one frame. */
export function drawLens(random: Draw): Lens {
  const warmth = 0.06 * (random() - 0.5);
  return {
    exposure: 0.95 * 2 ** (0.6 * (random() - 0.5)),
    vignette: 0.12 + 0.15 * random(),
    blur: 0.25 + 0.25 * random(),
    shot: 0.0002 + 0.0004 * random(),
    read: 0.002 + 0.003 * random(),
    balance: [1 + warmth, 1, 1 - warmth],
  };
}

/**
 * Light `[H, W, 3]` → photograph `u8 [H, W, 3]`: blur, vignette, exposure, noise, shoulder, gamma,
 * quantisation.
 */
export function develop(light: Float32Array, size: Size, lens: Lens, random: Draw): Uint8Array {
  const blurred = blur(light, size, lens.blur);
  const result = new Uint8Array(light.length);
  const { height, width } = size;
  const normals = normalPairs(random);
  const { shot, balance } = lens;
  const read = lens.read ** 2;
  for (let row = 0, i = 0; row < height; row++) {
    const y = (2 * row + 1) / height - 1;
    for (let column = 0; column < width; column++) {
      const x = (2 * column + 1) / width - 1;
      const fall = lens.exposure * (1 - lens.vignette * 0.5 * (x * x + y * y));
      for (let k = 0; k < 3; k++, i++) {
        const clean = blurred[i] * fall * balance[k];
        const noise = Math.sqrt(shot * Math.max(0, clean) + read);
        result[i] = tone(clean + noise * normals());
      }
    }
  }
  return result;
}

/** Entries of the table per unit of √light: steps far below one of 255. */
const TABLE_SCALE = 4096;
const TABLE = Uint8Array.from({ length: 3 * TABLE_SCALE }, (_, i) => {
  const light = (i / TABLE_SCALE) ** 2;
  const shoulder = light < 0.6 ? light : 0.6 + 0.4 * (1 - Math.exp(-(light - 0.6) / 0.4));
  return Math.round(255 * shoulder ** (1 / 2.2));
});

/** Light to 0–255: linear up to a soft shoulder near white, then gamma 2.2. */
function tone(light: number): number {
  const i = Math.floor(Math.sqrt(Math.max(0, light)) * TABLE_SCALE + 0.5);
  return TABLE[Math.min(i, TABLE.length - 1)];
}

/** Gaussian blur over three pixels per direction, exact for small deviations. */
function blur(light: Float32Array, { height, width }: Size, sigma: number): Float32Array {
  const side = Math.exp(-1 / (2 * sigma * sigma));
  const [a, b] = [1 / (1 + 2 * side), side / (1 + 2 * side)];
  const across = new Float32Array(light.length);
  const stride = width * 3;
  for (let start = 0; start < light.length; start += stride) {
    for (let i = 0; i < stride; i++) {
      const left = i < 3 ? i : i - 3;
      const right = i + 3 < stride ? i + 3 : i;
      across[start + i] = a * light[start + i] + b * (light[start + left] + light[start + right]);
    }
  }
  const result = new Float32Array(light.length);
  for (let row = 0; row < height; row++) {
    const above = (row > 0 ? row - 1 : row) * stride;
    const below = (row + 1 < height ? row + 1 : row) * stride;
    for (let i = 0; i < stride; i++) {
      result[row * stride + i] =
        a * across[row * stride + i] + b * (across[above + i] + across[below + i]);
    }
  }
  return result;
}
