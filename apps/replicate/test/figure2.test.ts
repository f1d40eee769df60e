import { expect, test } from '@jest/globals';
import { footnotes, type Measured } from '@scene-mtl/eval';
import { runsOf, distinctJobs } from '@scene-mtl/lab';
import { sceneRunId } from '../src/scenes/program.ts';
import { profiles } from '../src/config/profiles.ts';
import { figure2 } from '../src/papers/kendall2018/figure2/figure2.ts';
import { weightGrids } from '../src/papers/kendall2018/figure2/published.ts';
import { table1 } from '../src/papers/kendall2018/table1/table1.ts';
import { type MadeRun, rendered, resultsOf, street } from './records.ts';

const contextWith = (flags: Record<string, string> = {}, seeds = [1]) => ({
  config: { ...profiles.smoke, seeds },
  data: street,
  options: figure2.options(flags),
});

const jobsOf = (flags: Record<string, string> = {}) => {
  const context = contextWith(flags);
  return distinctJobs(runsOf(figure2, context, resultsOf(context, [])), sceneRunId);
};

test('the grids are the published 11 and 10 points, and weights sum to 1', () => {
  expect(weightGrids.map(({ points }) => points.length)).toEqual([11, 10, 10]);
  for (const { spec } of jobsOf()) {
    if (spec.balance.name !== 'fixed') continue;
    const sum = Object.values(spec.balance.options).reduce<number>((a, b) => a + Number(b), 0);
    expect(sum).toBeCloseTo(1, 6);
  }
});

test('single tasks and learned weights are the runs of Table 1, and the grids share them', () => {
  const context = contextWith();
  const table = runsOf(table1, { ...context, options: table1.options({}) }, resultsOf(context, []));
  const known = new Set(table.map(({ spec }) => sceneRunId(spec)));
  const jobs = jobsOf();
  // 9 + 8 + 8 inner points, 3 single tasks, 3 learned pairs, 3 of them normalised.
  expect(jobs).toHaveLength(9 + 8 + 8 + 3 + 3 + 3);
  expect(jobs.filter(({ spec }) => known.has(sceneRunId(spec)))).toHaveLength(3 + 3);
});

test('one pair alone, and a grid over several rates', () => {
  expect(jobsOf({ pair: 'instance-depth' })).toHaveLength(8 + 2 + 1 + 1);
  // Learned weights keep the configuration's rate, of which the grid has none here.
  expect(jobsOf({ pair: 'instance-depth', rates: '0.01,0.02' })).toHaveLength(2 * (8 + 2) + 1 + 1);
});

const fixedPair = (weight: number, seed: number, iou: number, depth: number): MadeRun => ({
  tasks: ['semantic', 'depth'],
  weighting: 'fixed',
  options: { semantic: Number((1 - weight).toFixed(6)), depth: weight },
  seed,
  metrics: { 'semantic/iou': iou, 'depth/meanError': depth },
});

const learnedPair = (seed: number, iou: number, depth: number): MadeRun => ({
  tasks: ['semantic', 'depth'],
  weighting: 'uncertainty',
  seed,
  metrics: { 'semantic/iou': iou, 'depth/meanError': depth },
});

const seeds = [1, 2, 3];

test('a learned point beyond the grid in both tasks is reproduced, one behind is not', async () => {
  const context = contextWith({ pair: 'semantic-depth' }, seeds);
  const others = weightGrids[0].points.filter(
    ({ weight: w }) => w > 0 && w < 1 && w !== 0.1 && w !== 0.5,
  );
  const grid = seeds.flatMap((seed) => [
    fixedPair(0.1, seed, 20 + seed, 0.3),
    fixedPair(0.5, seed, 18 + seed, 0.25),
    ...others.map(({ weight }) => fixedPair(weight, seed, 10, 0.4)),
  ]);
  const beyond = await rendered(figure2, context, [
    ...grid,
    ...seeds.map((seed) => learnedPair(seed, 22 + seed, 0.2)),
  ]);
  // Against the best of each task: +2 points of IoU in every seed, −0.05 px.
  expect(beyond.verdicts[0].judgement).toBe('reproduced');
  expect(beyond.verdicts[0].evidence).toContain(
    'difference 2.000, 95 % interval 2.000 … 2.000, 3 seeds',
  );
  expect(beyond.verdicts[0].evidence).toContain('difference −0.050');
  const behind = await rendered(figure2, context, [
    ...grid,
    ...seeds.map((seed) => learnedPair(seed, 19 + seed, 0.31)),
  ]);
  expect(behind.verdicts[0].judgement).toBe('not reproduced');
  // Both are better there by 1 point of 21 and by 0.01 of 0.31 px: the lesser share, 3.2 %, is the distance.
  expect(behind.verdicts[1]).toMatchObject({ judgement: 'not reproduced' });
  expect(behind.verdicts[1].evidence).toMatch(
    /^behind the front of fixed weightings by 3\.2 % \(weight 0\.1, rate 0\.1/,
  );
  expect(beyond.verdicts[1]).toMatchObject({ judgement: 'reproduced' });
  // Weight 0.5 comes nearest: worse by 4 points of 24, and by a quarter of 0.2 px.
  expect(beyond.verdicts[1].evidence).toMatch(/^beyond the front of fixed weightings by 25\.0 %/);
});

test('one seed cannot tell; what was not run is a dash and no chart', async () => {
  const context = contextWith({ pair: 'semantic-depth' });
  const one = await rendered(figure2, context, [
    fixedPair(0.1, 1, 20, 0.3),
    learnedPair(1, 22, 0.2),
  ]);
  expect(one.verdicts[0].judgement).toBe('cannot tell');
  expect(one.verdicts[0].evidence).toContain('difference 2.000, 1 seed');
  expect(one.verdicts[0].evidence).not.toContain('interval');
  expect(one.figures).toHaveLength(1);
  const none = await rendered(figure2, context, []);
  expect(none.figures).toHaveLength(0);
  const cells = none.tables[0].table.rows[1].cells as Measured[];
  expect(cells).toEqual([
    { value: null, n: 0, published: 59.5 },
    { value: null, n: 0, published: 0.664 },
  ]);
});

test('means stand for the seeds that both sides have, so that they differ by what is said', async () => {
  const context = contextWith({ pair: 'semantic-depth' }, seeds);
  const { verdicts } = await rendered(figure2, context, [
    fixedPair(0.1, 1, 20, 0.3),
    learnedPair(1, 21, 0.2),
    learnedPair(2, 99, 0.1),
  ]);
  expect(verdicts[0].evidence).toContain(
    'semantic 21.0 % against 20.0 % (difference 1.000, 1 seed), best fixed: weight 0.1, rate 0.1',
  );
});

test('CamVid has one pair', () => {
  const context = {
    ...contextWith(),
    data: { ...street, tasks: ['semantic', 'instance'] as const },
  };
  const labels = runsOf(figure2, context, resultsOf(context, [])).map(({ label }) => label);
  expect(labels.every((label) => label.startsWith('semantic-instance/'))).toBe(true);
});

test('what keeps published numbers from standing beside ours is said, on the paper’s own data too', async () => {
  const own = contextWith({ pair: 'semantic-depth' });
  const { tables } = await rendered(figure2, own, []);
  expect(footnotes(tables[0].table)[0]).toContain('not comparable (another data set)');
  const cityscapes = { ...own, data: { ...own.data, name: 'cityscapes' } };
  const there = await rendered(figure2, cityscapes, []);
  expect(footnotes(there.tables[0].table)[0]).toMatch(
    /not comparable \(the same data set; ours at 32×64, not 128×256; 30 steps, not 50000; encoder dilated-residual, not resnet101\)/,
  );
  const paper = { ...cityscapes, config: { ...profiles.paper, seeds: [1] } };
  const same = await rendered(figure2, paper, []);
  expect(footnotes(same.tables[0].table)[0]).toContain(
    'other code, and what the paper leaves open',
  );
});
