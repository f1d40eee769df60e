import type { Random } from '@scene-mtl/data';
import { numbersArm, type NumbersArm } from '../../numbers/arm.ts';
import type { GivenNumbers } from '../../numbers/kind.ts';
import { numbersProgram } from '../../numbers/program.ts';
import { betweenOf, pictureOf } from '../../numbers/road.ts';
import { hurried, type Trials } from '../../numbers/trials.ts';

/** The tasks of table 1 of Caruana 1997, the main one first; of the line only where a road has one. */
export const TASKS = [
  ...['steering', 'lanes', 'left', 'right', 'lineCentre', 'centre'],
  ...['road', 'border', 'line'],
] as const;
export type RoadTask = (typeof TASKS)[number];

/** A road (`pictureOf`) that is wider, as a rule, where it has two lanes. */
export function draw(random: Random) {
  const between = betweenOf(random);
  const [centre, lanes] = [between(0.3, 0.7), random.integer(2)];
  const width = lanes === 1 ? between(0.4, 0.65) : between(0.2, 0.45);
  return pictureOf({ centre, width, lanes }, random);
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
