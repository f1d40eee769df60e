import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { frozen, latestCheckpoint, partsOf, taskSampling } from '@scene-mtl/core';
import { stream } from '@scene-mtl/data';
import { composeRun } from '../src/heads/compose-run.ts';
import { timeEpochs } from '../src/heads/epoch-times.ts';
import { frozenParts } from '../src/heads/frozen-parts.ts';
import { networkOfRun } from '../src/heads/show-network.ts';
import { assertHead, assertSameTrunk, sourceRun, taskNamed } from '../src/heads/source-run.ts';
import { trainHead, type TrainHeadOptions } from '../src/heads/train-head.ts';
import { treeSvg } from '../src/heads/tree-svg.ts';
import { treeText } from '../src/heads/tree-text.ts';
import { proveUntouched, untouchedLines } from '../src/heads/untouched.ts';
import { datasetOf } from '../src/assemble/dataset.ts';
import { exportRun } from '../src/export/export-run.ts';
import { evaluateRun } from '../src/predict/evaluate-run.ts';
import { begun, replicate, scratch, tinyConfig, tinyRun, type Scratch } from './tiny-run.ts';

let place: Scratch;
let first: string;

beforeAll(async () => {
  place = await scratch();
  first = (await tinyRun(place, 'first')).folder;
});
afterAll(() => rm(place.runs, { recursive: true, force: true }));

const compile = { threads: 1 };
const silent = (): void => {};

/** Trains a head of a run some steps; the heads stay, in their order. */
async function trained(
  name: string,
  head: string,
  changes: Partial<TrainHeadOptions> & { readonly from?: string } = {},
) {
  const { from = first, ...rest } = changes;
  const source = await sourceRun(from, place.runs);
  const { tasks } = source.description;
  return trainHead({
    ...{ source, head, name, compile, runs: place.runs, command: 'test', say: silent },
    heads: tasks.includes(head) ? tasks : [...tasks, head],
    isFresh: !tasks.includes(head),
    ...{ unfreeze: [], features: 'f32', set: [], dataWorkers: 0 },
    ...rest,
  });
}

async function composed(
  name: string,
  from: string,
  heads: readonly string[],
  taken?: readonly [head: string, run: string],
) {
  const source = await sourceRun(from, place.runs);
  return composeRun({
    ...{ source, heads, name, compile, runs: place.runs, command: 'test', say: silent },
    ...(taken && { taken: { head: taken[0], run: await sourceRun(taken[1], place.runs) } }),
  });
}

const tensorsOf = async (folder: string) =>
  (await latestCheckpoint(join(folder, 'checkpoints')))!.tensors;

/** The bytes of the tensors of a part, by name. */
async function part(folder: string, beginning: string): Promise<Record<string, string>> {
  const tensors = [...(await tensorsOf(folder))].filter(([name]) => name.startsWith(beginning));
  return Object.fromEntries(
    tensors.map(([name, { data }]) => [
      name,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
    ]),
  );
}

/** Names of the heads whose outputs moved, and of those that did not. */
const moved = (changed: Awaited<ReturnType<typeof trained>>) => {
  const { heads } = changed.untouched!;
  const of = (isMoved: boolean) =>
    heads.filter((head) => (head.before !== head.after) === isMoved).map(({ name }) => name);
  return { moved: of(true), same: of(false) };
};

test('a chain of changes, each of which leaves all other heads the same bits', async () => {
  const tuned = await trained('tuned', 'depth');
  expect(moved(tuned)).toEqual({ moved: ['depth'], same: ['semantic', 'instance'] });
  expect(untouchedLines(tuned.untouched!)[0]).toMatch(
    /^semantic: [0-9a-f]{16}, the same bits for 4 validation frames$/,
  );
  const added = await trained('added', 'edges', { from: tuned.folder, owner: 'Bo' });
  expect(moved(added)).toEqual({ moved: [], same: ['semantic', 'instance', 'depth'] });
  const removed = await composed('removed', added.folder, ['semantic', 'depth', 'edges']);
  expect(moved(removed)).toEqual({ moved: [], same: ['semantic', 'depth', 'edges'] });
  // The trunk of all of them, moving averages included; the last has the heads of those before.
  const trunk = await part(first, 'encoder/');
  expect(Object.keys(trunk).length).toBeGreaterThan(50);
  for (const { folder } of [tuned, added, removed]) {
    expect(await part(folder, 'encoder/')).toEqual(trunk);
  }
  expect(await part(removed.folder, 'semantic/')).toEqual(await part(first, 'semantic/'));
  expect(await part(removed.folder, 'edges/')).toEqual(await part(added.folder, 'edges/'));
  expect(await part(removed.folder, 'depth/')).toEqual(await part(tuned.folder, 'depth/'));
  expect(await part(removed.folder, 'instance/')).toEqual({});

  // Metrics of a head that nobody touched are those that it had.
  const before = await evaluateRun({ run: first, split: 'val', checkpoint: 'last', compile });
  const after = await evaluateRun({
    ...{ run: removed.folder, split: 'val', checkpoint: 'last', compile },
  });
  expect(after.metrics['semantic/iou']).toBe(before.metrics['semantic/iou']);
  expect(after.metrics['edges/odsF']).toBe(added.result.metrics['edges/odsF']);
  const out = join(place.runs, 'removed.onnx');
  await exportRun({ run: removed.folder, out, format: 'onnx', batchSize: 1, checkpoint: 'last' });
  expect((await stat(out)).size).toBeGreaterThan(10_000);

  // Who changed what last.
  const { heads, trunk: described } = removed.network;
  expect(described.changedBy).toBe('first');
  expect(heads.map(({ name, owner, changedBy }) => [name, owner, changedBy])).toEqual([
    ['semantic', null, 'first'],
    ['depth', null, 'tuned'],
    ['edges', 'Bo', 'added'],
  ]);
  expect(heads[2]).toMatchObject({ labelledFrames: 12, sampling: { features: 'f32', steps: 8 } });
  // Given again, nothing is trained or written.
  const again = await trained('tuned', 'depth');
  expect(again.result).toEqual(tuned.result);

  // A head that was trained on the same trunk comes back, as it was.
  const back = await composed(
    'back',
    removed.folder,
    ['semantic', 'depth', 'edges', 'instance'],
    ['instance', first],
  );
  expect(await part(back.folder, 'instance/')).toEqual(await part(first, 'instance/'));
  expect(moved(back).moved).toEqual([]);
});

test('from f32 features a head becomes what it becomes through the frozen trunk, bit by bit', async () => {
  const kept = await trained('kept', 'depth', { dataWorkers: 1 });
  const through = await trained('through', 'depth', { features: 'none' });
  expect(await part(kept.folder, '')).toEqual(await part(through.folder, ''));
});

test('with dropout and a decay of its own: all else stays the same bits, from features as through the trunk', async () => {
  const config = await tinyConfig(
    place,
    ...['network.heads.semantic.dropout=0.4', 'network.heads.depth.dropout=0.3'],
    ...['network.heads.depth.weightDecay=0.01', 'training.steps=3'],
  );
  const { folder } = await tinyRun(place, 'dropping', { config, tasks: ['semantic', 'depth'] });
  const kept = await trained('dropping-kept', 'depth', { from: folder });
  expect(moved(kept)).toEqual({ moved: ['depth'], same: ['semantic'] });
  const through = await trained('dropping-through', 'depth', { from: folder, features: 'none' });
  expect(await part(kept.folder, '')).toEqual(await part(through.folder, ''));
  const set = ['network.heads.depth.dropout=0'];
  const all = await trained('dropping-nothing', 'depth', { from: folder, set });
  expect(await part(all.folder, 'depth/')).not.toEqual(await part(kept.folder, 'depth/'));
  await expect(
    trained('bad', 'depth', { set: ['network.heads.depht.dropout=0.5'] }),
  ).rejects.toThrow('network.heads.depht: no such task; did you mean depth?');
});

test('a step learns the tasks that were drawn for it, and no others', async () => {
  const config = await tinyConfig(
    place,
    ...['training.steps=1', 'training.momentum=0', 'training.weightDecay=0'],
    ...['training.sampling.tasksPerStep=1', 'training.sampling.frames.semantic/car=3'],
  );
  const { folder } = await tinyRun(place, 'sampled', { config });
  const tensors = await tensorsOf(folder);
  const { factor } = taskSampling(
    ['semantic', 'instance', 'depth'],
    { tasksPerStep: 1, shares: {} },
    1,
  );
  // Biases begin at 0.
  for (const task of ['semantic', 'instance', 'depth']) {
    const { data } = tensors.get(`${task}/output/bias`)!;
    expect([...data].some((b) => b !== 0)).toBe(factor(task, 0) > 0);
  }
});

const MOBILENET =
  'network.encoder={"kind":"mobilenet","alpha":0.25,"outputStride":8,"blocks":4,"asppChannels":4,"weights":null}';

test('MobileNet: the other heads stay the same bits too', async () => {
  const { folder } = await tinyRun(place, 'mobile', {
    config: await tinyConfig(place, MOBILENET, 'training.zoom=1.5', 'training.jitter=0.2'),
    tasks: ['semantic', 'depth'],
  });
  const tuned = await trained('mobile-tuned', 'depth', { from: folder });
  expect(moved(tuned)).toEqual({ moved: ['depth'], same: ['semantic'] });
});

describe('partial unfreezing', () => {
  test('trains a group with the head, cached before it; other heads move and are not said to stay', async () => {
    const run = await trained('unfrozen', 'depth', { unfreeze: ['encoder/aspp'] });
    expect(moved(run).moved).toEqual(['semantic', 'instance', 'depth']);
    expect(run.untouched!.heads.every((head) => !head.frozen)).toBe(true);
    expect(await part(run.folder, 'encoder/stage3')).toEqual(await part(first, 'encoder/stage3'));
    expect(await part(run.folder, 'encoder/aspp')).not.toEqual(await part(first, 'encoder/aspp'));
    expect(await part(run.folder, 'semantic/')).toEqual(await part(first, 'semantic/'));
    expect(run.network.trunk.changedBy).toBe('unfrozen');
    // Its head stands on another trunk now.
    const [source, other] = await Promise.all(
      [first, run.folder].map((folder) => sourceRun(folder, place.runs)),
    );
    expect(() => assertSameTrunk(source, other, 'depth')).toThrow(
      /unfrozen: the head depth stands on another trunk \([0-9a-f]{16}\) than that of .*first \([0-9a-f]{16}\)/,
    );
    expect(() => assertSameTrunk(source, source, 'depth')).not.toThrow();
  });

  test('what is frozen is said in few words', async () => {
    const { network } = await sourceRun(first, place.runs);
    expect(frozenParts(network, ['depth'])).toEqual(['shared', 'semantic', 'instance']);
    const parts = frozenParts(network, ['depth', 'encoder/stage3']);
    expect(parts).toEqual([
      ...['encoder/stem', 'encoder/stage1', 'encoder/stage2', 'encoder/aspp'],
      ...['semantic', 'instance'],
    ]);
    const still = frozen(network, partsOf(network, parts)).weights.filter((w) => w.frozen);
    expect(still.some(({ name }) => /^(depth|encoder\/stage3)\//.test(name))).toBe(false);
    expect(still.length).toBe(
      network.weights.filter(({ name }) => !/^(depth|encoder\/stage3)\//.test(name)).length,
    );
  });
});

const features = (): string => join(place.runs, 'data', 'features');

/** Every entry of the kept features, with its bytes. */
async function entries(): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  const names = await readdir(features(), { recursive: true }).catch(() => []);
  for (const name of names) {
    if (name.endsWith('.features')) found.set(name, await readFile(join(features(), name)));
  }
  return found;
}

test('features whose computing was stopped, cut short or damaged are computed again, to the same bytes', async () => {
  await rm(features(), { recursive: true, force: true });
  const run = await trained('whole', 'depth', { steps: 3 });
  const all = await entries();
  // 12 frames, and their mirror images.
  expect(all.size).toBe(24);
  const names = [...all.keys()];
  await rm(join(features(), names[0]));
  await rm(join(features(), names[13]));
  await writeFile(join(features(), names[5]), all.get(names[5])!.subarray(0, 100));
  const broken = Buffer.from(all.get(names[7])!);
  broken[64] ^= 1;
  await writeFile(join(features(), names[7]), broken);
  const again = await trained('whole-again', 'depth', { steps: 3 });
  expect(await entries()).toEqual(all);
  expect(await part(again.folder, '')).toEqual(await part(run.folder, ''));
});

/** Flags of `heads tune depth` in a process of its own. */
const tuning = (name: string): string[] => [
  ...['heads', 'tune', 'depth', '--from', first, '--name', name, '--runs', place.runs],
  ...['--steps', '3', '--threads', '1', '--data-workers', '0'],
];

test('features whose building was killed at random moments, and is done by two processes at once, are the same bytes', async () => {
  await rm(features(), { recursive: true, force: true });
  const whole = await trained('unkilled', 'depth', { steps: 3 });
  const all = await entries();
  await rm(features(), { recursive: true });
  // As many entries are there when it is killed, or more.
  const random = stream(1, 'moments of death');
  for (let death = 0; death < 2; death++) {
    const moment = (await entries()).size + 1 + random.integer(8);
    const building = begun(...tuning('killed'));
    const ended = once(building, 'exit');
    while (building.exitCode === null && (await entries()).size < moment) await setTimeout(2);
    building.kill('SIGKILL');
    expect((await ended)[1]).toBe('SIGKILL');
  }
  await Promise.all(['killed', 'beside'].map((name) => replicate(...tuning(name))));
  expect(await entries()).toEqual(all);
  for (const name of ['killed', 'beside']) {
    expect(await part(join(place.runs, name), '')).toEqual(await part(whole.folder, ''));
  }
});

test('a training on features that was stopped goes on to the same bytes', async () => {
  const whole = await trained('straight', 'depth');
  const stopped = join(place.runs, 'stopped');
  await cp(whole.folder, stopped, { recursive: true });
  for (const name of await readdir(join(stopped, 'checkpoints'))) {
    if (!/step-0*6\./.test(name)) await rm(join(stopped, 'checkpoints', name));
  }
  for (const name of ['result.json', 'untouched.json', 'network.json']) {
    await rm(join(stopped, name));
  }
  await rm(features(), { recursive: true });
  const on = await trained('stopped', 'depth');
  expect(await part(on.folder, '')).toEqual(await part(whole.folder, ''));
  expect(on.untouched).toEqual(whole.untouched);
});

test('an output that moves though it must not keeps a run from being finished', async () => {
  const source = await sourceRun(first, place.runs);
  const { network } = await sourceRun(first, place.runs);
  const still = frozen(network, partsOf(network, ['shared', 'semantic', 'instance']));
  const bias = network.weights.find(({ name }) => name === 'semantic/output/bias')!.variable;
  bias.assign(tf.add(bias, 1e-6));
  const { config } = source.description;
  const dataset = await datasetOf(config, place.runs, { update: silent, print: silent });
  const folder = join(place.runs, 'moved');
  await mkdir(folder);
  const tasks = source.network.tasks;
  await expect(
    proveUntouched({ source, network: { ...still, tasks }, dataset, config, compile, folder }),
  ).rejects.toThrow(
    /moved: outputs of heads that were not to change did: semantic [0-9a-f]{12} → [0-9a-f]{12}; the run is not finished/,
  );
});

test('what cannot be done is one clear error, and claims no folder', async () => {
  const source = await sourceRun(first, place.runs);
  expect(() => assertHead(source, 'depht')).toThrow(
    /first: no head depht; did you mean depth\? There are: semantic, instance, depth/,
  );
  expect(() => taskNamed('edge', source)).toThrow('head edge: no such task; did you mean edges?');
  await expect(trained('bad', 'depth', { unfreeze: ['encoder/stage9'] })).rejects.toThrow(
    '--unfreeze: part encoder/stage9: the network has none; expected one of shared, semantic',
  );
  await expect(trained('bad', 'depth', { unfreeze: ['semantic'] })).rejects.toThrow(
    '--unfreeze semantic: expected a part of the trunk, got one of a head',
  );
  await expect(trained('bad', 'depth', { set: ['training.zoom=1.5'] })).rejects.toThrow(
    'training.features f32: features are kept of images that come again, but training.zoom 1.5',
  );
  await expect(sourceRun('nowhere', place.runs)).rejects.toThrow('nowhere: no run.json in it');
  expect(await readdir(place.runs)).not.toContain('bad');
  await expect(trained('small', 'depth', { featureBytes: 1000 })).rejects.toThrow(
    /the features take 0\.2 MB as f32, more than the 0\.0 MB that may be kept; allow more, keep them as f16, or keep none/,
  );
});

test('the network file is made from a run, kept, and refused where it is of others', async () => {
  const { folder } = await tinyRun(place, 'shown', { tasks: ['semantic', 'depth'] });
  const show = (owners: Record<string, string> = {}) =>
    networkOfRun({ run: folder, owners, say: silent });
  const made = await show({ depth: 'Anna & <co>' });
  expect(made.groups).toEqual([{ name: 'encoder/aspp/concat', heads: ['semantic', 'depth'] }]);
  expect(made.heads[1]).toMatchObject({
    ...{ name: 'depth', owner: 'Anna & <co>', labelledFrames: 12, changedBy: 'shown' },
    sampling: { batchSize: 4, steps: 8, features: 'none' },
    weight: { method: 'uncertainty' },
  });
  // 3×3 over 5 branches of 16 channels to 16, at 4×8 places; then 1×1 to one.
  expect(made.heads[1].multiplyAdds).toBe(32 * (9 * 80 * 16 + 16));
  // Kernels; scale and shift of 16 channels; kernel and bias of the output.
  expect(made.heads[1].parameters).toBe(9 * 80 * 16 + 32 + 17);
  expect(await show()).toEqual(made);
  expect(treeText(made)).toContain('Anna & <co>; last changed by shown');
  const svg = treeSvg(made);
  expect(svg).toBe(treeSvg(made));
  expect(svg).toContain('Anna &amp; &lt;co&gt;');
  await expect(show({ edges: 'x' })).rejects.toThrow(/--owner edges: .*shown has no such head/);
  const file = join(folder, 'network.json');
  await writeFile(file, JSON.stringify({ ...made, heads: [made.heads[0]] }));
  await expect(show()).rejects.toThrow(
    /network\.json: groups: expected each of the heads semantic once, got /,
  );
  await writeFile(file, '{"version": 2}');
  await expect(show()).rejects.toThrow(/network\.json: version/);
});

test('epochs are timed in turns, each way as often', async () => {
  const {
    steps,
    ways,
    features: built,
  } = await timeEpochs({
    ...{ source: await sourceRun(first, place.runs), head: 'depth', features: 'f16', epochs: 3 },
    ...{ runs: place.runs, compile, dataWorkers: 0 },
  });
  expect([steps, ways.length, built.images]).toEqual([3, 3, 24]);
  for (const { seconds, min, median } of ways) {
    expect(seconds).toHaveLength(3);
    expect([min, median]).toEqual([Math.min(...seconds), [...seconds].sort((a, b) => a - b)[1]]);
  }
});
