import { arraysOf } from '@scene-mtl/data/testing';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { claimFolder, progressLine } from '@scene-mtl/lab';
import { datasetOf } from '../src/assemble/dataset.ts';
import { configured } from '../src/config/overrides.ts';
import { keptConfig } from '../src/config/kept.ts';
import { profiles } from '../src/config/profiles.ts';
import { type Config, parseConfig } from '../src/config/schema.ts';

const scratch = () => mkdtemp(join(tmpdir(), 'replicate-config-'));

test.each(Object.entries(profiles))('the %s profile is a valid configuration', (_, profile) => {
  expect(parseConfig(profile, 'test')).toEqual(profile);
});

test('a value is laid over the profile and leaves the rest', async () => {
  const config = await configured(profiles.quick, { set: ['training.steps=7', 'seeds=[3,4]'] });
  expect(config.training.steps).toBe(7);
  expect(config.seeds).toEqual([3, 4]);
  expect(config.training.batchSize).toBe(profiles.quick.training.batchSize);
});

test('a folder in place of generated scenes is taken whole, or as far as is said', async () => {
  const config = await configured(profiles.smoke, { set: [], data: '/somewhere' });
  expect(config.data).toEqual({
    source: 'folder',
    root: '/somewhere',
    maxTrain: null,
    maxVal: null,
    classes: 19,
    skyDisparity: 'zero',
    derive: [],
    labels: {},
    holdOut: null,
  });
  const few = await configured(profiles.smoke, { set: [], data: '/somewhere', frames: 8 });
  expect(few.data).toMatchObject({ maxTrain: 8, maxVal: 8 });
  await expect(configured(profiles.smoke, { set: [], frames: 8 })).rejects.toThrow(
    /^--frames: expected --data too/,
  );
});

const frames = fileURLToPath(
  new URL('../../../packages/datasets/test/fixtures/street-32x16', import.meta.url),
);

test('the sky’s disparity is 0 as in the paper, or as recorded on request', async () => {
  const known = async (...set: string[]) => {
    const config = await configured(profiles.smoke, { set, data: frames });
    const dataset = await datasetOf(config, await scratch(), progressLine());
    const size = { height: 16, width: 32 };
    const sample = await dataset.read('birkenau_000000_000019', 'train', size);
    // Training class 10 is sky: 58 px of this frame.
    return arraysOf(sample).disparityValid!.filter((_, i) => arraysOf(sample).semantic![i] === 10);
  };
  expect(await known()).toEqual(new Uint8Array(58).fill(1));
  expect(await known('data.skyDisparity=asRecorded')).not.toEqual(new Uint8Array(58).fill(1));
});

test('20 classes reach the data set; the default is the paper’s 19', async () => {
  const root = frames;
  const usual = await configured(profiles.smoke, { set: [], data: root });
  expect(usual.data).toMatchObject({ classes: 19, skyDisparity: 'zero' });
  const twenty = await configured(profiles.smoke, { set: ['data.classes=20'], data: root });
  const classes = async (config: Config) =>
    (await datasetOf(config, await scratch(), progressLine())).legend?.classes.length;
  expect(await classes(usual)).toBe(19);
  expect(await classes(twenty)).toBe(20);
  await expect(configured(twenty, { set: ['data.classes=18'] })).rejects.toThrow(/data\.classes/);
});

test('a folder without annotations is an error that says what is missing', async () => {
  const root = await scratch();
  const city = join(root, 'leftImg8bit', 'train', 'city');
  await mkdir(city, { recursive: true });
  await writeFile(join(city, 'city_000000_000019_leftImg8bit.png'), '');
  const config = await configured(profiles.smoke, { set: [], data: root });
  await expect(datasetOf(config, await scratch(), progressLine())).rejects.toThrow(
    /cityscapes without classes, objects or disparities.*expected gtFine/,
  );
});

test('a folder takes one configuration and refuses another, naming the difference', async () => {
  const folder = join(await scratch(), 'run');
  await claimFolder(folder, keptConfig(profiles.smoke));
  await claimFolder(folder, keptConfig(profiles.smoke));
  const other = { ...profiles.smoke, training: { ...profiles.smoke.training, steps: 31 } };
  await expect(claimFolder(folder, keptConfig(other))).rejects.toThrow(
    'training.steps = 30, now it is 31; give another --name',
  );
});
