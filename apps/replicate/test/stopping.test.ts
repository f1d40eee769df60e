import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { latestCheckpoint, loadCheckpoint, readMetrics, type MetricsRecord } from '@scene-mtl/core';
import { checkpointOf } from '../src/predict/stored-network.ts';
import { trainRunHash } from '../src/run/identity.ts';
import { regretOf, regretText, type RegretTask } from '../src/train/regret.ts';
import { scratch, tinyConfig, tinyRun, type Scratch } from './tiny-run.ts';

describe('the regret of one joint epoch', () => {
  const task = (name: string, better: 'higher' | 'lower'): RegretTask => ({
    name,
    metrics: [{ name: 'm', unit: 'px', better }],
  });
  const tasks = [task('a', 'lower'), task('b', 'higher')];
  const evaluation = (step: number, a: number | null, b: number): MetricsRecord => ({
    ...{ step, kind: 'evaluation' },
    values: { 'a/m': a, 'b/m': b },
  });

  test('by hand', () => {
    const log = [evaluation(10, 1, 50), evaluation(20, 1.1, 75), evaluation(30, 2, 80)];
    // a is best at 10, b at 30. Mean regrets: (0 + 30/80)/2, (0.1 + 5/80)/2, (1 + 0)/2.
    const regret = regretOf(log, tasks)!;
    expect(regret).toMatchObject({
      step: 20,
      tasks: [
        { task: 'a', best: { step: 10, value: 1 }, joint: { value: 1.1 } },
        { task: 'b', best: { step: 30, value: 80 }, joint: { value: 75, regret: 0.0625 } },
      ],
    });
    expect(regret.mean).toBeCloseTo(0.08125, 12);
    expect(regretText(regret).split('\n')).toEqual([
      'one joint epoch for all tasks: step 20, 8.1 % worse on the mean than each at its own best',
      '  a/m: best 1.0000 px at step 10, 1.1000 at step 20 (10.0 % worse)',
      '  b/m: best 80.0000 px at step 30, 75.0000 at step 20 (6.3 % worse)',
    ]);
  });

  test('evaluations where a task has no number do not count; too few give none', () => {
    const log = [evaluation(10, null, 99), evaluation(20, 1, 50), evaluation(30, 2, 50)];
    expect(regretOf(log, tasks)).toMatchObject({ step: 20, mean: 0 });
    expect(regretOf(log.slice(0, 2), tasks)).toBeUndefined();
    expect(regretOf(log, tasks.slice(0, 1))).toBeUndefined();
    expect(regretOf([evaluation(1, 0, 1), evaluation(2, 1, 1)], tasks)).toBeUndefined();
  });
});

describe('runs', () => {
  let place: Scratch;
  const short = (...set: string[]) =>
    tinyConfig(place, 'training.evalEvery=2', 'training.checkpointEvery=2', ...set);
  // Nothing is ever ten times better: both tasks but the last stop at the second evaluation.
  const stopping = ['training.stopping.patience=1', 'training.stopping.leastGain=10'];
  const still = ['training.momentum=0', 'training.weightDecay=0'];
  const tasks = ['semantic', 'depth'];
  const make = async (name: string, ...set: string[]) =>
    (await tinyRun(place, name, { config: await short(...set), tasks, dataWorkers: 0 })).folder;

  beforeAll(async () => {
    place = await scratch();
  });
  afterAll(() => rm(place.runs, { recursive: true, force: true }));

  test('a stopped task is absent from then on, and a run that goes on ends with the same bytes', async () => {
    const whole = await make('whole', ...stopping, ...still);
    const log = await readMetrics(join(whole, 'metrics.jsonl'));
    const losses = log.filter(({ kind }) => kind === 'train').map(({ values }) => values);
    expect(losses.at(-1)!['present/semantic']).toBeLessThan(1);
    const checkpoints = join(whole, 'checkpoints');
    const [six, eight] = await Promise.all([6, 8].map((step) => loadCheckpoint(checkpoints, step)));
    const changed = [...six.tensors.keys()].filter((name) => {
      const [before, after] = [six, eight].map(({ tensors }) => tensors.get(name)!.data);
      return before.some((x, i) => x !== after[i]);
    });
    // Stopped at 4: nothing trains its head, whose weights stay; its moving averages see the trunk move.
    const isOf = (task: string) => (name: string) =>
      name.startsWith(`${task}/`) && !name.includes('/moving_');
    expect(changed.filter(isOf('semantic'))).toEqual([]);
    expect(changed.filter(isOf('depth')).length).toBeGreaterThan(3);

    const cut = join(place.runs, 'cut');
    await cp(whole, cut, { recursive: true });
    for (const name of [
      'result.json',
      'checkpoints/step-00000008.json',
      'checkpoints/step-00000008.safetensors',
    ])
      await rm(join(cut, name));
    expect(await make('cut', ...stopping, ...still)).toBe(cut);
    for (const file of ['result.json', 'metrics.jsonl', 'checkpoints/step-00000008.safetensors'])
      expect(await readFile(join(cut, file))).toEqual(await readFile(join(whole, file)));
  });

  test('while nothing is stopped every bit is as without; snapshots change none either', async () => {
    const plain = await make('plain');
    const patient = await make(
      'patient',
      'training.stopping.patience=1000',
      'training.snapshots=true',
    );
    const [a, b] = await Promise.all(
      [plain, patient].map((folder) => latestCheckpoint(join(folder, 'checkpoints'))),
    );
    expect([...b!.tensors]).toEqual([...a!.tensors]);
    expect(a!.manifest.bests).toBeUndefined();
    const bests = b!.manifest.bests!;
    expect(Object.keys(bests)).toEqual(['semantic/iou', 'depth/meanError']);
    // Of the evaluations in the log, the best of each; its checkpoint is there, whatever came after.
    const log = await readMetrics(join(patient, 'metrics.jsonl'));
    const evaluations = log.filter(({ kind }) => kind === 'evaluation');
    const errors = evaluations.map(({ values }) => values['depth/meanError']!);
    expect(bests['depth/meanError'].value).toBe(Math.min(...errors));
    const own = await checkpointOf(patient, 'best:depth');
    expect(own.manifest.step).toBe(bests['depth/meanError'].step);
    await expect(checkpointOf(patient, 'best:dept')).rejects.toThrow('did you mean depth?');
    await expect(checkpointOf(plain, 'best:depth')).rejects.toThrow('training.snapshots=true');
  });

  test('how often it is evaluated decides a run that stops tasks, and no other', async () => {
    const hash = async (...set: string[]) =>
      trainRunHash({
        config: await tinyConfig(place, ...set),
        ...{ tasks, balance: { name: 'equal', options: {} }, select: null },
      });
    const plain = await hash();
    expect(await hash('training.evalEvery=2')).toBe(plain);
    expect(await hash('training.snapshots=true')).toBe(plain);
    const stopped = await hash(...stopping);
    expect(stopped).not.toBe(plain);
    expect(await hash(...stopping, 'training.evalEvery=2')).not.toBe(stopped);
  });
});
