import type { Random } from '@scene-mtl/data';
import type { NumbersMeasurement } from '../../../numbers/measurement.ts';
import { basin, coded, sign } from './codes.ts';
import { armOf, madeOf, type Mechanism } from './mechanism.ts';

/** Its place among the mechanisms of the program. */
export const TIDE = 5;
const EXAMPLES = 200;
/** How often the code A is right where the other task is labelled, %. */
const DOSES = [100, 75, 50];

/**
 * Three codes A, B and C of one sign. Where the main task is labelled A and C tell it; where the other task is, B
 * does, and A as often as the dose says. The third code is noise.
 */
function draw(random: Random, { right }: Readonly<Record<string, number>>) {
  const [value, noise] = [sign(random), sign(random)];
  const isMain = random.next() < 0.5;
  const a = isMain || random.next() < right / 100 ? value : -value;
  const [b, c] = isMain ? [noise, value] : [value, noise];
  const x = [a, b, c].flatMap((code) => coded(random, code));
  return { x, main: isMain ? value : NaN, 'other-1': isMain ? NaN : value };
}

/** 100 where the main task goes by C, 0 where it goes by A. */
export const leaves: NumbersMeasurement<Record<string, number>> = {
  ...{ name: 'why-tide', version: 1, module: import.meta.url },
  measure: async ({ network }) => basin(await network('last'), { of: 'C', against: 'A' }),
};

const armsAt = (right: number) => {
  const arm = (slug: string, title: string, others: readonly string[] = [], labels = {}) =>
    armOf(
      TIDE,
      { slug: `tide-${slug}-${right}`, title: `${title}, A right in ${right} % for it` },
      {
        ...{ data: { right }, labels, hidden: [3], train: EXAMPLES },
        ...{ steps: 1000, batchSize: 32, learningRate: 0.02 },
      },
      others,
    );
  return {
    x: 100 - right,
    alone: arm('alone', 'main task alone'),
    multi: arm('multi', 'with a task of A and B', ['other-1']),
    shuffled: arm('shuffled', 'with it shuffled', ['shuffled-1'], madeOf(1, 'shuffled')),
  };
};
const doses = DOSES.map(armsAt);
const [never, , always] = doses;
const curve = (name: string, of: 'alone' | 'multi' | 'shuffled') => ({
  name,
  points: doses.map((dose) => ({ x: dose.x, arm: dose[of] })),
});

/** The tide: what other tasks will not use, a task leaves too. */
export const tide: Mechanism = {
  name: 'tide',
  title: 'Representation bias: the tide',
  source: 'Caruana 1997, section 3.2.4',
  lead: `As in representation bias, but asked of the task that does not choose: the main task can be learned from A or from C, the other from A or from B, and A is wrong for the other task alone, so that it prefers B. Counted over seeds: which of its codes the main task goes by, though nothing of its own has changed. Dose: how often A is wrong for the other task; in ${100 - always.x} % it tells the other task nothing. The control shuffles the other task.`,
  draw,
  measurement: leaves,
  quantities: [
    {
      ...{ task: 'main', metric: 'main/basin', name: 'networks that took C', unit: '%' },
      ...{ better: 'higher', digits: 0, primary: true },
    },
    {
      ...{ task: 'main', metric: 'main/preference', name: 'C less A in the output', unit: '' },
      ...{ better: 'higher', digits: 2, primary: false },
    },
  ],
  counted: 'networks that took C (%)',
  x: { label: 'A wrong for the other task (% of examples)' },
  curves: [
    curve('main task alone', 'alone'),
    curve('with a task of A and B', 'multi'),
    curve('with it shuffled', 'shuffled'),
  ],
  claims: [
    {
      claim: 'A task that goes by B alone drives the main task from A to C',
      ...{ ours: always.multi, theirs: always.alone },
    },
    {
      claim: 'It does so more than one that goes by A as well',
      ...{ ours: always.multi, theirs: never.multi },
    },
  ],
  controls: [
    {
      claim: 'The shuffled task does not',
      ...{ control: always.shuffled, effect: always.multi, baseline: always.alone },
    },
  ],
  runsPerTrial: 6,
};
