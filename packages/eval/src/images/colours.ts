/** An RGB picture, `u8 [H, W, 3]`, row-major. */
export interface Rgb {
  readonly height: number;
  readonly width: number;
  readonly data: Uint8Array;
}

/** Colour of each class id, RGB 0 … 255. */
export type Palette = readonly (readonly [number, number, number])[];

/** Grey of void and of pixels without a value. */
export const VOID_GREY = 48;

/**
 * Class ids → colours of a palette; ids without a colour (255 void) get dark grey.
 * @param labels class per pixel `u8 [H, W]`
 * @example
 * ```ts
 * import { colourClasses, VOID_GREY } from '@scene-mtl/eval';
 * const palette = [[128, 64, 128], [244, 35, 232]] as const;
 * colourClasses(Uint8Array.of(1, 255), 1, 2, palette).data; // → [244, 35, 232, VOID_GREY, VOID_GREY, VOID_GREY]
 * ```
 */
export function colourClasses(
  labels: Uint8Array,
  height: number,
  width: number,
  palette: Palette,
): Rgb {
  checkSize('colourClasses', labels.length, height, width);
  return paint(height, width, (i) => palette[labels[i]]);
}

/**
 * Object ids → colours; 0 (no object) gets dark grey. Colours follow the order of first appearance by
 * golden-angle hue steps, so neighbours differ and the same map gives the same picture.
 * @param ids object per pixel `u16 [H, W]`
 */
export function colourInstances(ids: Uint16Array, height: number, width: number): Rgb {
  checkSize('colourInstances', ids.length, height, width);
  const seen = new Map<number, [number, number, number]>();
  return paint(height, width, (i) => {
    const id = ids[i];
    if (id === 0) return undefined;
    let colour = seen.get(id);
    if (!colour) {
      // 137.5°: the golden angle. Lightness alternates to tell close hues apart.
      const hue = (seen.size * 137.50776405003785) % 360;
      colour = oklch(seen.size % 2 === 0 ? 0.78 : 0.62, 0.15, hue);
      seen.set(id, colour);
    }
    return colour;
  });
}

/**
 * Disparity → a perceptual colour map: dark blue (far, 0) to light yellow (near, `maximum`), with
 * lightness rising evenly (OKLab). Unknown and non-finite pixels are dark grey.
 * @param disparity `f32 [H, W]` in px
 * @param valid `u8 [H, W]`, non-zero where known; absent means everywhere
 * @param maximum disparity of the lightest colour, px; give truth and prediction the same
 * @example
 * ```ts
 * import { colourDisparity, disparityMap, VOID_GREY } from '@scene-mtl/eval';
 * const { data } = colourDisparity(Float32Array.of(8, 0), Uint8Array.of(1, 0), 1, 2, 8);
 * data.subarray(0, 3); // → disparityMap[255]
 * data.subarray(3); // → [VOID_GREY, VOID_GREY, VOID_GREY]
 * ```
 */
export function colourDisparity(
  disparity: Float32Array,
  valid: Uint8Array | undefined,
  height: number,
  width: number,
  maximum: number,
): Rgb {
  checkSize('colourDisparity', disparity.length, height, width);
  if (valid) checkSize('colourDisparity (valid)', valid.length, height, width);
  if (!(maximum > 0)) {
    throw new RangeError(
      `colourDisparity: maximum must be a positive number of px, got ${maximum}`,
    );
  }
  return paint(height, width, (i) => {
    if (valid?.[i] === 0 || !Number.isFinite(disparity[i])) return undefined;
    return disparityMap[Math.round(255 * Math.min(1, Math.max(0, disparity[i] / maximum)))];
  });
}

/**
 * Centre vectors → a colour wheel: hue is the direction of (dx, dy), right = 0° and down = 90°,
 * strength of the colour its length up to `maximum`. Pixels outside the mask are dark grey.
 * @param vectors (dx, dy) per pixel `f32 [H, W, 2]` in px
 * @param mask `u8 [H, W]`, non-zero on pixels of objects; absent means everywhere
 * @param maximum length of the strongest colour, px; give truth and prediction the same
 */
export function colourVectors(
  vectors: Float32Array,
  mask: Uint8Array | undefined,
  height: number,
  width: number,
  maximum: number,
): Rgb {
  checkSize('colourVectors', vectors.length / 2, height, width);
  if (mask) checkSize('colourVectors (mask)', mask.length, height, width);
  if (!(maximum > 0)) {
    throw new RangeError(`colourVectors: maximum must be a positive number of px, got ${maximum}`);
  }
  return paint(height, width, (i) => {
    const dx = vectors[2 * i];
    const dy = vectors[2 * i + 1];
    if (mask?.[i] === 0 || !Number.isFinite(dx) || !Number.isFinite(dy)) return undefined;
    const strength = Math.min(1, Math.hypot(dx, dy) / maximum);
    return oklch(0.9 - 0.2 * strength, 0.15 * strength, (Math.atan2(dy, dx) * 180) / Math.PI);
  });
}

/**
 * Surface normals → the usual colours of normal maps: `127.5 · (1 + (n_x, −n_y, −n_z))`, so that a wall
 * that faces the camera is light blue, a road green, and what faces right red. Pixels outside the mask
 * are dark grey.
 * @param normals unit vectors in camera coordinates (x right, y down, z away), `f32 [H, W, 3]`; vectors
 *   of another length are drawn by their direction
 * @param mask `u8 [H, W]`, non-zero where known; absent means everywhere
 * @example
 * ```ts
 * import { colourNormals } from '@scene-mtl/eval';
 * // A wall that faces the camera.
 * colourNormals(Float32Array.of(0, 0, -1), undefined, 1, 1).data; // → [128, 128, 255]
 * ```
 */
export function colourNormals(
  normals: Float32Array,
  mask: Uint8Array | undefined,
  height: number,
  width: number,
): Rgb {
  checkSize('colourNormals', normals.length / 3, height, width);
  if (mask) checkSize('colourNormals (mask)', mask.length, height, width);
  return paint(height, width, (i) => {
    const [x, y, z] = normals.subarray(3 * i, 3 * i + 3);
    const length = Math.hypot(x, y, z);
    if (mask?.[i] === 0 || !(length > 0 && length < Infinity)) return undefined;
    return [x, -y, -z].map((n) => Math.round(127.5 * (1 + n / length)));
  });
}

/**
 * Probabilities 0 … 1 → black to white; what is beyond is clipped. Pixels outside the mask are dark grey.
 * @param mask `u8 [H, W]`, non-zero where known; absent means everywhere
 * @example
 * ```ts
 * import { colourProbability } from '@scene-mtl/eval';
 * colourProbability(Float32Array.of(0, 1), undefined, 1, 2).data; // → [0, 0, 0, 255, 255, 255]
 * ```
 */
export function colourProbability(
  probability: ArrayLike<number>,
  mask: Uint8Array | undefined,
  height: number,
  width: number,
): Rgb {
  checkSize('colourProbability', probability.length, height, width);
  if (mask) checkSize('colourProbability (mask)', mask.length, height, width);
  return paint(height, width, (i) => {
    if (mask?.[i] === 0) return undefined;
    const grey = Math.round(255 * Math.min(1, Math.max(0, probability[i])));
    return [grey, grey, grey];
  });
}

/** The 256 colours of `colourDisparity`, far to near. */
export const disparityMap: Palette = Array.from({ length: 256 }, (_, i) => {
  const t = i / 255;
  return oklch(0.22 + 0.73 * t, 0.06 + 0.3 * t * (1 - t), 285 - 185 * t);
});

/**
 * OKLCH → sRGB bytes (Ottosson 2020, "A perceptual color space for image processing"); channels out
 * of gamut are clipped.
 * @param lightness 0 … 1
 * @param chroma 0 … about 0.3
 * @param hue degrees
 * @example
 * ```ts
 * import { oklch } from '@scene-mtl/eval';
 * oklch(1, 0, 0); // → [255, 255, 255]
 * ```
 */
export function oklch(lightness: number, chroma: number, hue: number): [number, number, number] {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((linear) => {
    const x = Math.min(1, Math.max(0, linear));
    const encoded = x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055;
    return Math.round(255 * encoded);
  }) as [number, number, number];
}

function paint(
  height: number,
  width: number,
  colour: (pixel: number) => readonly number[] | undefined,
): Rgb {
  const data = new Uint8Array(height * width * 3).fill(VOID_GREY);
  for (let i = 0; i < height * width; i++) {
    const rgb = colour(i);
    if (rgb) data.set(rgb, 3 * i);
  }
  return { height, width, data };
}

function checkSize(where: string, pixels: number, height: number, width: number): void {
  if (pixels !== height * width) {
    throw new RangeError(`${where}: expected ${height} × ${width} pixels, got ${pixels}`);
  }
}
