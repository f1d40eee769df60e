import type { Random } from '@scene-mtl/data';
import type { NumbersMeasurement } from '../../../numbers/measurement.ts';
import { basin, coded, codesCurves, codesDose, codesQuantities, EXAMPLES, sign } from './codes.ts';
import type { Mechanism } from './mechanism.ts';

/** Its place among the mechanisms of the program. */
export const REPRESENTATION = 3;
const BESIDE = 'a task of A and C';
/** How often the code A is right where the main task is labelled, %. */
const DOSES = [100, 90];

/**
 * Three codes A, B and C of one sign. Where the main task is labelled A and B tell it, where the other task is, A and
 * C do; the third code is noise.
 */
function draw(random: Random, { right }: Readonly<Record<string, number>>) {
  const [value, noise] = [sign(random), sign(random)];
  const isMain = random.next() < 0.5;
  const a = random.next() < right / 100 ? value : -value;
  const [b, c] = isMain ? [value, noise] : [noise, value];
  const x = [a, b, c].flatMap((code) => coded(random, code));
  return { x, main: isMain ? value : NaN, 'other-1': isMain ? NaN : value };
}

/** Which code the main task goes by, where the three tell different things: 100 for A, 0 for B. */
export const basinOf: NumbersMeasurement<Record<string, number>> = {
  ...{ name: 'why-representation', version: 1, module: import.meta.url },
  measure: async ({ network }) => basin(await network('last'), { of: 'A', against: 'B' }),
};

const doses = DOSES.map((right) =>
  codesDose(REPRESENTATION, right, { slug: 'representation', beside: BESIDE }),
);

/** Representation bias: of several solutions tasks fall into the one that they have in common. */
export const representation: Mechanism = {
  name: 'representation',
  title: 'Representation bias',
  source: 'Ruder 2017, section 4.4; Caruana 1997, section 3.2.4',
  lead: `One sign is written into the input three times, each time as the product of two signs: the codes A, B and C. The main task can be learned from A or from B, the other from A or from C (each is labelled on its half of ${EXAMPLES} examples, where its two codes tell the truth and the third is noise). Three hidden units have no room for two codes. Counted over seeds: which code the main task goes by on examples where the three tell different things. Dose: how often A is wrong, which drives the main task to B. The control shuffles the other task.`,
  draw,
  measurement: basinOf,
  quantities: codesQuantities('A', 'B'),
  counted: 'networks that took A (%)',
  x: { label: 'A wrong (% of examples)' },
  curves: codesCurves(doses, BESIDE),
  claims: doses.map(({ multi, alone, x }) => ({
    claim: `A task that also has the solution A draws the main task to it, with A wrong in ${x} %`,
    ...{ ours: multi, theirs: alone },
  })),
  controls: doses.slice(0, 1).map(({ shuffled, multi, alone }) => ({
    claim: 'The shuffled task does not',
    ...{ control: shuffled, effect: multi, baseline: alone },
  })),
  runsPerTrial: 6,
};
