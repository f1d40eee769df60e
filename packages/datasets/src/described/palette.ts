type Colour = readonly [number, number, number];

/** Share of the circle of hues between two classes: the golden ratio, so that neighbours differ. */
const STEP = 0.618034;

/**
 * Colours of classes: those that are given, and for the rest hues far from each other.
 * @example
 * ```ts
 * import { paletteOf } from '@scene-mtl/datasets';
 * paletteOf([[1, 2, 3], undefined])[0]; // → [1, 2, 3]
 * ```
 */
export const paletteOf = (given: readonly (Colour | undefined)[]): Colour[] =>
  given.map((colour, k) => colour ?? hue((k * STEP) % 1, k % 2 === 0 ? 0.85 : 0.6));

/** Colour of a hue 0 … 1 at saturation 0.65 and a value 0 … 1 (HSV). */
function hue(h: number, value: number): Colour {
  const channel = (n: number): number => {
    const k = (n + 6 * h) % 6;
    return Math.round(255 * value * (1 - 0.65 * Math.max(0, Math.min(k, 4 - k, 1))));
  };
  return [channel(5), channel(3), channel(1)];
}
