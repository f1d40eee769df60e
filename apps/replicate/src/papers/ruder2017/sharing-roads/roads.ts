import { architectureNamed, architectures } from '@scene-mtl/core';
import { numbersArm, type NumbersArm } from '../../../numbers/arm.ts';
import type { GivenNumbers } from '../../../numbers/kind.ts';
import { hiddenName } from '../../../numbers/network.ts';
import { numbersProgram } from '../../../numbers/program.ts';
import { drawRoad } from '../../../numbers/road.ts';
import { hurried, type Trials } from '../../../numbers/trials.ts';

/** The tasks of table 1 of Caruana 1997, the main one first. */
const TASKS = [
  ...['steering', 'lanes', 'left', 'right', 'lineCentre', 'centre'],
  ...['road', 'border', 'line'],
];

/**
 * Two hidden layers, so that there is something to share by depth: note 2 of Caruana 1997 has them too. At the rate of
 * `caruana1997 alvinn`, 0.05, a joint many-task network diverges; at this one none does.
 */
const CONFIG = {
  inputs: ['row'],
  hidden: [16, 16],
  ...{ train: 200, val: 200, test: 1000 },
  ...{ steps: 2000, evalEvery: 50, batchSize: 20, learningRate: 0.02 },
} satisfies GivenNumbers;

const roads = numbersProgram({
  ...{ name: 'shared-roads', module: import.meta.url, draw: drawRoad, config: CONFIG },
  tasks: Object.fromEntries(TASKS.map((task) => [task, 'linear' as const])),
});

export default roads;

/** What all others are set against. */
export const HARD = 'hard-sharing';

/** What is compared; only to see that it runs, less of everything. */
export const tasksOf = ({ smoke }: Trials): readonly string[] =>
  smoke ? TASKS.slice(0, 3) : TASKS;
export const namesOf = ({ smoke }: Trials): readonly string[] =>
  smoke ? [HARD, 'cgc', 'ltb'] : architectures.map(({ name }) => name);
export const stepsOf = (options: Trials): number => hurried(CONFIG, options).steps;

/** All tasks by an architecture with its usual options, the sum of their losses. */
export function armFor(name: string, options: Trials, steps = stepsOf(options)): NumbersArm {
  const stages = CONFIG.hidden.map((_, i) => hiddenName(i));
  const [usual] = Object.values(architectureNamed(name).settings(tasksOf(options), stages));
  const architecture = { name, options: usual as Record<string, never> };
  const config = { ...hurried(CONFIG, options), architecture, steps };
  return numbersArm(roads, { slug: name, title: name }, tasksOf(options), config);
}

/** A network of one task. */
export const aloneArm = (task: string, options: Trials): NumbersArm =>
  numbersArm(roads, { slug: `${task}-alone`, title: `${task} alone` }, [task], {
    ...hurried(CONFIG, options),
  });
