import type { Random } from '@scene-mtl/data';
import type { NumbersMeasurement } from '../../../numbers/measurement.ts';
import { basin, coded, codesCurves, codesDose, codesQuantities, sign } from './codes.ts';
import type { Mechanism } from './mechanism.ts';

/** Its place among the mechanisms of the program. */
export const TIDE = 5;
const BESIDE = 'a task of A and B';
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

const doses = DOSES.map((right) =>
  codesDose(TIDE, right, { slug: 'tide', beside: BESIDE, forWhom: ' for it' }),
);
const [never, , always] = doses;

/** The tide: what other tasks will not use, a task leaves too. */
export const tide: Mechanism = {
  name: 'tide',
  title: 'Representation bias: the tide',
  source: 'Caruana 1997, section 3.2.4',
  lead: `As in representation bias, but asked of the task that does not choose: the main task can be learned from A or from C, the other from A or from B, and A is wrong for the other task alone, so that it prefers B. Counted over seeds: which of its codes the main task goes by, though nothing of its own has changed. Dose: how often A is wrong for the other task; in ${100 - always.x} % it tells the other task nothing. The control shuffles the other task.`,
  draw,
  measurement: leaves,
  quantities: codesQuantities('C', 'A'),
  counted: 'networks that took C (%)',
  x: { label: 'A wrong for the other task (% of examples)' },
  curves: codesCurves(doses, BESIDE),
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
