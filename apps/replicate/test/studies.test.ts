import { beforeAll, describe, expect, test } from '@jest/globals';
import { stream } from '@scene-mtl/data';
import type { Quantity, RunSummary } from '@scene-mtl/lab';
import * as tf from '@tensorflow/tfjs';
import { numbersArm } from '../src/numbers/arm.ts';
import { denseNetwork } from '../src/numbers/network.ts';
import { agreement, rms, saliency, seenBy } from '../src/numbers/studies/look.ts';
import { linearProbe } from '../src/numbers/studies/probe.ts';
import { armsOf, doseFigure } from '../src/numbers/studies/shown.ts';
import type { Study } from '../src/numbers/studies/study.ts';
import { comparisonTable, judgeComparison, judgeControl } from '../src/numbers/studies/verdicts.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const linear = () =>
  denseNetwork({
    ...{ inputs: 3, hidden: [2], own: {}, activation: 'linear', blocked: [], seed: 1 },
    outputs: [['main', 1]],
  });

test('the saliency of a linear network is the size of its weights', () => {
  const network = linear();
  const inputs = [
    [0, 0, 0],
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  const [zero, ...each] = seenBy(network, inputs).of('main');
  // The slope in each direction is f(eᵢ) − f(0), wherever it is taken.
  const slopes = saliency(network, 'main', inputs);
  slopes.forEach((slope, i) => expect(slope).toBeCloseTo(Math.abs(each[i] - zero), 5));
  expect(seenBy(network, inputs).shared).toHaveLength(4);
  network.model.dispose();
});

test('a probe finds a linear target, and nothing where there is nothing', () => {
  const random = stream(1, 'probe');
  const features = Array.from({ length: 300 }, () => [random.normal(), random.normal()]);
  const target = features.map(([a, b]) => 3 * a - b + 2);
  const said = linearProbe(features, target)([[1, 1]]);
  // 3 − 1 + 2, but for the ridge of 0.001 against squares of about 300.
  expect(said[0]).toBeCloseTo(4, 3);
  const noise = features.map(() => random.normal());
  const guess = linearProbe(features, noise)(features);
  expect(Math.abs(agreement(guess, noise) - 50)).toBeLessThan(15);
  expect(rms([1, 2], [1, 4])).toBeCloseTo(Math.SQRT2, 12);
});

// --- Verdicts ------------------------------------------------------------------------------------

const quantity: Quantity = {
  ...{ task: 'main', metric: 'main/error', name: 'error', unit: '', better: 'lower' },
  ...{ digits: 3, primary: true },
};
const arm = (slug: string) =>
  numbersArm({ name: 'none' }, { slug, title: slug }, ['main'], {
    ...{ inputs: ['x'], hidden: [1], train: 1, val: 1, test: 1 },
    ...{ steps: 1, evalEvery: 1, batchSize: 1, learningRate: 1 },
  });
const [alone, effect, control, lonely] = ['alone', 'effect', 'control', 'lonely'].map(arm);
const claim = 'a claim';
const study: Study = {
  ...{ name: 'study', title: 'Study', source: 'section 1', lead: 'lead' },
  measurement: undefined as never,
  quantities: [quantity],
  x: { label: 'dose' },
  curves: [
    { name: 'alone', points: [{ x: 1, arm: alone }] },
    {
      name: 'effect',
      points: [
        { x: 1, arm: effect },
        { x: 2, arm: lonely },
      ],
    },
  ],
  claims: [{ claim, ours: effect, theirs: alone }],
  controls: [{ claim, control, effect, baseline: alone }],
};

/** Five runs of each arm, about a mean; none of `lonely`. */
const runsWith = (means: Record<string, number>) => (of: { slug: string }) =>
  means[of.slug] === undefined
    ? []
    : ([1, 2, 3, 4, 5].map((seed) => ({
        spec: { seed },
        result: { metrics: { 'main/error': means[of.slug] + 0.001 * ((seed * 7) % 5) } },
      })) as unknown as RunSummary[]);

describe('a control', () => {
  test.each([
    ['like the baseline', 1, 'reproduced', 'keeps 0 % of the effect'],
    ['better than it', 0.8, 'not reproduced', 'keeps 40 % of the effect'],
    ['as good as the effect', 0.5, 'not reproduced', 'keeps 100 % of the effect'],
    ['worse than it', 1.5, 'reproduced', 'on the other side of the baseline'],
  ])('%s', (_, value, judgement, told) => {
    const runsOf = runsWith({ alone: 1, effect: 0.5, control: value });
    const verdict = judgeControl(study.controls[0], study, runsOf);
    expect(verdict.judgement).toBe(judgement);
    expect(verdict.evidence).toContain(told);
  });

  test('of an effect that is none cannot tell', () => {
    const runsOf = runsWith({ alone: 1, effect: 1, control: 1 });
    expect(judgeControl(study.controls[0], study, runsOf).judgement).toBe('cannot tell');
  });

  test('that was not run is not judged', () => {
    const runsOf = runsWith({ alone: 1, effect: 0.5 });
    expect(judgeControl(study.controls[0], study, runsOf).judgement).toBe('not run');
  });
});

test('a comparison tells difference, interval and p', () => {
  const runsOf = runsWith({ alone: 1, effect: 0.5, control: 1 });
  const verdict = judgeComparison(study.claims[0], study, runsOf);
  expect(verdict.judgement).toBe('reproduced');
  // Of 2⁵ sign flips all and none reach the difference.
  expect(verdict.evidence).toMatch(/difference −0.5.*95 % interval.*; p 0.063$/);
  const table = comparisonTable(study, runsOf);
  // The claim, and for the control both of its comparisons.
  expect(table?.rows.map(({ header }) => header)).toEqual([
    'effect, less alone',
    'control, less alone',
    'effect, less control',
  ]);
  expect(comparisonTable(study, runsWith({}))).toBeUndefined();
});

test('an arm is made once, and a figure of what there is', () => {
  expect(armsOf(study).map(({ slug }) => slug)).toEqual(['alone', 'effect', 'lonely', 'control']);
  const figure = doseFigure(study, runsWith({ alone: 1, effect: 0.5 }));
  expect(JSON.stringify(figure?.spec)).toContain('"curve":"effect","x":1');
  expect(JSON.stringify(figure?.spec)).not.toContain('"curve":"effect","x":2');
  expect(doseFigure(study, runsWith({}))).toBeUndefined();
});
