import { stream, type Random } from '@scene-mtl/data';
import type { NumbersMeasurement } from '../../../numbers/measurement.ts';
import { agreement, rowsOf, seenBy } from '../../../numbers/studies/look.ts';
import { armOf, type Mechanism } from './mechanism.ts';
import { linearProbe } from '../../../numbers/studies/probe.ts';

/** Its place among the mechanisms of the program. */
export const EAVESDROPPING = 2;
const [INPUTS, ORDER, EXAMPLES] = [10, 4, 250];
const DOSES = [0, 10, 25, 50];

const signs = (random: Random) =>
  Array.from({ length: INPUTS }, () => (random.integer(2) === 0 ? -1 : 1));
const product = (values: readonly number[]) => values.reduce((a, b) => a * b, 1);
/** F, the feature: which the main task uses and does not show. */
const feature = (x: readonly number[]) => product(x.slice(0, 2));
const main = (x: readonly number[]) => product(x.slice(0, ORDER));

function draw(random: Random, { flips }: Readonly<Record<string, number>>) {
  const x = signs(random);
  const flip = random.next() < flips / 100 ? -1 : 1;
  return { x, main: main(x), 'other-1': flip * feature(x), 'away-1': x[4] * x[5] };
}

/** How often a linear probe of the hidden units tells F, and how often the main task is right. */
export const eavesdroppingProbe: NumbersMeasurement<Record<string, number>> = {
  ...{ name: 'why-eavesdropping', version: 1, module: import.meta.url },
  async measure({ network, columns }) {
    const trained = await network('last');
    const x = rowsOf(columns.test.arrays['x'], INPUTS);
    const random = stream(0, 'why', 'eavesdropping', 'probe');
    const fresh = Array.from({ length: 500 }, () => signs(random));
    const seen = seenBy(trained, x);
    const probe = linearProbe(seenBy(trained, fresh).shared, fresh.map(feature));
    return {
      feature: agreement(probe(seen.shared), x.map(feature)),
      right: agreement(seen.of('main'), x.map(main)),
    };
  },
};

const arm = (slug: string, title: string, others: readonly string[] = [], flips = 0) =>
  armOf(
    EAVESDROPPING,
    { slug: `eavesdropping-${slug}`, title },
    {
      ...{ data: { flips }, hidden: [16], train: EXAMPLES },
      ...{ steps: 1500, batchSize: 32, learningRate: 0.02 },
    },
    others,
  );
const alone = arm('alone', 'main task alone');
const heard = DOSES.map((flips) => ({
  x: flips,
  arm: arm(`flips-${flips}`, `with F, ${flips} % of its labels wrong`, ['other-1'], flips),
}));
const away = arm('away', 'with the product of two other inputs', ['away-1']);
const share = { task: 'main', unit: '%', better: 'higher', digits: 1 } as const;
const flat = (name: string, of: typeof alone) => ({
  name,
  points: [DOSES[0], DOSES[DOSES.length - 1]].map((x) => ({ x, arm: of })),
});

/** Eavesdropping: a feature that one task shows is heard by one that hides it. */
export const eavesdropping: Mechanism = {
  name: 'eavesdropping',
  title: 'Eavesdropping',
  source: 'Ruder 2017, section 4.3; Caruana 1997, section 3.2.3; Abu-Mostafa 1990, catalytic hints',
  lead: `Inputs are ${INPUTS} signs. The main task is the product of the first ${ORDER}; the feature F, the product of the first two, is part of it, yet a network can learn the main task without ever making F. A second task that is F itself shows it. Measured: how often a linear probe of the hidden units tells F (50 % is a guess) and how often the main task is right, after ${EXAMPLES} examples. Dose: wrong labels of the second task, at 50 % pure noise. Control: a second task that is the product of two other inputs.`,
  draw,
  measurement: eavesdroppingProbe,
  quantities: [
    { ...share, metric: 'main/feature', name: 'F told by a probe', primary: true },
    { ...share, metric: 'main/right', name: 'main task right', primary: false },
  ],
  x: { label: 'wrong labels of the second task (%)' },
  curves: [
    { name: 'with F as a second task', points: heard },
    flat('main task alone', alone),
    flat('with a task of other inputs', away),
  ],
  claims: [
    {
      claim:
        'A task that shows a feature brings it into the layer that a task which hides it reads',
      ...{ ours: heard[0].arm, theirs: alone },
    },
  ],
  controls: [
    {
      claim: 'Labels of F that are pure noise do not',
      ...{ control: heard[3].arm, effect: heard[0].arm, baseline: alone },
    },
    {
      claim: 'A task of other inputs does not',
      ...{ control: away, effect: heard[0].arm, baseline: alone },
    },
  ],
};
