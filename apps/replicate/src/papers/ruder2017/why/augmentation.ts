import { stream, type Random } from '@scene-mtl/data';
import type { NumbersMeasurement } from '../../../numbers/measurement.ts';
import { rms, rowsOf, seenBy } from '../../../numbers/studies/look.ts';
import { armOf, madeOf, numbered, type Mechanism } from './mechanism.ts';
import { linearProbe } from '../../../numbers/studies/probe.ts';

/** Its place among the mechanisms of the program. */
export const AUGMENTATION = 0;
const INPUTS = 10;
const [MOST, EXAMPLES, NOISE] = [16, 100, 1];

/** F, what all tasks are made of: of deviation about 1. */
export const feature = (x: readonly number[]): number =>
  1.4 * Math.sin((2 * x.reduce((a, b) => a + b, 0)) / Math.sqrt(INPUTS));

const normals = (random: Random, n: number) => Array.from({ length: n }, () => random.normal());

function draw(random: Random, { noise }: Readonly<Record<string, number>>) {
  const x = normals(random, INPUTS);
  const noisy = () => feature(x) + noise * random.normal();
  const main = noisy();
  return { x, main, ...Object.fromEntries(numbered(MOST - 1).map((name) => [name, noisy()])) };
}

/** Errors against F itself, without the noise: of the main task's head, and of the best head on the features. */
export const augmentationErrors: NumbersMeasurement<Record<string, number>> = {
  ...{ name: 'why-augmentation', version: 1, module: import.meta.url },
  async measure({ network, columns }) {
    const x = rowsOf(columns.test.arrays['x'], INPUTS);
    const seen = seenBy(await network('last'), x);
    const random = stream(0, 'why', 'augmentation', 'probe');
    const fresh = Array.from({ length: 500 }, () => normals(random, INPUTS));
    const probe = linearProbe(seenBy(await network('last'), fresh).shared, fresh.map(feature));
    const truth = x.map(feature);
    return { error: rms(seen.of('main'), truth), probe: rms(probe(seen.shared), truth) };
  },
};

const arm = (
  slug: string,
  title: string,
  others: readonly string[] = [],
  more: { train?: number; noise?: number; labels?: ReturnType<typeof madeOf> } = {},
) =>
  armOf(
    AUGMENTATION,
    { slug: `augmentation-${slug}`, title },
    {
      ...{ data: { noise: more.noise ?? NOISE }, labels: more.labels ?? {}, hidden: [4] },
      ...{ train: more.train ?? EXAMPLES, steps: 1000, batchSize: 25, learningRate: 0.01 },
    },
    others,
  );

const alone = arm('alone', 'one task, 100 examples');
const more = [200, 400, 1600].map((train) => ({
  x: train,
  arm: arm(`examples-${train}`, `one task, ${train} examples`, [], { train }),
}));
const severalOf = (
  kind: string,
  title: string,
  make: (others: number) => [string[], object],
): { x: number; arm: typeof alone }[] =>
  [4, MOST].map((tasks) => {
    const [others, extra] = make(tasks - 1);
    const name = `${tasks} tasks, ${title}`;
    return { x: tasks * EXAMPLES, arm: arm(`${kind}-${tasks}`, name, others, extra) };
  });
const own = severalOf('own', 'noise of their own', (n) => [numbered(n), {}]);
const same = severalOf('same', 'the same noise', (n) => [
  numbered(n, 'copy'),
  { labels: madeOf(n, 'copy', 'main') },
]);
const shuffled = severalOf('shuffled', 'shuffled', (n) => [
  numbered(n, 'shuffled'),
  { labels: madeOf(n, 'shuffled') },
]);
const [best, copies, strangers] = [own, same, shuffled].map((points) => points[1].arm);
const withNoise = (noise: number) => ({
  alone: arm(`quiet-${noise}`, `one task, noise ${noise}`, [], { noise }),
  many: arm(`quiet-${noise}-16`, `16 tasks, noise ${noise}`, numbered(MOST - 1), { noise }),
});
const [silent, half] = [0, 0.5].map(withNoise);
const start = { x: EXAMPLES, arm: alone };
const measured = { task: 'main', unit: '', better: 'lower', digits: 3 } as const;

/** Implicit data augmentation: tasks that share a feature average their noise. */
export const augmentation: Mechanism = {
  name: 'augmentation',
  title: 'Implicit data augmentation',
  source: 'Ruder 2017, section 4.1; Caruana 1997, section 3.2.1',
  lead: `Every task is the same function F of ${INPUTS} numbers with normal noise of its own, as large as F. ${EXAMPLES} examples, more and more tasks on them, 4 hidden units. The figure counts labels: those of more tasks on the same examples, beside those of more examples of one task. With the same noise in all tasks there is nothing to average; shuffled tasks say nothing of F. Errors are against F without noise: of the best linear head on the hidden units, which is what they know of F, and of the main task's own head, which also learns its noise by heart.`,
  draw,
  measurement: augmentationErrors,
  quantities: [
    {
      ...measured,
      metric: 'main/probe',
      name: 'error of the best head',
      primary: true,
    },
    { ...measured, metric: 'main/error', name: 'error of the main task', primary: false },
  ],
  x: { label: 'labels', log: true },
  curves: [
    { name: 'one task, more examples', points: [start, ...more] },
    { name: 'more tasks, noise of their own', points: [start, ...own] },
    { name: 'more tasks, the same noise', points: [start, ...same] },
    { name: 'more tasks, shuffled', points: [start, ...shuffled] },
  ],
  claims: [
    {
      claim: 'Tasks with noise of their own make better features of what they share',
      ...{ ours: best, theirs: alone },
    },
    {
      claim: 'The same with half the noise',
      ...{ ours: half.many, theirs: half.alone },
    },
  ],
  controls: [
    {
      claim: 'The same noise in all tasks takes the gain away',
      ...{ control: copies, effect: best, baseline: alone },
    },
    {
      claim: 'Shuffled labels of the other tasks take the gain away',
      ...{ control: strangers, effect: best, baseline: alone },
    },
  ],
  // Without noise there is nothing to average.
  others: [silent.alone, silent.many],
};
