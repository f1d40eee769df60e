import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { latestCheckpoint } from '@scene-mtl/core';
import { withFrozen, withInitial } from '../src/run/initial.ts';
import { runId } from '@scene-mtl/lab';
import { scenes } from '../src/scenes/program.ts';
import { runConfig } from '../src/scenes/spec.ts';
import { readDescription } from '../src/run/description.ts';
import { checkpointOf, loadNetwork } from '../src/predict/stored-network.ts';
import { replicate, scratch, tinyConfig, tinyRun, type Scratch } from './tiny-run.ts';

let place: Scratch;
let first: string;

beforeAll(async () => {
  place = await scratch();
  first = (await tinyRun(place, 'first')).folder;
});

afterAll(() => rm(place.runs, { recursive: true, force: true }));

/** What a stored run's network gives for one image, by task. */
async function outputsOf(folder: string): Promise<Record<string, Float32Array>> {
  const network = loadNetwork(
    await readDescription(folder),
    await checkpointOf(folder, 'last'),
    folder,
  );
  const [height, width] = network.size;
  const image = tf.sin(tf.range(0, height * width * 3)).reshape([1, height, width, 3]);
  const { outputs } = network.forward({ image }, { training: false });
  return Object.fromEntries(
    Object.entries(outputs).map(([task, output]) => [task, output.dataSync<'float32'>()]),
  );
}

const OTHERS = 'shared,semantic,instance';

/** The flags of `replicate train` that make a tiny run. */
const tiny = (...set: string[]): string[] => [
  ...['train', '--profile', 'smoke', '--data', place.tree, '--runs', place.runs],
  ...['--threads', '1', '--data-workers', '0'],
  ...['training.steps=8', 'training.evalEvery=4', 'training.checkpointEvery=3', ...set].flatMap(
    (text) => ['--set', text],
  ),
];

test('one head is retrained and the outputs of all others stay, bit by bit', async () => {
  await replicate(
    ...tiny('training.learningRate=0.05'),
    ...['--init', `${first}:${OTHERS}`, '--freeze', OTHERS, '--name', 'second'],
  );
  const [before, after] = [await outputsOf(first), await outputsOf(join(place.runs, 'second'))];
  expect(Object.keys(after)).toEqual(['semantic', 'instance', 'depth']);
  expect(after['semantic']).toEqual(before['semantic']);
  expect(after['instance']).toEqual(before['instance']);
  expect(after['depth']).not.toEqual(before['depth']);
  // Beyond the outputs: each tensor of the frozen parts, moving averages included.
  const tensors = async (name: string) =>
    (await latestCheckpoint(join(place.runs, name, 'checkpoints')))!.tensors;
  const [old, now] = [await tensors('first'), await tensors('second')];
  const same = [...now.keys()].filter(
    (name) => old.has(name) && Buffer.compare(bytes(old, name), bytes(now, name)) === 0,
  );
  const frozen = [...now.keys()].filter((name) => /^(encoder|semantic|instance)\//.test(name));
  expect(frozen.length).toBeGreaterThan(50);
  expect(same).toEqual(expect.arrayContaining(frozen));
  expect(same.filter((name) => name.startsWith('depth/'))).toEqual([]);
});

const bytes = (
  tensors: ReadonlyMap<string, { readonly data: ArrayBufferView }>,
  name: string,
): Buffer => {
  const { data } = tensors.get(name)!;
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
};

test('trunk of one run, head of another; the same command finds it done', async () => {
  const other = (await tinyRun(place, 'other', { seed: 2, tasks: ['depth'] })).folder;
  const from = [`${first}:shared`, 'other:depth'];
  const options = {
    config: await withInitial(
      withFrozen(await tinyConfig(place), ['shared', 'depth']),
      from,
      place.runs,
    ),
    tasks: ['semantic', 'depth'],
  };
  const joined = await tinyRun(place, 'joined', options);
  const [a, b, both] = await Promise.all(
    [first, other, joined.folder].map(
      async (folder) => (await latestCheckpoint(join(folder, 'checkpoints')))!.tensors,
    ),
  );
  expect(bytes(both, 'encoder/stem/conv/kernel')).toEqual(bytes(a, 'encoder/stem/conv/kernel'));
  expect(bytes(both, 'depth/hidden/conv/kernel')).toEqual(bytes(b, 'depth/hidden/conv/kernel'));
  expect(bytes(both, 'depth/hidden/bn/moving_mean')).toEqual(
    bytes(b, 'depth/hidden/bn/moving_mean'),
  );
  expect(bytes(both, 'semantic/output/kernel')).not.toEqual(bytes(a, 'semantic/output/kernel'));
  await expect(tinyRun(place, 'joined', options)).resolves.toEqual(joined);
  const config = await withInitial(await tinyConfig(place), [`${first}:shared`], place.runs);
  await expect(tinyRun(place, 'joined', { ...options, config })).rejects.toThrow('network.');
});

test('a run is known by what it begins with, not by where that lies', async () => {
  const id = (config: Awaited<ReturnType<typeof tinyConfig>>) =>
    runId(scenes, {
      config: runConfig(config),
      tasks: ['depth'],
      balance: { name: 'uncertainty', options: {} },
      seed: 1,
    });
  const plain = await tinyConfig(place);
  const begun = await withInitial(plain, [`${first}:shared,depth`], place.runs);
  const [initial] = begun.network.init;
  expect(initial).toMatchObject({ folder: first, parts: ['depth', 'shared'] });
  const moved = {
    ...plain,
    network: { ...plain.network, init: [{ ...initial, folder: '/moved' }] },
  };
  const changed = {
    ...plain,
    network: { ...plain.network, init: [{ ...initial, checksum: '0123456789abcdef' }] },
  };
  expect(id(moved)).toBe(id(begun));
  expect(id(changed)).not.toBe(id(begun));
  const ids = [plain, begun, withFrozen(plain, ['shared']), withFrozen(begun, ['shared'])].map(id);
  expect(new Set(ids).size).toBe(4);
  expect(id(await withInitial(withFrozen(plain), [], place.runs))).toBe(id(plain));
  const [ab, ba] = [
    [`${first}:shared`, `${first}:depth`],
    [`${first}:depth`, `${first}:shared`],
  ].map((texts) => withInitial(plain, texts, place.runs));
  expect(id(await ab)).toBe(id(await ba));
});

test('what does not fit is one clear error', async () => {
  const plain = await tinyConfig(place);
  const run = async (texts: string[], ...set: string[]) =>
    tinyRun(place, `broken-${texts.join()}-${set.join()}`.replace(/[^a-z-]/g, '-'), {
      config: await withInitial(await tinyConfig(place, ...set), texts, place.runs),
    });
  await expect(run([`${first}:depth`], 'network.decoder.width=8')).rejects.toThrow(
    /first, checkpoint of step 8: loading depth\/hidden\/conv\/kernel from depth\/hidden\/conv\/kernel: expected shape \[3, 3, \d+, 8\], got \[3, 3, \d+, \d+\]/,
  );
  await expect(run([`${first}:normals`])).rejects.toThrow(
    'part normals: the network has none; expected one of shared, semantic, instance, depth',
  );
  await expect(run([`${first}:shared`, 'first:encoder/stem'])).rejects.toThrow(
    /encoder\/stem\/conv\/kernel: both .*first and .*first give it; take it from one run/,
  );
  await expect(withInitial(plain, ['shared'], place.runs)).rejects.toThrow(
    '--init shared: expected RUN:part,part',
  );
  await expect(withInitial(plain, ['nowhere:shared'], place.runs)).rejects.toThrow(
    'nowhere/checkpoints: no checkpoint; --init takes a run that has trained',
  );
});
