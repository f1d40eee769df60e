import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readMetrics, type MetricsRecord } from '@scene-mtl/core';
import { photo } from '@scene-mtl/data';
import sharp from 'sharp';
import {
  decodingFor,
  DEFAULT_ADOPT_WITHIN,
  DEFAULT_MIN_AREA,
  objectJudge,
  officialInstances,
  regularIds,
  tasksFor,
} from '@scene-mtl/vision-heads';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { NO_CLASSES } from '@scene-mtl/datasets';
import { arraysOf, streetSample } from '@scene-mtl/data/testing';
import { evaluateRun } from '../src/predict/evaluate-run.ts';
import type { RunTiming } from '@scene-mtl/lab';
import { readDescription } from '../src/run/description.ts';
import { selectionOf } from '../src/train/selection.ts';
import { runEvents, settingsOf } from '../src/train/tensorboard.ts';
import { decodedEvents } from '@scene-mtl/core/testing';
import type { trainRun } from '../src/train/train-run.ts';
import { scratch, type Scratch, tinyConfig, tinyRun } from './tiny-run.ts';

let place: Scratch;
let first: Awaited<ReturnType<typeof trainRun>>;

let started = 0;

beforeAll(async () => {
  place = await scratch();
  started = Date.now();
  first = await tinyRun(place, 'first');
});

const compile = { threads: 1 } as const;

/** The events of a run, of its one event file. */
async function eventsOf(folder: string) {
  const files = (await readdir(folder)).filter((name) => name.includes('tfevents'));
  expect(files).toHaveLength(1);
  return decodedEvents(await readFile(join(folder, files[0])));
}

describe('a training run', () => {
  test('leaves everything that its folder should hold', async () => {
    expect(await readdir(first.folder)).toEqual([
      'checkpoints',
      'config.json',
      'data.json',
      'environment.json',
      expect.stringMatching(/^events\.out\.tfevents\.\d{10}\.[\w.-]+$/),
      'metrics.jsonl',
      'predictions',
      'result.json',
      'run.json',
      'timing.json',
    ]);
    const { metrics, best, weights, steps } = first.result;
    expect(steps).toBe(8);
    expect(best).toMatchObject({ metric: 'semantic/iou' });
    expect(Object.keys(weights ?? {})).toEqual(['semantic', 'instance', 'depth']);
    expect(Object.keys(metrics)).toContain('depth/meanError');
    const checkpoints = await readdir(join(first.folder, 'checkpoints'));
    expect(checkpoints).toContain(`step-0000000${best?.step}.safetensors`);
  });

  test('has an event file with all that was logged, pictures of four frames and its settings', async () => {
    const events = await eventsOf(first.folder);
    const log = (await readFile(join(first.folder, 'metrics.jsonl'), 'utf8')).trim().split('\n');
    const logged = log.map((line) => JSON.parse(line) as MetricsRecord);
    const scalars = events.filter(({ values }) => Object.keys(values).length > 0);
    expect(scalars.map(({ step }) => step)).toEqual(logged.map(({ step }) => step));
    for (const [i, { kind, values }] of logged.entries()) {
      for (const [name, value] of Object.entries(values)) {
        if (value === null) continue;
        expect(scalars[i].values[`${kind}/${name}`]).toBe(Math.fround(value));
      }
    }
    // Evaluations at 4 and 8 of 8 steps; four frames with a photograph, and three tasks with both sides.
    const pictures = events.filter(({ images }) => Object.keys(images).length > 0);
    expect(pictures.map(({ step }) => step)).toEqual([4, 8]);
    const [all, later] = pictures.map(({ images }) => Object.keys(images));
    expect(all).toHaveLength(4 * (1 + 3 * 2));
    expect(later).toHaveLength(4 * 3);
    expect(all).toEqual(expect.arrayContaining(later));
    expect(later.every((tag) => tag.endsWith(', prediction'))).toBe(true);
    const { width, height } = await sharp(pictures[1].images[later[0]]).metadata();
    expect([height, width]).toEqual([32, 64]);
    expect(events.flatMap(({ plugins }) => plugins)).toEqual([
      ...['_hparams_/session_start_info', '_hparams_/session_end_info'],
    ]);
    const times = events.map(({ wallTime }) => wallTime);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBeGreaterThan(started / 1000);
    expect(times.at(-1)).toBeLessThan(Date.now() / 1000);
  });

  test('tells TensorBoard its settings by name', async () => {
    const settings = settingsOf(await readDescription(first.folder));
    expect(settings).toMatchObject({
      ...{ 'training.steps': 8, 'size.height': 32, 'balance.name': 'uncertainty', seed: 1 },
      ...{ tasks: 'semantic, instance, depth', select: 'semantic/iou' },
    });
    expect(Object.values(settings).every((value) => typeof value !== 'object')).toBe(true);
  });

  test.each([
    // Evaluations are at 4 and 8 of its steps.
    [2, 1],
    [4, 0],
  ])('going on from step %s it shows photographs %s times', async (from, times) => {
    const folder = join(place.runs, `from-${from}`);
    const image = photo({ height: 2, width: 2 }, new Uint8Array(12));
    const description = await readDescription(first.folder);
    const events = runEvents({ folder, description, tasks: [], from });
    await events.scalars({ step: from + 1, kind: 'train', values: { total: 1 } });
    const frame = { sample: { id: 'x', fields: { image } }, predictions: {} };
    for (const step of [from + 2, from + 6]) await events.pictures(step, [frame]);
    const shown = (await eventsOf(folder)).flatMap(({ images }) => Object.keys(images));
    expect(shown).toHaveLength(times);
  });

  test('goes on where its events cannot be written, and says so once', async () => {
    const folder = join(place.runs, 'a file');
    await writeFile(folder, '');
    const said: string[] = [];
    const events = runEvents(
      { folder, description: await readDescription(first.folder), tasks: [], from: 0 },
      (line) => said.push(line),
    );
    for (const step of [1, 2]) await events.scalars({ step, kind: 'train', values: { total: 1 } });
    await events.end(2);
    expect(said).toEqual([
      expect.stringMatching(/^note: no more events for TensorBoard in .*a file/),
    ]);
  });

  test('gives the same bytes again, and its finished folder is not trained again', async () => {
    const second = await tinyRun(place, 'second');
    const files = ['result.json', 'metrics.jsonl', 'run.json'];
    for (const file of [...files, 'checkpoints/step-00000008.safetensors']) {
      const [a, b] = await Promise.all(
        [first, second].map(({ folder }) => readFile(join(folder, file))),
      );
      expect(a.equals(b)).toBe(true);
    }
    const timing = () => readFile(join(second.folder, 'timing.json'), 'utf8');
    const before = await timing();
    expect((await tinyRun(place, 'second')).result).toEqual(second.result);
    expect(await timing()).toBe(before);
  });

  test('looks at its gradients, says what it saw, and ends with the same numbers', async () => {
    const said: string[] = [];
    const health = { every: 3, say: (text: string) => void said.push(text) };
    const looked = await tinyRun(place, 'looked', { health });
    expect(looked.result).toEqual(first.result);
    const records = await readMetrics(join(looked.folder, 'metrics.jsonl'));
    const looks = records.filter(({ kind }) => kind === 'gradients');
    expect(looks.map(({ step }) => step)).toEqual([3, 6]);
    expect(records.filter((record) => !looks.includes(record))).toEqual(
      await readMetrics(join(first.folder, 'metrics.jsonl')),
    );
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(
      /^gradients, 2 looks .*cosines semantic\+instance .*equal weights|method/s,
    );
  });

  test('gives the same bytes whatever the number of data workers', async () => {
    for (const dataWorkers of [0, 2]) {
      const { folder } = await tinyRun(place, `workers-${dataWorkers}`, { dataWorkers });
      for (const file of ['metrics.jsonl', 'checkpoints/step-00000008.safetensors']) {
        const [a, b] = [first.folder, folder].map((each) => readFile(join(each, file)));
        expect((await a).equals(await b)).toBe(true);
      }
      const timing = JSON.parse(await readFile(join(folder, 'timing.json'), 'utf8')) as RunTiming;
      expect(timing.waitingShare).toBeGreaterThan(0);
      expect(timing.waitingShare).toBeLessThan(1);
    }
  });

  test('refuses a folder that holds another run, naming what differs', async () => {
    const other = { name: 'equal', options: {} } as const;
    await expect(tinyRun(place, 'first', { balance: other })).rejects.toThrow(
      /first\/run\.json: this run was started with balance .*uncertainty.*, now it is .*equal/,
    );
    await expect(
      tinyRun(place, 'first', { config: await tinyConfig(place, 'training.steps=9') }),
    ).rejects.toThrow('training.steps = 8, now it is 9');
  });

  test('of some tasks selects by the metric asked for and runs another balancer', async () => {
    const { result, folder } = await tinyRun(place, 'two', {
      tasks: ['depth', 'semantic'],
      balance: { name: 'dynamic-average', options: { temperature: 1 } },
      select: 'depth/rms',
    });
    expect(Object.keys(result.metrics).map((name) => name.split('/')[0])).not.toContain('instance');
    expect(result.best?.metric).toBe('depth/rms');
    const log = (await readFile(join(folder, 'metrics.jsonl'), 'utf8')).trim().split('\n');
    const values = log
      .map((line) => JSON.parse(line) as { kind: string; values: Record<string, number> })
      .filter(({ kind }) => kind === 'evaluation')
      .map((summary) => summary.values['depth/rms']);
    expect(result.best?.value).toBe(Math.min(...values));
  });

  test('stops with the trainer’s own message when a loss is no longer finite', async () => {
    const config = await tinyConfig(place, 'training.learningRate=1e30', 'training.clipNorm=null');
    await expect(tinyRun(place, 'diverged', { config })).rejects.toThrow(
      /no longer finite in step \d+ .*lower the learning rate/,
    );
  });

  test('names a task that the data cannot train', async () => {
    const { chosenTasks } = await import('../src/train/selection.ts');
    const legend = { ...NO_CLASSES, classes: ['a', 'b'] };
    const dataset = { name: 'camvid', fields: ['semantic', 'instance'], legend } as never;
    expect(() => chosenTasks(dataset, ['semantic', 'depth'])).toThrow(
      '--tasks semantic,depth: camvid has no annotation for depth; it can train semantic, instance',
    );
  });
});

describe('what a configuration chooses', () => {
  test.each(['mgda'])('%s balances a run', async (name) => {
    const { result, folder } = await tinyRun(place, name, { balance: { name, options: {} } });
    expect(result.steps).toBe(8);
    const log = await readFile(join(folder, 'metrics.jsonl'), 'utf8');
    const line = log.split('\n').find((text) => text.includes('"train"')) ?? '';
    const { values } = JSON.parse(line) as { values: Record<string, number> };
    expect(values['gradientNorm/depth']).toBeGreaterThan(0);
    expect(Object.keys(result.weights)).toHaveLength(name === 'graddrop' ? 0 : 3);
  });

  test.each([
    ['adam', 'training.optimiser=adam', 0.1],
    // ½ · 0.1 · (1 + cos(7π/8)) = 0.0038060
    ['cosine', 'training.schedule=cosine', 0.003806],
    // Step 7 of 8 lies after the milestones at steps 4 and 6.
    ['steps', 'training.schedule=steps', 0.001],
    ['constant', 'training.schedule=constant', 0.1],
    ['accumulate', 'training.accumulate=2', 0.1],
  ])('%s, by --set %s', async (name, set, rate) => {
    const poly = rate === 0.1 && name !== 'constant';
    const config = await tinyConfig(place, 'training.warmUp=0', set);
    const { folder } = await tinyRun(place, `by-${name}`, { config });
    const log = (await readFile(join(folder, 'metrics.jsonl'), 'utf8')).trim().split('\n');
    const trained = log
      .map((line) => JSON.parse(line) as { kind: string; values: Record<string, number> })
      .filter(({ kind }) => kind === 'train');
    // The default: 0.1 · (1 − 7/8)^0.9 = 0.015389.
    expect(trained.at(-1)?.values['rate/network']).toBeCloseTo(poly ? 0.015389 : rate, 6);
    // Each of them changes the weights that the defaults would give.
    const bytes = (of: string) => readFile(join(of, 'checkpoints/step-00000008.safetensors'));
    expect((await bytes(folder)).equals(await bytes(first.folder))).toBe(false);
  });

  test('a balancer or an option that is not there is named', async () => {
    const balance = { name: 'uncertain', options: {} };
    await expect(tinyRun(place, 'none', { balance })).rejects.toThrow(
      'balancer uncertain: expected one of uncertainty, ',
    );
    const cooled = { name: 'equal', options: { temperature: 1 } };
    await expect(tinyRun(place, 'other', { balance: cooled })).rejects.toThrow(
      /equal: .*temperature/,
    );
  });

  test('a selecting metric must be one of the tasks', () => {
    const legend = { ...NO_CLASSES, classes: ['a', 'b'] };
    const all = tasksFor({ fields: ['semantic', 'instance', 'depth'], legend });
    expect(selectionOf(all, undefined)).toEqual({ metric: 'semantic/iou', better: 'higher' });
    expect(selectionOf(all, 'depth/rms')).toEqual({ metric: 'depth/rms', better: 'lower' });
    expect(() => selectionOf(all, 'test/iou')).toThrow(/--select test\/iou: expected .*depth\/rms/);
  });
});

describe('evaluating a stored run', () => {
  const evaluate = (options: Partial<Parameters<typeof evaluateRun>[0]>) =>
    evaluateRun({ run: first.folder, split: 'val', checkpoint: 'last', compile, ...options });

  test('gives the last checkpoint what training gave, and the best what selected it', async () => {
    const last = await evaluate({});
    expect(last.metrics).toMatchObject(first.result.metrics);
    expect(last.checkpoint).toEqual({ choice: 'last', step: 8, selectedBy: null });
    expect(last.data).toEqual({ name: 'street', split: 'val', frames: 4 });
    const best = await evaluate({ checkpoint: 'best' });
    expect(best.checkpoint.step).toBe(first.result.best?.step);
    expect(best.checkpoint.selectedBy).toBe('val semantic/iou');
    expect(best.metrics['semantic/iou']).toBe(first.result.best?.value);
    for (const name of ['instance/ap', 'panoptic/pq', 'depth/delta1', 'semantic/iou/car']) {
      expect(best.metrics).toHaveProperty([name]);
    }
  });

  test('measures no hand-picked step on test data, and says when there is none of it', async () => {
    await expect(evaluate({ split: 'test', checkpoint: 8 })).rejects.toThrow(
      /test data would select the model/,
    );
    await expect(evaluate({ split: 'test', checkpoint: 'best' })).rejects.toThrow(
      'street: split test has no frames',
    );
  });

  test('names a folder that is no run and a step that is not there', async () => {
    await expect(evaluate({ run: place.runs })).rejects.toThrow(`${place.runs}: no run.json in it`);
    await expect(evaluate({ checkpoint: 5 })).rejects.toThrow(/no checkpoint of step 5; there are/);
  });
});

describe('objects', () => {
  const ids = regularIds(['road', 'car']);
  // Two cars of 8×8 px on a road, 16×32 px in all.
  const [height, width] = [16, 32];
  const carAt = (i: number) => {
    const [row, column] = [Math.floor(i / width), i % width];
    if (row < 4 || row >= 12) return -1;
    return column >= 2 && column < 10 ? 0 : column >= 20 && column < 28 ? 1 : -1;
  };
  const cars = Array.from({ length: height * width }, (_, i) => carAt(i));
  const sample = streetSample({
    id: 'two cars',
    height,
    width,
    semantic: Uint8Array.from(cars, (car) => (car < 0 ? 0 : 1)),
    instance: Uint16Array.from(cars, (car) => (car < 0 ? 0 : 26000 + car)),
  });
  const predictions = (merged: boolean) => ({
    semantic: {
      classes: arraysOf(sample).semantic,
      probabilities: Float32Array.from(cars.flatMap((car) => (car < 0 ? [1, 0] : [0, 1]))),
    },
    instance: {
      vectors: Float32Array.from(
        cars.flatMap((car, i) => {
          // Centres at columns 5.5 and 23.5, row 7.5; merged: both at one.
          const centre = merged ? 14.5 : [5.5, 23.5][Math.max(car, 0)];
          return [centre - (i % width), 7.5 - Math.floor(i / width)];
        }),
      ),
    },
  });
  const judge = (merged: boolean) => {
    const size = { height, width };
    const objects = objectJudge(ids as Uint8Array, size, decodingFor(size, [1]));
    objects.add(sample, predictions(merged));
    return objects.result();
  };

  test('found as they are give AP and PQ of 100 %', () => {
    expect(judge(false)).toMatchObject({
      'instance/ap': 100,
      'instance/ap50': 100,
      'panoptic/pq': 100,
      'panoptic/pqThings': 100,
    });
  });

  test('taken for one are found by neither', () => {
    // The one object overlaps each car by half: IoU 64/128 is not above 0.5. Road stays right.
    expect(judge(true)).toMatchObject({
      'instance/ap': 0,
      'panoptic/pqThings': 0,
      'panoptic/pqStuff': 100,
      'panoptic/pq': 50,
    });
  });

  test('are decoded by the chosen parameters at 128×256, and never from fewer than 4 px', () => {
    expect(decodingFor({ height: 128, width: 256 }, [1])).toMatchObject({
      minArea: DEFAULT_MIN_AREA,
      adoptWithin: DEFAULT_ADOPT_WITHIN,
    });
    // A quarter of the width, a sixteenth of the area: 8 / 4 px, and 10 / 16 px is below the least.
    const small = decodingFor({ height: 32, width: 64 }, [1]);
    expect(small).toMatchObject({ minArea: 4, adoptWithin: 2 });
    // A block of 3×3 votes 1 px apart, as neighbours with one vector give them, is one object. OPTICS
    // begins at a corner with 3 votes within 1 px, below minPts, which it leaves to be adopted.
    const block = Array.from({ length: 9 }, (_, i) => [i % 3, Math.floor(i / 3)]);
    const pixels = Int32Array.from(block, ([column, row]) => 64 * row + column);
    const input = { votes: Float64Array.from(block.flat()), pixels, height: 32, width: 64 };
    expect([...(small.method?.(input) ?? [])]).toEqual([-1, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test('have official values: single objects, groups, stuff, void', () => {
    const one = streetSample({
      ...{ id: 'one', height: 1, width: 4 },
      semantic: Uint8Array.of(0, 1, 1, 255),
      instance: Uint16Array.of(0, 26003, 0, 0),
    });
    // road is 7, car 26 (cityscapesScripts 2.2.4, labels.py).
    expect([...officialInstances(one, ids as Uint8Array)]).toEqual([7, 26003, 26, 0]);
    expect(regularIds(['road', 'pavement'])).toBeUndefined();
  });
});
