import type { Random } from '@scene-mtl/data';
import { numbersArm, type NumbersArm } from '../../numbers/arm.ts';
import type { GivenNumbers } from '../../numbers/kind.ts';
import { numbersProgram } from '../../numbers/program.ts';
import { hurried, type Trials } from '../../numbers/trials.ts';

/** The tasks of table 1 of Caruana 1997, the main one first; of the line only where a road has one. */
export const TASKS = [
  ...['steering', 'lanes', 'left', 'right', 'lineCentre', 'centre'],
  ...['road', 'border', 'line'],
] as const;
export type RoadTask = (typeof TASKS)[number];

/** Pixels of the picture, which is one row. */
const WIDTH = 32;
/** Deviation of the noise of a pixel. */
const NOISE = 0.1;

/**
 * One row of a picture of a road: dark, of one or two lanes, on a lighter border, 32 grey values with noise; two lanes
 * are wider, as a rule, and have a thin bright line between them, painted near the middle. Steering is to the middle of
 * the road, or of its right lane. Places and greys are in 0 … 1, places in widths of the picture.
 */
export function draw(random: Random) {
  const between = (low: number, high: number) => low + (high - low) * random.next();
  const [centre, lanes] = [between(0.3, 0.7), random.integer(2)];
  const width = lanes === 1 ? between(0.4, 0.65) : between(0.2, 0.45);
  const [left, right] = [centre - width / 2, centre + width / 2];
  const [road, border, bright] = [between(0.1, 0.5), between(0.5, 0.9), between(0.7, 1)];
  const painted = centre + between(-0.1, 0.1) * width;
  const grey = (x: number) => {
    if (lanes === 1 && Math.abs(x - painted) < 0.03) return bright;
    return x < left || x > right ? border : road;
  };
  const row = Array.from(
    { length: WIDTH },
    (_, i) => grey((i + 0.5) / WIDTH) + NOISE * random.normal(),
  );
  const [steering, lineCentre, line] =
    lanes === 1 ? [(painted + right) / 2, painted, bright] : [centre, NaN, NaN];
  return { row, steering, lanes, left, right, lineCentre, centre, road, border, line };
}

/** The same for all networks, but for what an experiment is about. */
export const CONFIG = {
  inputs: ['row'],
  hidden: [16],
  ...{ train: 200, val: 200, test: 1000 },
  ...{ steps: 2000, evalEvery: 100, batchSize: 20, learningRate: 0.05 },
};

const roads = numbersProgram({
  ...{ name: 'roads', module: import.meta.url, draw, config: CONFIG },
  tasks: {
    ...{ steering: 'linear', lanes: 'linear', left: 'linear', right: 'linear' },
    ...{ lineCentre: 'linear', centre: 'linear', road: 'linear', border: 'linear', line: 'linear' },
  },
});

export default roads;

/**
 * An arm on roads.
 * @param change of the configuration
 * @param weights by task; 1 where there is none
 */
export const roadArm = (
  options: Pick<Trials, 'smoke'>,
  named: Pick<NumbersArm, 'slug' | 'title'>,
  tasks: readonly string[],
  change: Partial<GivenNumbers> = {},
  weights: Readonly<Record<string, number>> = {},
): NumbersArm =>
  numbersArm(roads, named, tasks, { ...hurried(CONFIG, options), ...change }, weights);
