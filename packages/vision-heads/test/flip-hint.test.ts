import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import {
  convBnRelu,
  fixed,
  hintObjective,
  inside,
  MAIN_STREAM,
  multiTaskModel,
  objectiveOf,
  parametersOf,
  sgd,
  stagedEncoder,
  train,
  trainingStep,
  type Objective,
  type TrainingBatch,
} from '@scene-mtl/core';
import { stream } from '@scene-mtl/data';
import { compile } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import { depth, flipHint, semantic } from '../src/index.ts';

/** The tasks trained without any hint. */
let control: ReturnType<typeof trained>;
beforeAll(async () => {
  await tf.setBackend('cpu');
  control = trained([]);
  await control;
});

const [B, H, W] = [2, 8, 16];
const STEPS = 60;
/** Keeps the size, so that each pixel can be told from its neighbours. */
const encoder = stagedEncoder('flat', [
  {
    ...{ name: 'stem', stride: 1, channels: 8 },
    build: (image, scope) => convBnRelu(image, inside(scope, 'stem'), { filters: 8 }),
  },
]);

const softmax = (logits: tf.Tensor) => tf.softmax(logits);

const images = (seed: number) => stream(seed, 'images').normals(B * H * W * 3);

/** The same two images in each batch: class and depth of a pixel are those of its red channel. */
async function* labelled(): AsyncIterable<TrainingBatch> {
  const image = images(0);
  const red = Float32Array.from({ length: B * H * W }, (_, i) => image[3 * i]);
  const mask = new Float32Array(red.length).fill(1);
  const targets = { 'target/semantic': red.map((x) => Number(x > 0)), 'target/depth': red };
  for (;;) {
    await Promise.resolve();
    yield { arrays: { image, ...targets, 'mask/semantic': mask, 'mask/depth': mask } };
  }
}

async function* unlabelled(first: number): AsyncIterable<TrainingBatch> {
  for (let n = first + 1; ; n++) {
    await Promise.resolve();
    yield { arrays: { image: images(n) } };
  }
}

const hints = (weight: number) => {
  const place = { stream: 'unlabelled', weight };
  return [
    hintObjective('flip-semantic', flipHint('semantic', { compared: softmax }), place),
    hintObjective('flip-depth', flipHint('depth'), place),
  ];
};

/** Trains both tasks and some hints; losses of the first step, weights, and the disagreement on other images. */
async function trained(objectives: readonly Objective[]) {
  const tasks = [semantic(2), depth()];
  const decoder = { width: 8, kernel: 3 } as const;
  const network = multiTaskModel({ encoder, tasks, size: [H, W], decoder, seed: 1 });
  const all = [...tasks.map((task) => objectiveOf(task, [H, W])), ...objectives];
  const weights = Object.fromEntries(all.map(({ name }) => [name, 1]));
  const parameters = parametersOf(network, {});
  const folder = await mkdtemp(join(tmpdir(), 'flip-'));
  const steps: Readonly<Record<string, number>>[] = [];
  const step = trainingStep({
    network,
    objectives: all,
    balancer: fixed.make({ objectives: all }, weights),
    parameters,
    optimiser: sgd(parameters.trained),
    batchSizes: { [MAIN_STREAM]: B, unlabelled: B },
  });
  await train({
    step,
    streams: { [MAIN_STREAM]: labelled, unlabelled },
    schedule: () => 0.1,
    steps: STEPS,
    ...{ compile, folder, configHash: 'flip', onProgress: ({ values }) => steps.push(values) },
  });
  await rm(folder, { recursive: true });
  const disagreement = hints(1).map((hint) => {
    const image = tf.tensor4d(images(1000), [B, H, W, 3]);
    return hint
      .loss((batch) => network.forward(batch, { training: false }), {
        image,
      })
      .value.dataSync()[0];
  });
  const values = [...step.variables].map(([name, v]) => [name, Array.from(v.dataSync())]);
  return { steps, values, disagreement, signature: step.signature, streams: step.streams };
}

test('a hint on images without labels makes the heads agree with the mirror', async () => {
  const [without, hinted] = [await control, await trained(hints(1))];
  for (const [i, disagreement] of hinted.disagreement.entries()) {
    expect(disagreement).toBeLessThan(0.4 * without.disagreement[i]);
  }
  // Not by saying the same everywhere: the tasks themselves are still learned.
  for (const name of ['loss/semantic', 'loss/depth']) {
    expect(hinted.steps[STEPS - 1][name]).toBeLessThan(0.3 * hinted.steps[0][name]);
  }
});

test('without its weight, or its stream, the hint changes nothing', async () => {
  const [without, weightless] = [await control, await trained(hints(0))];
  expect(without.streams).toEqual([MAIN_STREAM]);
  const own = Object.keys(without.signature).filter((name) => name.startsWith('unlabelled'));
  expect(own).toEqual([]);
  expect(weightless.streams).toEqual([MAIN_STREAM, 'unlabelled']);
  expect(weightless.values).toEqual(without.values);
  const losses = (of: typeof without) =>
    of.steps.map((values) => [values['loss/semantic'], values['loss/depth']]);
  expect(losses(weightless)).toEqual(losses(without));
});

test('a head that a mirror commutes with has nothing to learn, one that is lopsided has', () => {
  const batch = { image: tf.tensor4d([1, 2, 3, 4, 5, 6], [1, 1, 2, 3]) };
  const value = (head: (image: tf.Tensor) => tf.Tensor) =>
    hintObjective('flip-depth', flipHint('depth'), { weight: 3 })
      .loss(
        ({ image }) => ({ outputs: { depth: head(image) }, shared: image, statistics: [] }),
        batch,
      )
      .value.dataSync()[0];
  expect(value((image) => tf.mul(image, 2))).toBe(0);
  // f(x) = x + (0, 1) over the two columns; f(m(x)) = m(x) + (0, 1), m(f(x)) = m(x) + (1, 0): 3 · mean(1) = 3.
  const lopsided = tf.tensor4d([0, 0, 0, 1, 1, 1], [1, 1, 2, 3]);
  expect(value((image) => tf.add(image, lopsided))).toBe(3);
});
