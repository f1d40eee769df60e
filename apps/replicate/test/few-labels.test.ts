import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { randomStream } from '@scene-mtl/data';
import { batches } from '@scene-mtl/datasets';
import { imageNetNormalisation } from '@scene-mtl/vision-heads/targets';
import { runsOf, type Artefacts } from '@scene-mtl/lab';
import { profiles } from '../src/config/profiles.ts';
import { augmentationOf } from '../src/data/augmentation.ts';
import { labellingOf } from '../src/data/labelling.ts';
import { ALL, openStored, type StoredData } from '../src/data/stored-data.ts';
import { trainingBatches } from '../src/data/training-batches.ts';
import { table1 } from '../src/papers/kendall2018/table1/table1.ts';
import { countsOf, focusOf } from '../src/papers/ruder2017/scenes/arms.ts';
import { framesFor, framesText, rising } from '../src/papers/ruder2017/scenes/equivalent.ts';
import { scenes } from '../src/papers/ruder2017/scenes/scenes.ts';
import { widened } from '../src/papers/ruder2017/scenes/widths.ts';
import type { SceneSpec } from '../src/scenes/kind.ts';
import { sceneRunId } from '../src/scenes/program.ts';
import { armOf, learnedWeights } from '../src/scenes/spec.ts';
import { resultsOf, street, type MadeRun } from './records.ts';
import { scratch, tinyConfig, tinyRun, type Scratch } from './tiny-run.ts';

describe('labels in a configuration', () => {
  test('defaults change no run’s id, and do not ask for a labelling', () => {
    const { labels: _, ...data } = profiles.smoke.data;
    const { labelledShare: __, ...training } = profiles.smoke.training;
    const older = { ...profiles.smoke, data, training } as typeof profiles.smoke;
    const id = (config: typeof older) =>
      sceneRunId({
        ...armOf(config, { tasks: street.tasks, balance: learnedWeights() }),
        seed: 1,
      });
    expect(id(profiles.smoke)).toBe(id(older));
    expect(labellingOf(profiles.smoke, 1)).toBeUndefined();
  });

  test('a share without labels that are chosen is refused', () => {
    const training = { ...profiles.smoke.training, labelledShare: 0.5 };
    expect(() => labellingOf({ ...profiles.smoke, training }, 1)).toThrow(
      /^training\.labelledShare 0\.5: all frames have all labels; set data\.labels too/,
    );
  });
});

describe('on scenes', () => {
  let place: Scratch;
  let dataset: StoredData;
  beforeAll(async () => {
    place = await scratch();
    dataset = await openStored({ root: place.tree, limits: ALL, holdOut: null });
  }, 60_000);

  const few = ['data.labels.semantic.frames=3', 'training.labelledShare=0.25'];

  test('a frame without a label of one task gives the others’ as before, and an empty mask', async () => {
    const config = await tinyConfig(place, ...few);
    const labelling = labellingOf(config, 1)!;
    const wanted = {
      tasks: street.tasks,
      batchSize: 4,
      augmentation: augmentationOf(config),
      normalisation: imageNetNormalisation,
      seed: 1,
    };
    const first = async (more: object) => {
      const { pools: _, ...options } = trainingBatches(dataset, { ...wanted, ...more });
      // The same frames in the same order, so that only the labels differ.
      for await (const batch of batches(options)) return batch;
      throw new Error('no batch');
    };
    const [before, after] = [await first({}), await first({ labelling })];
    expect(after.ids).toEqual(before.ids);
    for (const name of Object.keys(before.arrays).filter((key) => !key.includes('semantic'))) {
      expect(after.arrays[name]).toEqual(before.arrays[name]);
    }
    const { pools } = trainingBatches(dataset, { ...wanted, labelling });
    expect(pools?.map(({ ids, perBatch }) => [ids.length, perBatch])).toEqual([
      [3, 1],
      [9, 3],
    ]);
    const pixels = config.size.height * config.size.width;
    const mask = after.arrays['mask/semantic'];
    const labelled = after.ids.filter((id, i) => {
      const own = mask.subarray(i * pixels, (i + 1) * pixels);
      const old = before.arrays['mask/semantic'].subarray(i * pixels, (i + 1) * pixels);
      if (pools![0].ids.includes(id)) expect(own).toEqual(old);
      else expect(own.some((x) => x !== 0)).toBe(false);
      return own.some((x) => x !== 0);
    });
    expect(labelled.length).toBeLessThan(4);
  });

  test('a share that no batch can have is refused', async () => {
    const config = await tinyConfig(place, 'data.labels.semantic.frames=3');
    const training = { ...config.training, labelledShare: 1 };
    await expect(tinyRun(place, 'refused', { config: { ...config, training } })).rejects.toThrow(
      'expected a batch of 4 labelled and 0 other frames, street has 3 and 9',
    );
  });

  test('a run that goes on from its first checkpoint ends with the same result, in any threads', async () => {
    const short = ['training.steps=4', 'training.checkpointEvery=2'];
    const config = await tinyConfig(place, ...few, ...short, 'data.labels.depth.shuffled=true');
    const whole = await tinyRun(place, 'few', { config, dataWorkers: 0 });
    const checkpoints = join(whole.folder, 'checkpoints');
    const later = (await readdir(checkpoints)).filter((name) => !/step-0*2\./.test(name));
    expect(later.length).toBeGreaterThan(0);
    for (const name of later) await rm(join(checkpoints, name), { recursive: true });
    await rm(join(whole.folder, 'result.json'));
    const again = await tinyRun(place, 'few', { config, dataWorkers: 1 });
    expect(again.result).toEqual(whole.result);
  });
});

const flags = { labelled: '4,8', widths: '0.5', moreSeeds: '4,5' };
const context = {
  config: { ...profiles.smoke, seeds: [1, 2, 3] },
  data: { ...street, frames: { train: 32, val: 4 } },
  options: scenes.options(flags),
};

/** The number of labelled frames that a run is about. */
const framesOf = ({ config }: SceneSpec): number => config.data.labels['semantic']?.frames ?? 32;

/** The way of a run by what is in its configuration. */
function wayOf({ config, tasks }: SceneSpec): 'alone' | 'together' | 'few' | 'control' {
  if (tasks.length === 1) return 'alone';
  if (config.data.labels['depth']?.shuffled) return 'control';
  return config.training.labelledShare === 0.5 ? 'few' : 'together';
}

/** All runs, with the IoU that a test gives them. */
async function shown(iou: (spec: SceneSpec, noise: number) => number): Promise<Artefacts> {
  const made = runsOf(scenes, context, resultsOf(context, [])).map(({ spec }): MadeRun => {
    const { tasks, balance, seed, config } = spec;
    const noise = randomStream('noise', seed, framesOf(spec), wayOf(spec))() - 0.5;
    const metrics = {
      ...{ 'semantic/iou': iou(spec, noise), 'instance/meanError': 4, 'depth/meanError': 1 },
    };
    const { name: weighting, options } = balance;
    return { tasks, weighting, options, seed, metrics, config: () => config };
  });
  return scenes.show(context, resultsOf(context, made));
}

describe('ruder2017 scenes', () => {
  test('counts are those that the data has frames for, and all of them', () => {
    const of = (train: number) => ({
      data: { ...street, frames: { train, val: 4 } },
      options: scenes.options({}),
    });
    expect(countsOf(of(600))).toEqual([20, 40, 100, 200, 600]);
    expect(countsOf(of(2975))).toEqual([20, 40, 100, 200, 500, 1000, 2000, 2975]);
    expect(countsOf(of(32))).toEqual([20, 32]);
    expect([600, 32].map((train) => focusOf(of(train)))).toEqual([[40, 100], [20]]);
  });

  test('each run once: four ways a count, two with all labels, three a width; more seeds where the effect is', () => {
    const runs = runsOf(scenes, context, resultsOf(context, []));
    // None of 4 and 8 is usual, so that the fewest take the two seeds more.
    expect(runs).toHaveLength(4 * 5 + 4 * 3 + 2 * 3 + 3 * 5);
    expect(new Set(runs.map(({ spec }) => sceneRunId(spec))).size).toBe(runs.length);
    expect(new Set(runs.map(({ label }) => label)).size).toBe(runs.length);
    expect(runs.slice(0, 4).map(({ label }) => label)).toEqual([
      ...['alone-4/seed-1', 'together-4/seed-1', 'few-4/seed-1', 'control-4/seed-1'],
    ]);
  });

  test('the width of the configuration alone asks for no other, nor for a table of widths', async () => {
    const plain = { ...context, options: scenes.options({ ...flags, widths: '1' }) };
    const runs = runsOf(scenes, plain, resultsOf(plain, []));
    expect(runs).toHaveLength(4 * 5 + 4 * 3 + 2 * 3);
    const { tables, verdicts } = await scenes.show(plain, resultsOf(plain, []));
    expect([tables.length, verdicts.length]).toEqual([3, 6]);
  });

  test('with all labels, one task and all tasks are runs of Table 1', () => {
    const of = { ...context, options: table1.options({}) };
    const known = new Set(
      runsOf(table1, of, resultsOf(of, [])).map(({ spec }) => sceneRunId(spec)),
    );
    const all = runsOf(scenes, context, resultsOf(context, [])).filter(({ label }) =>
      /^(alone|together)-32\//.test(label),
    );
    expect(all).toHaveLength(2 * 3);
    expect(all.filter(({ spec }) => !known.has(sceneRunId(spec)))).toEqual([]);
  });

  test('a gain that the control has not: transfer, worth as many frames as the curve says', async () => {
    // One task: 10 more for each doubling; the other tasks give 12, so 4 frames do what 8 · 4^(2/20) = 9.2 do.
    const curve = { 4: 20, 8: 30, 32: 50 } as Readonly<Record<number, number>>;
    const { tables, verdicts, figures, lead } = await shown((spec, noise) => {
      const gain = wayOf(spec) === 'few' ? 12 : 0;
      return curve[framesOf(spec)] + gain + 0.1 * noise;
    });
    expect(tables.map(({ name }) => name)).toEqual([
      ...['scenes', 'scenes-gain', 'scenes-others', 'scenes-width'],
    ]);
    const worth = tables[1].table.rows[0].cells.at(-1);
    expect(worth).toMatch(/^9 \(9 … 9\)$/);
    expect(lead).toContain('4 labelled frames with instance and depth on all 32 do');
    expect(verdicts.map(({ judgement }) => judgement)).toEqual([
      ...['reproduced', 'reproduced', 'reproduced', 'reproduced'],
      ...['no difference larger than δ', 'no difference larger than δ'],
      'no difference larger than δ',
    ]);
    expect(verdicts[0].evidence).toMatch(/^4 labelled frames: semantic .*5 seeds.*, p 0\.06\d$/);
    expect(figures.map(({ name }) => name)).toEqual(['scenes', 'scenes-width']);
  });

  test('a gain that the control has too is no transfer, and is said to be one of the control', async () => {
    const { verdicts } = await shown((spec, noise) => {
      const regularised = ['few', 'control'].includes(wayOf(spec));
      return 20 + framesOf(spec) + (regularised ? 5 : 0) + 0.1 * noise;
    });
    expect(verdicts.slice(0, 3).map(({ judgement }) => judgement)).toEqual([
      ...['reproduced', 'no difference larger than δ', 'not reproduced'],
    ]);
  });

  test('without runs there are dashes, no figure, and nothing is judged', async () => {
    const { tables, figures, verdicts } = await scenes.show(context, resultsOf(context, []));
    expect(tables[1].table.rows.flatMap(({ cells }) => cells).every((cell) => cell === null)).toBe(
      true,
    );
    expect(figures).toEqual([]);
    expect(new Set(verdicts.map(({ judgement }) => judgement))).toEqual(new Set(['not run']));
  });

  test('data with one task has nothing to share', async () => {
    const single = { ...context, data: { ...context.data, tasks: ['semantic'] } };
    const { verdicts } = await scenes.show(single, resultsOf(single, []));
    expect(verdicts).toEqual([]);
    const tasks = runsOf(scenes, single, resultsOf(single, [])).map(({ spec }) => spec.tasks);
    expect(new Set(tasks.flat())).toEqual(new Set(['semantic']));
  });

  test.each([
    [{ labelled: '0' }, /^--labelled 0/],
    [{ labelledShare: '1' }, /^--labelled-share 1/],
    [{ labelledShare: '0.2,0.3' }, /^--labelled-share 0\.2,0\.3: expected one number/],
    [{ widths: '-1' }, /^--widths -1/],
    [{ moreSeeds: '1.5' }, /^--more-seeds 1\.5/],
  ])('%j is refused', (wrong, message) => {
    expect(() => scenes.options(wrong)).toThrow(message);
  });
});

test('all channels are widened; the width of a known encoder cannot be', () => {
  const half = widened(profiles.smoke, 0.5)!;
  expect(half.network).toMatchObject({
    encoder: { stem: 8, channels: [8, 16, 16], asppChannels: 8 },
    decoder: { width: 8, kernel: 3 },
  });
  expect(widened(profiles.smoke, 1)).toBe(profiles.smoke);
  expect(widened(profiles.camvid, 0.5)).toBeUndefined();
});

describe('equivalent labelled frames', () => {
  const points = (...values: [number, number][]) =>
    values.map(([frames, value]) => ({ frames, value }));

  test('a curve that falls is levelled by least squares', () => {
    // 3 and 1 become 2 and 2; then 2.5 … by hand.
    expect(rising(points([1, 3], [2, 1], [4, 5])).map(({ value }) => value)).toEqual([2, 2, 5]);
    expect(rising(points([1, 4], [2, 3], [4, 2])).map(({ value }) => value)).toEqual([3, 3, 3]);
    expect(rising([])).toEqual([]);
  });

  test('between points by the logarithm, beyond them only which side', () => {
    const curve = points([10, 0], [40, 2], [80, 3]);
    // Half way from 10 to 40 on a logarithmic scale.
    expect(framesFor(curve, 1).frames).toBeCloseTo(20, 9);
    expect(framesFor(curve, 2)).toEqual({ frames: 40, beyond: undefined });
    expect(framesText(framesFor(curve, 4))).toBe('more than 80');
    expect(framesText(framesFor(curve, -1))).toBe('fewer than 10');
    expect(framesText(framesFor(curve, 0))).toBe('10');
  });
});
