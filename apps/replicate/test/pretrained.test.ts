import { streetSample } from '@scene-mtl/data/testing';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readTfjsWeights, type MultiTaskModel } from '@scene-mtl/core';
import {
  semantic,
  imageNetNormalisation,
  sampleArrays,
  symmetricNormalisation,
} from '@scene-mtl/vision-heads';
import { beforeAll, expect, test } from '@jest/globals';
import { sceneRunId } from '../src/scenes/program.ts';
import { networkOf, normalisationOf } from '../src/assemble/network.ts';
import { configured } from '../src/config/overrides.ts';
import { loadPretrained, weightsChecksum, withPretrained } from '../src/config/pretrained.ts';
import { profiles } from '../src/config/profiles.ts';
import type { Config } from '../src/config/schema.ts';
import { exportMetadata } from '../src/export/metadata.ts';
import { evaluateRun } from '../src/predict/evaluate-run.ts';
import { readDescription } from '../src/run/description.ts';
import { learnedWeights, runConfig } from '../src/scenes/spec.ts';
import { storeMobileNet } from './stored-mobilenet.ts';
import { scratch, type Scratch, tinyConfig, tinyRun } from './tiny-run.ts';

let place: Scratch;
let folder: string;

beforeAll(async () => {
  place = await scratch();
  folder = join(place.runs, 'weights');
  await storeMobileNet(folder, 4);
});

const encoder = (weights: unknown = null) =>
  `network.encoder=${JSON.stringify({
    kind: 'mobilenet',
    alpha: 0.25,
    outputStride: 8,
    blocks: 4,
    asppChannels: 8,
    weights,
  })}`;

const tiny = (...set: string[]): Promise<Config> =>
  tinyConfig(place, encoder(), 'training.evalEvery=8', ...set);

const numbers = (network: MultiTaskModel, name: string): number[] => {
  const weight = network.model.weights.find((w) => w.originalName === name);
  return Array.from(weight!.read().dataSync<'float32'>());
};

test('the encoder of a fresh network gets the stored weights, the heads keep theirs', async () => {
  const config = await withPretrained(await tiny(), folder);
  const network = networkOf(config, [semantic(3)], 1);
  const head = numbers(network, 'semantic/hidden/conv/kernel');
  await loadPretrained(network, config);
  const stored = await readTfjsWeights(folder);
  for (const [ours, theirs] of [
    ['encoder/stem/conv/kernel', 'conv1/kernel'],
    ['encoder/block4/pointwise/bn/moving_variance', 'conv_pw_4_bn/moving_variance'],
  ]) {
    expect(numbers(network, ours)).toEqual([...(stored.get(theirs)!.data as Float32Array)]);
  }
  expect(numbers(network, 'semantic/hidden/conv/kernel')).toEqual(head);
});

test('the checksum is of the tensors that are used, wherever they lie', async () => {
  const [more, other] = [join(place.runs, 'more'), join(place.runs, 'other')];
  await storeMobileNet(more, 5);
  await storeMobileNet(other, 4, 2);
  const known = await weightsChecksum(folder, 4);
  expect(await weightsChecksum(more, 4)).toBe(known);
  expect(await weightsChecksum(more, 5)).not.toBe(known);
  expect(await weightsChecksum(other, 4)).not.toBe(known);
  await expect(
    loadPretrained(networkOf(await tiny(), [semantic(3)], 1), {
      ...(await tiny(encoder({ checksum: known, folder: other }))),
    }),
  ).rejects.toThrow(/other: expected the weights with checksum .*, got .*; give --pretrained/);
});

test('the identity of a run holds which weights it began with, and not where they were', async () => {
  const id = (config: Config) =>
    sceneRunId({
      config: runConfig(config),
      tasks: ['semantic'],
      balance: learnedWeights(),
      seed: 1,
    });
  const moved = join(place.runs, 'moved');
  await storeMobileNet(moved, 4);
  const begun = id(await withPretrained(await tiny(), folder));
  expect(id(await withPretrained(await tiny(), moved))).toBe(begun);
  expect(id(await tiny())).not.toBe(begun);
});

test('MobileNet sees every byte x as x / 127.5 − 1, R, G, B in order', async () => {
  const image = Uint8Array.from({ length: 3 * 256 }, (_, i) => i % 256);
  const sample = streetSample({ id: 'bytes', height: 16, width: 16, image });
  const { image: seen } = sampleArrays(sample, [], normalisationOf(await tiny()));
  // Howard et al. 2017 as TF-Slim and TensorFlow.js publish it: 0 → −1, 51 → −0.6, 255 → 1.
  expect([seen[0], seen[51], seen[255]]).toEqual([-1, -0.6, 1].map(Math.fround));
  // Half a unit in the last place of numbers up to 1 is 2⁻²⁵ ≈ 3e-8.
  for (const [i, x] of image.entries())
    expect(Math.abs(seen[i] - (x / 127.5 - 1))).toBeLessThan(3.1e-8);
});

test('images are normalised as the encoder expects them, in the exported description too', async () => {
  expect(normalisationOf(profiles.quick)).toBe(imageNetNormalisation);
  const config = await tiny();
  expect(normalisationOf(config)).toBe(symmetricNormalisation);
  const described = {
    config,
    seed: 1,
    balance: learnedWeights(),
    data: { name: 'made', fields: [] },
  };
  const { preprocessing } = exportMetadata(described as never, { tasks: [] }, 1, null);
  expect(JSON.parse(preprocessing)).toMatchObject(symmetricNormalisation);
});

test('a run goes on, and is evaluated, without the folder that it began with', async () => {
  const gone = join(place.runs, 'gone');
  await storeMobileNet(gone, 4);
  const options = { tasks: ['semantic'], balance: learnedWeights('equal') };
  const config = await withPretrained(await tiny(), gone);
  const whole = await tinyRun(place, 'whole', { ...options, config });
  const stopped = await tinyRun(place, 'stopped', { ...options, config });
  // As if it had been stopped after step 6: the last checkpoint, its results and the folder are gone.
  for (const file of ['result.json', 'checkpoints/step-00000008.safetensors']) {
    await rm(join(stopped.folder, file));
  }
  await rm(join(stopped.folder, 'checkpoints/step-00000008.json'));
  await rename(gone, join(place.runs, 'away'));
  const { weights } = config.network.encoder as { weights: { checksum: string } };
  // The same command again, and one without --pretrained.
  for (const again of [
    await withPretrained(await tiny(encoder(weights)), gone),
    await tiny(encoder({ ...weights, folder: null })),
  ]) {
    const resumed = await tinyRun(place, 'stopped', { ...options, config: again });
    expect(resumed.result).toEqual(whole.result);
  }
  const result = await readFile(join(stopped.folder, 'result.json'), 'utf8');
  expect(result).toBe(await readFile(join(whole.folder, 'result.json'), 'utf8'));
  const { network } = (await readDescription(stopped.folder)).config;
  expect(network.encoder).toMatchObject({ weights: { ...weights, folder: null } });
  const evaluation = await evaluateRun({
    run: stopped.folder,
    split: 'val',
    checkpoint: 'last',
    compile: { threads: 1 },
  });
  expect(evaluation.metrics['semantic/iou']).toBeCloseTo(whole.result.metrics['semantic/iou'], 6);
});

test('weights that are absent or not whole are an error that names the file and what to do', async () => {
  const absent = join(place.runs, 'absent');
  await expect(withPretrained(await tiny(), absent)).rejects.toThrow(
    /absent\/model\.json: cannot be read \(ENOENT\).*--pretrained expects MobileNet v1/,
  );
  const partial = join(place.runs, 'partial');
  await storeMobileNet(partial, 4);
  await rm(join(partial, 'group7-shard1of1'));
  await expect(withPretrained(await tiny(), partial)).rejects.toThrow(
    /group7-shard1of1: cannot be read .*it holds conv_.*network\.encoder\.blocks/,
  );
  const config = await tiny(encoder({ checksum: '0123456789abcdef', folder: null }));
  await expect(tinyRun(place, 'none', { config })).rejects.toThrow(
    'give their folder by --pretrained',
  );
  await expect(configured(profiles.quick, { set: [], pretrained: folder })).rejects.toThrow(
    /the encoder is dilated-residual; use --profile camvid/,
  );
});

const quarter = 'mobilenet-v1-0.25-224';

withData(quarter)('the published weights load into a network of a configuration', async () => {
  const published = sharedData(quarter);
  const config = await withPretrained(await tiny(), published);
  const network = networkOf(config, [semantic(3)], 1);
  await loadPretrained(network, config);
  const stored = await readTfjsWeights(published, (name) => name === 'conv_pw_4/kernel');
  expect(numbers(network, 'encoder/block4/pointwise/conv/kernel')).toEqual([
    ...(stored.get('conv_pw_4/kernel')!.data as Float32Array),
  ]);
});
