import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { migrateTrained } from '../scripts/migrate-runs.ts';
import { profiles } from '../src/config/profiles.ts';
import { runConfig } from '../src/scenes/spec.ts';
import { sceneRunId } from '../src/scenes/program.ts';
import { readDescription } from '../src/run/description.ts';

/** As commit a1e30d3 wrote it: the spec of a record, and the id that this commit gave it. */
const quick = {
  id: 'semantic.fixed.128x64.seed-1.20a1f396f710',
  config: {
    data: {
      ...{ source: 'generated', train: 600, val: 100, seed: 1, occlusion: 'ordinary' },
      ...{ disparitySigma: 0, holdOut: null },
    },
    size: { height: 64, width: 128 },
    network: {
      encoder: {
        ...{ kind: 'dilated-residual', stem: 32, channels: [32, 64, 96], asppChannels: 64 },
      },
      decoder: { width: 64, kernel: 3 },
    },
    training: {
      ...{ steps: 600, batchSize: 8, learningRate: 0.1, weightingLearningRate: null },
      ...{ momentum: 0.9, weightDecay: 1e-4, clipNorm: 5, warmUp: 20, initialLogVariance: 0 },
      ...{ flip: 0.5, scheduleSteps: null, evalEvery: 200, checkpointEvery: 100, logEvery: 10 },
    },
  },
};

/** The same of CamVid, and the fingerprint of that folder. */
const camvid = {
  id: 'semantic.fixed.256x192.seed-1.6902303b15ea',
  fingerprint: 'a85a4f6cb75c01c6',
  config: {
    data: { source: 'folder', root: '', maxTrain: null, maxVal: null, holdOut: null },
    size: { height: 192, width: 256 },
    network: {
      encoder: {
        ...{ kind: 'mobilenet', alpha: 1, outputStride: 8, blocks: 11, asppChannels: 64 },
        weights: null,
      },
      decoder: { width: 64, kernel: 3 },
    },
    training: {
      ...{ steps: 700, batchSize: 4, learningRate: 0.1, weightingLearningRate: null },
      ...{ momentum: 0.9, weightDecay: 1e-4, clipNorm: 5, warmUp: 30, initialLogVariance: 0 },
      ...{ flip: 0.5, zoom: 1.5, jitter: 0.3, scheduleSteps: null, evalEvery: 350 },
      ...{ checkpointEvery: 50, logEvery: 10 },
    },
  },
};

const weighting = { kind: 'named', name: 'fixed', options: { semantic: 1 } };
const balance = { name: 'fixed', options: { semantic: 1 } };

let root: string;
const said: string[] = [];
const migrate = (...fingerprints: string[]) =>
  migrateTrained(
    root,
    () => Promise.resolve(fingerprints),
    (line) => said.push(line),
  );

async function write(id: string, files: Readonly<Record<string, unknown>>): Promise<void> {
  await mkdir(join(root, id, 'checkpoints'), { recursive: true });
  for (const [file, value] of Object.entries(files)) {
    await writeFile(join(root, id, file), JSON.stringify(value));
  }
}

const read = async (id: string, file: string): Promise<unknown> =>
  JSON.parse(await readFile(join(root, id, file), 'utf8'));

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'migrate-runs-'));
  said.length = 0;
});

const legend = { classes: ['road'], palette: [[1, 2, 3]], instanceClasses: [] };
const description = {
  ...{ config: { ...quick.config, seeds: [1], strips: 6 }, seed: 1, tasks: ['semantic'] },
  ...{ weighting, select: null },
  data: {
    ...{ name: 'street', ...legend },
    annotations: { semantic: true, instance: false, disparity: true },
  },
};

test('a finished run gets the id that it would have now, with all that belongs to it', async () => {
  const spec = { config: quick.config, tasks: ['semantic'], weighting, seed: 1 };
  const data = { name: 'street', train: 600, val: 100 };
  const series = { total: [[10, 0.1 + 0.2]] };
  await write(quick.id, {
    'record.json': { id: quick.id, spec, data, series },
    'run.json': description,
    'result.json': { configHash: quick.id, result: 1 },
    'checkpoints/step-00000600.json': { step: 600, configHash: quick.id, sha256: '0' },
  });
  // What a migration that was stopped left behind.
  await mkdir(join(root, 'x.migrating'));
  const config = runConfig(profiles.quick);
  const id = sceneRunId({ config, tasks: ['semantic'], balance, seed: 1 });
  expect(await migrate()).toEqual(new Map([[quick.id, id]]));
  expect(await readdir(root)).toEqual([id]);
  expect(await read(id, 'record.json')).toEqual({
    ...{ id, series, data: { ...data, fingerprint: null } },
    spec: { config, tasks: ['semantic'], balance, seed: 1 },
  });
  expect(await readDescription(join(root, id))).toMatchObject({
    balance,
    data: { name: 'street', fields: ['semantic', 'depth'], legend },
  });
  expect(await read(id, 'result.json')).toEqual({ configHash: id, result: 1 });
  expect(await read(id, 'checkpoints/step-00000600.json')).toMatchObject({ configHash: id });

  expect(await migrate()).toEqual(new Map());
  expect(await readdir(root)).toEqual([id]);
});

test('a run that is not finished goes on under its new id', async () => {
  await write(quick.id, {
    'run.json': description,
    'checkpoints/step-00000100.json': { step: 100, configHash: quick.id, sha256: '0' },
  });
  const [[, id]] = await migrate();
  expect(await read(id, 'checkpoints/step-00000100.json')).toMatchObject({ configHash: id });
});

test('a run on data of a folder needs that data to be known; else it stays', async () => {
  const spec = { config: camvid.config, tasks: ['semantic'], weighting, seed: 1 };
  await write(camvid.id, { 'record.json': { id: camvid.id, spec, data: { name: 'camvid' } } });
  expect(await migrate('another')).toEqual(new Map());
  expect(said).toEqual([expect.stringContaining('give that by --data')]);
  const [[, id]] = await migrate('another', camvid.fingerprint);
  expect(id).toMatch(/^semantic\.fixed\.192x256\.seed-1\./);
  expect(await read(id, 'record.json')).toMatchObject({
    ...{ data: { fingerprint: camvid.fingerprint }, spec: { config: { data: { root: '' } } } },
  });
});
