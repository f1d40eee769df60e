import { stream, type Random } from '@scene-mtl/data';
import type { NumbersMeasurement } from '../../../numbers/measurement.ts';
import { mean, rms, rowsOf, saliency, seenBy } from '../../../numbers/studies/look.ts';
import { armOf, madeOf, numbered, type Mechanism } from './mechanism.ts';
import { linearProbe } from '../../../numbers/studies/probe.ts';

/** Its place among the mechanisms of the program. */
export const ATTENTION = 1;
const [RELEVANT, OTHERS, EXAMPLES] = [4, 7, 100];
const DOSES = [4, 16, 64];
/** Examples from which a new task's head is made. */
const FEW = 40;

/** Weights of as many bent sums as there are tasks, and of one more; drawn once for all seeds. */
const weightsOf = (name: string) =>
  Array.from({ length: OTHERS + 2 }, (_, k) =>
    stream(0, 'why', 'attention', name, k).normals(Math.max(...DOSES)),
  );
const [OF_RELEVANT, OF_DISTRACTORS] = [weightsOf('task'), weightsOf('away')];

/** A bent sum of some inputs, of deviation near 1 of normal ones. */
function bent(x: readonly number[], weights: Float32Array): number {
  const norm = Math.hypot(...weights.subarray(0, x.length));
  return 1.2 * Math.tanh((1.5 * x.reduce((sum, value, i) => sum + value * weights[i], 0)) / norm);
}

const taskOf = (x: readonly number[], k: number) => bent(x.slice(0, RELEVANT), OF_RELEVANT[k]);
const inputs = (random: Random, distractors: number) =>
  Array.from({ length: RELEVANT + distractors }, () => random.normal());

function draw(random: Random, { distractors }: Readonly<Record<string, number>>) {
  const x = inputs(random, distractors);
  const noisy = (value: number, noise: number) => value + noise * random.normal();
  const main = noisy(taskOf(x, 0), 1);
  const away = (k: number) => bent(x.slice(RELEVANT), OF_DISTRACTORS[k]);
  return {
    ...{ x, main },
    ...Object.fromEntries(numbered(OTHERS).map((n, i) => [n, noisy(taskOf(x, i + 1), 0.5)])),
    ...Object.fromEntries(numbered(OTHERS, 'away').map((n, i) => [n, noisy(away(i), 0.5)])),
  };
}

/** Where the main task looks, how well it is learned, and how well a new task on the same features. */
export const attentionLooks: NumbersMeasurement<Record<string, number>> = {
  ...{ name: 'why-attention', version: 1, module: import.meta.url },
  async measure({ spec, network, columns }) {
    const trained = await network('last');
    const { distractors } = spec.config.data;
    const x = rowsOf(columns.test.arrays['x'], RELEVANT + distractors);
    const seen = seenBy(trained, x);
    const slopes = saliency(trained, 'main', x);
    // The new task is none of those that were learned.
    const fresh = (row: readonly number[]) => taskOf(row, OTHERS + 1);
    const random = stream(spec.seed, 'why', 'attention', 'new');
    const few = Array.from({ length: FEW }, () => inputs(random, distractors));
    const head = linearProbe(seenBy(trained, few).shared, few.map(fresh));
    return {
      ratio: mean(slopes.slice(0, RELEVANT)) / mean(slopes.slice(RELEVANT)),
      error: rms(
        seen.of('main'),
        x.map((row) => taskOf(row, 0)),
      ),
      fresh: rms(head(seen.shared), x.map(fresh)),
    };
  },
};

const armsAt = (distractors: number) => {
  const arm = (slug: string, title: string, others: readonly string[] = [], labels = {}) =>
    armOf(
      ATTENTION,
      { slug: `attention-${slug}-${distractors}`, title: `${title}, ${distractors} distractors` },
      {
        ...{ data: { distractors }, labels, hidden: [4], train: EXAMPLES },
        ...{ steps: 800, batchSize: 25, learningRate: 0.01 },
      },
      others,
    );
  const shuffled = madeOf(OTHERS, 'shuffled');
  return {
    x: distractors,
    alone: arm('alone', 'main task alone'),
    multi: arm('multi', 'with 7 tasks of the same inputs', numbered(OTHERS)),
    shuffled: arm('shuffled', 'with 7 shuffled tasks', Object.keys(shuffled), shuffled),
    away: arm('away', 'with 7 tasks of the distractors', numbered(OTHERS, 'away')),
  };
};
const doses = DOSES.map(armsAt);
const middle = doses[1];
const curve = (name: string, of: 'alone' | 'multi' | 'shuffled' | 'away') => ({
  name,
  points: doses.map((dose) => ({ x: dose.x, arm: dose[of] })),
});
const error = { task: 'main', unit: '', better: 'lower', digits: 3, primary: false } as const;

/** Attention focusing: other tasks tell which inputs matter. */
export const attention: Mechanism = {
  name: 'attention',
  title: 'Attention focusing',
  source: 'Ruder 2017, section 4.2; Caruana 1997, section 3.2.2',
  lead: `The main task is a function of ${RELEVANT} of many inputs, with noise as large as itself, from ${EXAMPLES} examples; 7 other tasks are other functions of the same ${RELEVANT}, with half the noise. The saliency ratio is how much the main output moves with a relevant input, over how much with a distractor: 1 is a network that does not know where to look. Controls: the other tasks shuffled, and other tasks that are functions of the distractors. A new task: a head for a task that no network learned, from ${FEW} examples, on the features as they are (the measure that Ruder's section 4.4 suggests).`,
  draw,
  measurement: attentionLooks,
  quantities: [
    {
      ...{ task: 'main', metric: 'main/ratio', name: 'saliency ratio' },
      ...{ unit: '', better: 'higher', digits: 2, primary: true },
    },
    { ...error, metric: 'main/error', name: 'error of the main task' },
    { ...error, metric: 'main/fresh', name: 'error of a new task' },
  ],
  x: { label: 'distracting inputs', log: true },
  curves: [
    curve('main task alone', 'alone'),
    curve('with tasks of the same inputs', 'multi'),
    curve('with shuffled tasks', 'shuffled'),
    curve('with tasks of the distractors', 'away'),
  ],
  claims: doses.map(({ x, multi, alone }) => ({
    claim: `Tasks of the same inputs turn the main task to them, among ${x} distractors`,
    ...{ ours: multi, theirs: alone },
  })),
  controls: [
    {
      claim: 'Shuffled tasks do not (16 distractors)',
      ...{ control: middle.shuffled, effect: middle.multi, baseline: middle.alone },
    },
    {
      claim: 'Tasks of the distractors do not (16 distractors)',
      ...{ control: middle.away, effect: middle.multi, baseline: middle.alone },
    },
  ],
};
