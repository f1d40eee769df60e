import sharp from 'sharp';
import { resizeNearest } from '@scene-mtl/data';
import { whileReadOnly } from '@scene-mtl/data/testing';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type Dataset, openDataset, legendOf, readPhoto } from '@scene-mtl/datasets';
import { readPng } from '@scene-mtl/data/png';
import { scoreDisparity, scoreInstance, scoreSemantic } from '@scene-mtl/eval';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { normalisationOf } from '../src/assemble.ts';
import { evaluateRun, type FrameMetrics } from '../src/predict/evaluate-run.ts';
import { predictPhotos, stemsOf } from '../src/predict/predict-photos.ts';
import { checkpointOf, loadNetwork } from '../src/predict/stored-network.ts';
import { readDescription } from '../src/run/description.ts';
import { evaluator } from '../src/train/evaluation.ts';
import { regularIds, toRegularIds } from '@scene-mtl/vision-heads';
import { scratch, type Scratch, tinyRun } from './tiny-run.ts';

let place: Scratch;
let run: string;
let dataset: Dataset;
let frames: string[];

beforeAll(async () => {
  place = await scratch();
  run = (await tinyRun(place, 'run')).folder;
  dataset = await openDataset(place.tree);
  const all = await readdir(place.tree, { recursive: true });
  frames = all
    .filter((name) => name.includes('val') && name.endsWith('_leftImg8bit.png'))
    .sort()
    .map((name) => join(place.tree, name));
});

const compile = { threads: 1 } as const;
const size = { height: 32, width: 64 };
const newFolder = () => mkdtemp(join(tmpdir(), 'replicate-predicted-'));
const predict = (images: string[], out: string) =>
  predictPhotos({ run, checkpoint: 'last', images, out, compile });

describe('predicting the frames of a split', () => {
  let out: string;
  beforeAll(async () => {
    out = await newFolder();
    await predict(frames, out);
  });

  test('gives the classes that evaluation gives, as regular ids at the photograph’s size', async () => {
    const description = await readDescription(run);
    const network = loadNetwork(description, await checkpointOf(run, 'last'), run);
    const evaluation = await evaluator({
      network,
      dataset,
      split: 'val',
      size,
      normalisation: normalisationOf(description.config),
      batchSize: 1,
      compile,
    });
    const [id] = dataset.list('val');
    const [{ predictions }] = await evaluation.predict([id]);
    await evaluation.dispose();
    const { classes } = predictions['semantic'] as { classes: Uint8Array };
    const ids = regularIds(legendOf(dataset).classes) as Uint8Array;
    const written = await readPng(join(out, 'semantic', `${id}_labelIds.png`));
    expect([written.kind, written.depth, written.width, written.height]).toEqual([
      ...['grey', 8],
      ...[128, 64],
    ]);
    const expected = resizeNearest(toRegularIds(classes, ids), size, { width: 128, height: 64 });
    expect(Buffer.from(written.data as Uint8Array).equals(Buffer.from(expected))).toBe(true);
    const distinct = new Set(expected);
    expect(distinct.size).toBeGreaterThan(1);
  });

  test('writes what the official scorers take', async () => {
    const gt = join(place.tree, 'gtFine', 'val');
    const semantic = await scoreSemantic({ gt, pred: join(out, 'semantic') });
    expect(semantic.images).toBe(4);
    expect(semantic.averageScoreClasses).toBeGreaterThan(0);
    const instance = await scoreInstance({ gt, pred: join(out, 'instance') });
    expect(instance.images).toBe(4);
    const disparity = await scoreDisparity({
      gt: join(place.tree, 'disparity', 'val'),
      pred: join(out, 'disparity'),
    });
    expect(disparity.mean).toBeGreaterThan(0);
    expect(disparity.images).toBe(4);
  });

  test('shows the three tasks over the photograph at the run’s size', async () => {
    for (const task of ['semantic', 'instance', 'depth']) {
      const file = join(out, 'overlay', `${dataset.list('val')[0]}_${task}.png`);
      expect(await sharp(file).metadata()).toMatchObject({ width: 64, height: 32, channels: 3 });
    }
  });
});

test('files that are there stay as they are, unless they are the same or it is forced', async () => {
  const out = await newFolder();
  const [frame] = frames;
  const files = await predict([frame], out);
  expect(await predict([frame], out)).toEqual(files);
  const mine = files.find((file) => file.includes('labelIds'))!;
  const other = files.find((file) => file.includes('overlay'))!;
  await writeFile(mine, 'mine');
  await rm(other);
  await expect(predict([frame], out)).rejects.toThrow(`${mine}: there already; `);
  expect(await readFile(mine, 'utf8')).toBe('mine');
  // None of the photograph's files, if not all.
  expect(await readdir(dirname(other))).not.toContain(basename(other));
  const options = { run, checkpoint: 'last', images: [frame], out, compile } as const;
  expect(await predictPhotos({ ...options, force: true })).toEqual(files);
  expect(await readFile(mine)).not.toEqual(Buffer.from('mine'));
  await expect(predictPhotos({ ...options, out: frame })).rejects.toThrow(
    /cannot be written \(.*leftImg8bit\.png is a file, not a folder\)/,
  );
});

test('a run is evaluated where nothing may be written; predictions say where they cannot go', async () => {
  const options = { run, split: 'val', checkpoint: 'last', compile } as const;
  const expected = await evaluateRun(options);
  await whileReadOnly(place.runs, async () => {
    expect((await evaluateRun(options)).metrics).toEqual(expected.metrics);
    await expect(predict([frames[0]], join(run, 'predicted'))).rejects.toThrow(
      /predicted\/.*: cannot be written \(no permission\); choose another folder/,
    );
  });
  expect(await readdir(run)).not.toContain('predicted');
});

test('intervals over frames hold the value and are the same again; each frame is told by itself', async () => {
  const options = { run, split: 'val', checkpoint: 'last', compile, resamples: 200 } as const;
  const told: FrameMetrics[] = [];
  const first = await evaluateRun({ ...options, onFrame: (frame) => told.push(frame) });
  expect(told).toHaveLength(first.data.frames);
  expect((await evaluateRun(options)).intervals).toEqual(first.intervals);
  expect(Object.keys(first.intervals)).toContain('depth/meanError');
  for (const [name, interval] of Object.entries(first.intervals)) {
    const [low, high] = interval!;
    const [least, most] = [Math.min, Math.max].map((of) =>
      of(...told.map(({ metrics }) => metrics[name]!)),
    );
    expect(low).toBeLessThanOrEqual(first.metrics[name]!);
    expect(high).toBeGreaterThanOrEqual(first.metrics[name]!);
    // A mean over pixels of frames drawn lies between those of single frames; IoU of a split need not.
    if (!name.startsWith('depth')) continue;
    expect(low).toBeGreaterThanOrEqual(least);
    expect(high).toBeLessThanOrEqual(most);
  }
});

test('any photograph will do: JPEG, grey, alpha, turned by EXIF, blanks in its name', async () => {
  const folder = await newFolder();
  const photo = (file: string) => join(folder, file);
  const colour = { width: 100, height: 50, channels: 3, background: '#4080c0' } as const;
  await sharp({ create: colour })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toFile(photo('my street.jpg'));
  await sharp({ create: { ...colour, channels: 4 } })
    .png()
    .toFile(photo('alpha.png'));
  await sharp({ create: colour }).toColourspace('b-w').png().toFile(photo('grey.png'));
  const out = await newFolder();
  const images = ['my street.jpg', 'alpha.png', 'grey.png'].map(photo);
  await predict(images, out);
  // Orientation 6: to be turned by 90°, so that it stands upright, 50 px wide.
  const upright = await readPng(join(out, 'semantic', 'my_street_labelIds.png'));
  expect([upright.width, upright.height]).toEqual([50, 100]);
  const grey = await readPng(join(out, 'disparity', 'grey_disparity.png'));
  expect([grey.kind, grey.depth, grey.width, grey.height]).toEqual(['grey', 16, 100, 50]);
});

test('a photograph in the size of the run keeps its pixels', async () => {
  const file = join(await newFolder(), 'noise.png');
  const data = Uint8Array.from({ length: 64 * 32 * 3 }, (_, i) => (i * 7919) % 256);
  await sharp(data, { raw: { width: 64, height: 32, channels: 3 } })
    .png()
    .toFile(file);
  const { data: image, native } = await readPhoto(file, size);
  expect(Buffer.from(image).equals(Buffer.from(data))).toBe(true);
  expect(native).toEqual(size);
});

test('a bad image is one error that names the file', async () => {
  const folder = await newFolder();
  const text = join(folder, 'notes.png');
  await writeFile(text, 'no image');
  const cut = join(folder, 'cut.png');
  await writeFile(cut, await readFile(frames[0]));
  await truncate(cut, 2000);
  const empty = join(folder, 'empty.jpg');
  await writeFile(empty, '');
  const out = await newFolder();
  await expect(predict([text], out)).rejects.toThrow(`--image ${text}: not a photograph`);
  await expect(predict([cut], out)).rejects.toThrow(`--image ${cut}: not a whole photograph`);
  await expect(predict([empty], out)).rejects.toThrow(`--image ${empty}: the file is empty`);
  await expect(predict(['/no/such.png'], out)).rejects.toThrow('/no/such.png: cannot be read');
  expect(await readdir(out)).toEqual([]);
});

test('photographs that would write the same files are refused', () => {
  expect(stemsOf(['a/x_leftImg8bit.png', 'b/y z.tar.jpg'])).toEqual(['x', 'y_z.tar']);
  expect(() => stemsOf(['a/x.png', 'b/x.jpg'])).toThrow('--image a/x.png and b/x.jpg: both');
});
