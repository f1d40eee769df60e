import fc from 'fast-check';
import { expect, test } from '@jest/globals';
import { runsOf, type Comparison, judge, type Judgement } from '@scene-mtl/lab';
import { profiles } from '../src/config/profiles.ts';
import { figure2 } from '../src/papers/kendall2018/figure2/figure2.ts';
import { kendall2018 } from '../src/papers/kendall2018/index.ts';
import { table1Rows } from '../src/papers/kendall2018/table1-rows.ts';
import { table1 } from '../src/papers/kendall2018/table1/table1.ts';
import type { SceneContext, SceneExperiment } from '../src/scenes/kind.ts';
import { type MadeRun, rendered, resultsOf, street } from './records.ts';

const experiments: SceneExperiment[] = [];
for (const { load } of kendall2018) experiments.push(await load());

const seeds = [1, 2, 3];
const context = (flags: Record<string, string> = {}, experiment = table1 as SceneExperiment) =>
  ({
    config: { ...profiles.quick, seeds },
    data: street,
    options: experiment.options(flags),
  }) satisfies SceneContext;

test.each(experiments)(
  '$name without runs: every claim about runs is “not run”',
  async (experiment) => {
    const { verdicts } = await rendered(experiment, context({}, experiment), []);
    for (const { claim, judgement, evidence } of verdicts) {
      // No run could tell: nothing in the annotations marks them.
      const expected: Judgement = claim.startsWith('Reflections') ? 'not measurable' : 'not run';
      expect({ claim, judgement }).toEqual({ claim, judgement: expected });
      expect(evidence === '').toBe(expected === 'not run');
    }
    expect(verdicts.length > 0).toBe(experiment.name !== 'figure5');
  },
);

/** Every run of an experiment, the learned ones better by `lead` of everything. */
const winning = (experiment: SceneExperiment, of: SceneContext): (MadeRun & { label: string })[] =>
  runsOf(experiment, of, resultsOf(of, [])).map(({ label, spec }) => {
    const lead = spec.balance.name === 'fixed' ? 0 : spec.tasks.length;
    return {
      label,
      ...{ tasks: spec.tasks, weighting: spec.balance.name, options: spec.balance.options },
      ...{ seed: spec.seed, config: () => spec.config },
      metrics: {
        'semantic/iou': 50 + lead,
        'instance/meanError': 4 - 0.1 * lead,
        'depth/meanError': 0.5 - 0.1 * lead,
      },
    };
  });

const single = ['semantic-only', 'instance-only', 'depth-only'];
const pairs = [
  ...['uncertainty-semantic-instance', 'uncertainty-semantic-depth', 'uncertainty-instance-depth'],
];
const whole = 'uncertainty-semantic-instance-depth';
/** By a word of the claim: ours, and the rows that it must beat. */
const needs: [word: string, ours: string, theirs: string[]][] = [
  ['every single-task', whole, single],
  ['optimal fixed', whole, ['optimal-weights']],
  ['beats equal', whole, ['equal-weights']],
  ['every pair', whole, pairs],
];

test('Table 1: no row that a claim needs may be missing for it to be reproduced', async () => {
  const of = context();
  const all = winning(table1, of);
  const slugs = fc.subarray(table1Rows.map(({ slug }) => slug));
  await fc.assert(
    fc.asyncProperty(slugs, async (kept) => {
      const made = all.filter(({ label }) => kept.includes(label.split('/')[0]));
      const { verdicts } = await rendered(table1 as SceneExperiment, of, made);
      for (const [word, ours, theirs] of needs) {
        const there = kept.includes(ours) ? theirs.filter((slug) => kept.includes(slug)) : [];
        const expected: Judgement =
          there.length === 0
            ? 'not run'
            : there.length < theirs.length
              ? 'cannot tell'
              : 'reproduced';
        const verdict = verdicts.find(({ claim }) => claim.includes(word));
        expect(verdict?.judgement).toBe(expected);
        expect(verdict?.evidence.includes('not run: ')).toBe(expected === 'cannot tell');
      }
    }),
    { numRuns: 40 },
  );
});

test('figure 2: a grid with a gap cannot be beaten as a whole', async () => {
  const experiment = figure2 as SceneExperiment;
  const of = context({ pair: 'semantic-depth' }, experiment);
  const all = winning(experiment, of);
  const judged = async (kept: (label: string) => boolean) =>
    (
      await rendered(
        experiment,
        of,
        all.filter(({ label }) => kept(label)),
      )
    ).verdicts[0];
  expect((await judged(() => true)).judgement).toBe('reproduced');
  const gap = await judged((label) => !label.includes('weight-0.5'));
  expect(gap.judgement).toBe('cannot tell');
  expect(gap.evidence).toContain('not run: 1 of 9 fixed weightings');
  expect((await judged((label) => !label.includes('weight-'))).judgement).toBe('not run');
  expect((await judged((label) => !label.includes('learned/'))).judgement).toBe('not run');
});

test('one that is worse, or no better by what matters, refutes whatever others would show', () => {
  const claim = { claim: 'A beats B and C', source: 'Table 1' };
  const of = (outcome: Comparison['outcome'], n = 3): Comparison => ({
    ...{ task: 'depth', n, outcome, evidence: 'numbers' },
  });
  expect(judge(claim, [of('worse')], ['C'])).toEqual({
    ...claim,
    judgement: 'not reproduced',
    evidence: 'numbers; not run: C',
  });
  const judged = (outcomes: Comparison['outcome'][], missing: string[] = []) =>
    judge(
      claim,
      outcomes.map((outcome) => of(outcome)),
      missing,
    ).judgement;
  expect(judged(['same', 'open'])).toBe('not reproduced');
  expect(judged(['same', 'better'])).toBe('not reproduced');
  expect(judged(['same'], ['C'])).toBe('not reproduced');
  expect(judged(['same', 'same'])).toBe('no difference larger than δ');
  expect(judged(['better', 'open'])).toBe('cannot tell');
  expect(judged(['better'], ['C'])).toBe('cannot tell');
  expect(judge(claim, [of('worse', 2)], ['C']).judgement).toBe('cannot tell');
  expect(judge(claim, [], ['B', 'C']).judgement).toBe('not run');
});
