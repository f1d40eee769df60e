import type { Random } from '@scene-mtl/data';

/** Pixels of the picture, which is one row. */
export const ROAD_WIDTH = 32;
/** Deviation of the noise of a pixel. */
const NOISE = 0.1;

/** A road as it lies in the picture: places in 0 … 1, in widths of the picture. */
interface Course {
  /** Middle of the road. */
  readonly centre: number;
  readonly width: number;
  /** 0: one lane; 1: two. */
  readonly lanes: number;
}

/**
 * One row of a picture of a road: dark, of one or two lanes, on a lighter border, 32 grey values with noise; two lanes
 * have a thin bright line between them, painted near the middle. Steering is to the middle of the road, or of its
 * right lane. Places and greys are in 0 … 1.
 */
export function pictureOf({ centre, width, lanes }: Course, random: Random) {
  const between = betweenOf(random);
  const [left, right] = [centre - width / 2, centre + width / 2];
  const [road, border, bright] = [between(0.1, 0.5), between(0.5, 0.9), between(0.7, 1)];
  const painted = centre + between(-0.1, 0.1) * width;
  const grey = (x: number) => {
    if (lanes === 1 && Math.abs(x - painted) < 0.03) return bright;
    return x < left || x > right ? border : road;
  };
  const row = Array.from(
    { length: ROAD_WIDTH },
    (_, i) => grey((i + 0.5) / ROAD_WIDTH) + NOISE * random.normal(),
  );
  const [steering, lineCentre, line] =
    lanes === 1 ? [(painted + right) / 2, painted, bright] : [centre, NaN, NaN];
  return { row, steering, lanes, left, right, lineCentre, centre, road, border, line };
}

/** A road whose width says nothing of its lanes. */
export function drawRoad(random: Random) {
  const between = betweenOf(random);
  const [centre, width, lanes] = [between(0.3, 0.7), between(0.25, 0.6), random.integer(2)];
  return pictureOf({ centre, width, lanes }, random);
}

/** Numbers of a range, each as likely. */
export const betweenOf =
  (random: Random) =>
  (low: number, high: number): number =>
    low + (high - low) * random.next();
