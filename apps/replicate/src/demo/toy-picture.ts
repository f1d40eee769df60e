import { stream } from '@scene-mtl/data';

/** Size of the toy picture, px. */
export const SIZE = { height: 24, width: 48 } as const;
/** Classes of the toy picture. */
export const CLASSES = 4;
/** Inputs of a pixel: sines and cosines of its place. */
export const INPUTS = 48;

/** A picture of which two things are to be told for every pixel, by its place alone. */
export interface ToyPicture {
  /** `[H · W, INPUTS]`. */
  readonly inputs: Float32Array;
  /** `[H · W]`: class of each pixel, 0 to 3. */
  readonly classes: Uint8Array;
  /** `[H · W]`: distance in cm, 100 to 900. */
  readonly distance: Float32Array;
  /** `[H · W]`: as they are learned from: one class in ten is another. */
  readonly givenClasses: Uint8Array;
  /** `[H · W]`: as it is learned from, with an error of 20 cm (standard deviation). */
  readonly givenDistance: Float32Array;
}

/** Draws a picture: regions around points for the classes, waves for the distance, which know nothing of each other. */
export function toyPicture(seed: number): ToyPicture {
  const { height, width } = SIZE;
  const pixels = height * width;
  const random = stream(seed, 'demo');
  const uniform = () => random.next();
  const points = Array.from({ length: 9 }, (_, i) => ({
    ...{ row: height * uniform(), column: width * uniform(), kind: i % CLASSES },
  }));
  const waves = [1, 1, 2].map((most) => ({
    ...{ down: 2 * Math.PI * most * uniform(), across: 2 * Math.PI * most * uniform() },
    phase: 2 * Math.PI * uniform(),
  }));
  const turns = Array.from({ length: INPUTS / 2 }, () => ({
    ...{ down: 12 * (uniform() - 0.5), across: 24 * (uniform() - 0.5) },
  }));
  const inputs = new Float32Array(pixels * INPUTS);
  const [classes, givenClasses] = [new Uint8Array(pixels), new Uint8Array(pixels)];
  const [distance, givenDistance] = [new Float32Array(pixels), new Float32Array(pixels)];
  for (let i = 0; i < pixels; i++) {
    const [row, column] = [Math.floor(i / width), i % width];
    const [y, x] = [row / height, column / width];
    const away = (point: (typeof points)[number]) =>
      Math.hypot(point.row - row, point.column - column);
    classes[i] = points.reduce((best, point) => (away(point) < away(best) ? point : best)).kind;
    givenClasses[i] = uniform() < 0.1 ? random.integer(CLASSES) : classes[i];
    const level = waves.reduce(
      (sum, wave) => sum + Math.sin(wave.down * y + wave.across * x + wave.phase),
      0,
    );
    distance[i] = 500 + (400 * level) / waves.length;
    givenDistance[i] = distance[i] + 20 * random.normal();
    turns.forEach(({ down, across }, k) => {
      inputs[i * INPUTS + 2 * k] = Math.sin(down * y + across * x);
      inputs[i * INPUTS + 2 * k + 1] = Math.cos(down * y + across * x);
    });
  }
  return { inputs, classes, distance, givenClasses, givenDistance };
}
