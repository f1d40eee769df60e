import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '@scene-mtl/runtime';
import { beforeAll, expect, test } from '@jest/globals';
import { stream } from '@scene-mtl/data';
import * as tf from '@tensorflow/tfjs';
import {
  balancerNamed,
  MAIN_STREAM,
  multiTaskModel,
  objectiveOf,
  parametersOf,
  sgd,
  train,
  trainingStep,
  type Objective,
  type TrainingBatch,
} from '../src/index.ts';
import { useCpu } from './cpu.ts';
import { tinyEncoder, toyArrays, toyTasks } from './toy.ts';

beforeAll(useCpu);

const SIZE = [16, 16] as const;

/** A hint on frames without labels: the height of a mirrored image is the mirrored height. */
const mirrored: Objective = {
  name: 'mirrored',
  stream: 'unlabelled',
  arrays: {},
  loss(forward, batch) {
    const flip = (image: tf.Tensor) => tf.reverse(image, 2);
    const seen = forward({ image: flip(batch['image']) }).outputs['height'];
    const expected = flip(forward(batch).outputs['height']);
    return { value: tf.mean(tf.square(tf.sub(seen, expected))), present: tf.scalar(1) };
  },
};

function setUp(method: string, objectives = [mirrored]) {
  const tasks = toyTasks();
  const network = multiTaskModel({ encoder: tinyEncoder(), tasks, size: SIZE, seed: 1 });
  const all = [...tasks.map((task) => objectiveOf(task, SIZE)), ...objectives];
  const balancer = balancerNamed(method).make({ objectives: all });
  const parameters = parametersOf(network, balancer.variables);
  return trainingStep({
    network,
    objectives: all,
    balancer,
    parameters,
    optimiser: sgd(parameters.trained),
    batchSizes: { [MAIN_STREAM]: 2, unlabelled: 3 },
  });
}

async function* frames(first: number): AsyncIterable<TrainingBatch> {
  for (let n = first; ; n++) {
    await Promise.resolve();
    yield { arrays: { image: stream(n, 'unlabelled').normals(3 * 16 * 16 * 3) } };
  }
}

async function* labelled(first: number): AsyncIterable<TrainingBatch> {
  for (let n = first; ; n++) {
    await Promise.resolve();
    yield { arrays: toyArrays(n, 2, SIZE) };
  }
}

test('an objective that is no head reads a stream of its own', () => {
  const { streams, signature } = setUp('equal');
  expect(streams).toEqual([MAIN_STREAM, 'unlabelled']);
  expect(signature['image'].shape).toEqual([2, 16, 16, 3]);
  expect(signature['unlabelled/image'].shape).toEqual([3, 16, 16, 3]);
});

test.each(['equal', 'pcgrad'])('a hint is learned beside the tasks by %s', async (method) => {
  const folder = await mkdtemp(join(tmpdir(), 'objectives-'));
  const seen: number[] = [];
  const streams = { [MAIN_STREAM]: labelled, unlabelled: frames };
  await train({
    step: setUp(method),
    streams,
    schedule: () => 0.05,
    steps: 30,
    compile,
    folder,
    configHash: method,
    onProgress: ({ values }) => seen.push(values['loss/mirrored']),
  });
  await rm(folder, { recursive: true });
  const mean = (of: number[]) => of.reduce((a, b) => a + b) / of.length;
  expect(mean(seen.slice(-5))).toBeLessThan(0.5 * mean(seen.slice(0, 5)));
});

test('the moving averages are those of the main stream alone', async () => {
  const after = async (objectives: Objective[]) => {
    const step = setUp('equal', objectives);
    const compiled = await compile(step.run, step.signature);
    const [main] = [toyArrays(1, 2, SIZE)];
    const other = stream(1, 'unlabelled').normals(3 * 16 * 16 * 3, 5);
    await compiled.run({
      ...main,
      ...(objectives.length > 0 && { 'unlabelled/image': other }),
      'rate/network': Float32Array.of(0),
      'rate/weighting': Float32Array.of(0),
      apply: Float32Array.of(1),
    });
    await compiled.pull();
    await compiled.dispose();
    const moving = [...step.variables].filter(([name]) => name.includes('/moving_'));
    return moving.map(([name, v]) => [name, Array.from(v.dataSync())]);
  };
  const alone = await after([]);
  expect(alone.length).toBeGreaterThan(0);
  expect(await after([mirrored])).toEqual(alone);
});

test('a stream that is not given, or has no batch size, is named', async () => {
  const run = train({
    step: setUp('equal'),
    streams: { [MAIN_STREAM]: labelled },
    schedule: () => 0.1,
    steps: 1,
    compile,
    folder: await mkdtemp(join(tmpdir(), 'objectives-')),
    configHash: 'a',
  });
  await expect(run).rejects.toThrow('reads the stream unlabelled; expected it among [train]');
  expect(() => setUp('equal', [{ ...mirrored, stream: 'elsewhere' }])).toThrow(
    'mirrored reads the stream elsewhere; expected its batch size, got those of [train, unlabelled]',
  );
  expect(() => setUp('equal', [mirrored, mirrored])).toThrow('distinct');
});
