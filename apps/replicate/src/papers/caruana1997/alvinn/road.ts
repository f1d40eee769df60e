import type { Random } from '@scene-mtl/data';
import { numbersProgram } from '../../../numbers/program.ts';

/** What is learned, the main task first, as far as it is in table 1 of Caruana 1997. */
export const TASKS = ['steering', 'lanes', 'left', 'right', 'centre', 'road', 'border', 'line'];

/**
 * A dark road of one or two lanes on a lighter border, 32 grey values with noise; two lanes have a bright line
 * between them. Steering is to the middle of the road, or of its right lane. Places and greys are in 0 … 1.
 */
export function draw(random: Random) {
  const between = (low: number, high: number) => low + (high - low) * random.next();
  const [centre, width, lanes] = [between(0.3, 0.7), between(0.25, 0.6), random.integer(2)];
  const [left, right] = [centre - width / 2, centre + width / 2];
  const [road, border, bright] = [between(0.1, 0.5), between(0.5, 0.9), between(0.7, 1)];
  const ground = (x: number) => (x < left || x > right ? border : road);
  const grey = (x: number) => (lanes === 1 && Math.abs(x - centre) < 0.03 ? bright : ground(x));
  const row = Array.from({ length: 32 }, (_, i) => grey((i + 0.5) / 32) + 0.1 * random.normal());
  const [steering, line] = lanes === 1 ? [(centre + right) / 2, bright] : [centre, NaN];
  return { row, steering, lanes, left, right, centre, road, border, line };
}

/** The same for all arms. */
export const CONFIG = {
  inputs: ['row'],
  hidden: [16],
  ...{ train: 200, val: 200, test: 1000 },
  ...{ steps: 1500, evalEvery: 30, batchSize: 20, learningRate: 0.02 },
};

export default numbersProgram({
  ...{ name: 'roads', module: import.meta.url, draw, config: CONFIG },
  tasks: {
    ...{ steering: 'linear', lanes: 'linear', left: 'linear', right: 'linear', centre: 'linear' },
    ...{ road: 'linear', border: 'linear', line: 'linear' },
  },
});
