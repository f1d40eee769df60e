import { stream, type Random } from '@scene-mtl/data';
import type { NumbersMeasurement } from '../../../numbers/measurement.ts';
import { mean, rowsOf, seenBy } from '../../../numbers/studies/look.ts';
import { armOf, madeOf, numbered, type Mechanism } from './mechanism.ts';

/** Its place among the mechanisms of the program. */
export const REGULARISATION = 4;
const [INPUTS, MOST, EXAMPLES] = [20, 16, 100];
const DOSES = [1, 4, MOST];

/** Normals of planes, drawn once for all seeds. */
const planes = Array.from({ length: MOST }, (_, k) =>
  stream(0, 'why', 'regularisation', k).normals(INPUTS),
);

/** Which side of a plane the input lies on. */
const side = (x: readonly number[], k: number): number =>
  x.reduce((sum, value, i) => sum + value * planes[k][i], 0) > 0 ? 1 : -1;

/** The main task is a coin: there is nothing to learn of it but by heart. */
function draw(random: Random) {
  const x = Array.from({ length: INPUTS }, () => random.normal());
  const main = random.integer(2) === 0 ? -1 : 1;
  return { x, main, ...Object.fromEntries(numbered(MOST).map((name, k) => [name, side(x, k)])) };
}

/** `R = mean(σᵢ h(xᵢ))` over the examples that were learned, h cut off at ±1: 0 for nothing learned, 1 for all. */
export const fitToCoins: NumbersMeasurement<Record<string, number>> = {
  ...{ name: 'why-regularisation', version: 1, module: import.meta.url },
  async measure({ network, columns }) {
    const { arrays } = columns.train;
    const said = seenBy(await network('last'), rowsOf(arrays['x'], INPUTS)).of('main');
    const coins = arrays['target/main'];
    return { fit: mean(said.map((h, i) => coins[i] * Math.min(1, Math.max(-1, h)))) };
  },
};

const arm = (
  slug: string,
  title: string,
  others: readonly string[] = [],
  { hidden = 8, labels = {}, weight = 1 } = {},
) =>
  armOf(
    REGULARISATION,
    { slug: `regularisation-${slug}`, title },
    {
      ...{ labels, hidden: [hidden], train: EXAMPLES },
      ...{ steps: 600, batchSize: 25, learningRate: 0.01 },
    },
    others,
    Object.fromEntries(others.map((other) => [other, weight])),
  );
const alone = arm('alone', 'coins alone');
const start = { x: 0, arm: alone };
const tasks = (n: number) => `${n} other task${n === 1 ? '' : 's'}`;
const real = DOSES.map((n) => ({ x: n, arm: arm(`real-${n}`, `with ${tasks(n)}`, numbered(n)) }));
const shuffled = DOSES.map((n) => {
  const labels = madeOf(n, 'shuffled');
  const title = `with ${tasks(n)}, shuffled`;
  return { x: n, arm: arm(`shuffled-${n}`, title, Object.keys(labels), { labels }) };
});
const silent = DOSES.map((n) => ({
  x: n,
  arm: arm(`silent-${n}`, `with ${tasks(n)} of weight 0`, numbered(n), { weight: 0 }),
}));
const wide = {
  alone: arm('wide-alone', 'coins alone, 64 hidden', [], { hidden: 64 }),
  multi: arm('wide-16', 'with 16 other tasks, 64 hidden', numbered(MOST), { hidden: 64 }),
};
const [multi, shuffledMost, silentMost] = [real, shuffled, silent].map((points) => points[2].arm);

/** Regularisation: other tasks leave less room for noise. */
export const regularisation: Mechanism = {
  name: 'regularisation',
  title: 'Regularisation',
  source: 'Ruder 2017, section 4.5',
  lead: `The labels of the main task are ${EXAMPLES} coins, so all that can be learned of it is noise. How much of it is learned in 600 steps is the Rademacher complexity as it is at work, R = mean(σ h(x)) on the examples that were learned: the lower, the less a network can fit noise. The other tasks say on which side of a plane the input lies; 8 hidden units. Controls: the same tasks with weight 0 (the network is as large, and nothing is learned besides), and shuffled ones: if they lower the fit as well, what limits it is room taken, not what the tasks have to say.`,
  draw,
  measurement: fitToCoins,
  quantities: [
    {
      ...{ task: 'main', metric: 'main/fit', name: 'fit to coins', unit: '' },
      ...{ better: 'lower', digits: 3, primary: true },
    },
  ],
  x: { label: 'other tasks' },
  curves: [
    { name: 'other tasks as they are', points: [start, ...real] },
    { name: 'shuffled', points: [start, ...shuffled] },
    { name: 'of weight 0', points: [start, ...silent] },
  ],
  claims: [
    ...real.map(({ x, arm: ours }) => ({
      claim: `${tasks(x)[0].toUpperCase() + tasks(x).slice(1)} lower${x === 1 ? 's' : ''} what a network can learn of noise`,
      ...{ ours, theirs: alone },
    })),
    {
      claim: '16 other tasks do so in a network eight times as wide',
      ...{ ours: wide.multi, theirs: wide.alone },
    },
  ],
  controls: [
    {
      claim: 'Tasks of weight 0 do not',
      ...{ control: silentMost, effect: multi, baseline: alone },
    },
    {
      claim: 'Shuffled tasks do not: it is what the tasks say that regularises',
      ...{ control: shuffledMost, effect: multi, baseline: alone },
    },
  ],
};
