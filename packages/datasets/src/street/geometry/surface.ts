/** Linear light, each channel 0–1. */
export type Colour = readonly [number, number, number];

/** Where a ray meets a surface. One object is used again for every sample of a frame. */
export interface Hit {
  /** Surface coordinates, in metres unless the material says otherwise. */
  u: number;
  v: number;
  /** World position in metres: x forward, y left, z up, the camera above the origin. */
  x: number;
  y: number;
  z: number;
  /** Unit normal towards the camera. */
  nx: number;
  ny: number;
  nz: number;
  /** Distance along the optical axis in metres. */
  distance: number;
  /** Size of one colour sample at that distance, in metres; finer texture would only alias. */
  footprint: number;
  surface: Surface;
}

/** What a material says about a hit. One object is used again for every sample of a frame. */
export interface Reflectance {
  /** Share of light sent back, linear. */
  r: number;
  g: number;
  b: number;
  /** Share of the mirrored sky added on top, 0–1. */
  gloss: number;
  /** Share of the colour that shines by itself, 0–1. */
  glow: number;
}

/** Writes the reflectance at a hit. */
export type Material = (hit: Hit, out: Reflectance) => void;

/** A kind of surface of one thing. */
export interface Surface {
  readonly material: Material;
  /** Cityscapes label id. */
  readonly label: number;
  /** Index into the scene's things, −1 for what is not counted. */
  readonly thing: number;
  readonly colour: Colour;
  readonly second: Colour;
  readonly seed: number;
  /**
   * Numbers that the material understands. Materials read them by index: taking an array apart runs
   * its iterator, which was two fifths to two thirds of a material's own time.
   */
  readonly detail: readonly number[];
  /** Centre of a round thing: normals point away from it in place of the facets'. */
  readonly centre?: readonly [number, number, number];
}

/** Linear colour of an sRGB colour given in 0–255 (gamma 2.2). */
export function srgb(r: number, g: number, b: number): Colour {
  return [(r / 255) ** 2.2, (g / 255) ** 2.2, (b / 255) ** 2.2];
}

/** The colour times a factor per channel or for all. */
export function tinted([r, g, b]: Colour, factor: number): Colour {
  return [r * factor, g * factor, b * factor];
}
