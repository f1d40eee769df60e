import sharp from 'sharp';
import { triangleRows } from '@scene-mtl/data';
import { whileReadOnly } from '@scene-mtl/data/testing';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type Dataset, openDataset, legendOf, readPhoto } from '@scene-mtl/datasets';
import { readPng } from '@scene-mtl/data/png';
import { scoreDisparity, scoreInstance, scorePanoptic, scoreSemantic } from '@scene-mtl/eval';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { normalisationOf } from '../src/assemble/network.ts';
import { evaluateRun } from '../src/predict/evaluate-run.ts';
import type { FrameMetrics } from '../src/predict/measure-network.ts';
import { photoPredictor } from '../src/predict/photo-predictor.ts';
import { predictPhotos, stemsOf } from '../src/predict/predict-photos.ts';
import { checkpointOf, loadNetwork } from '../src/predict/stored-network.ts';
import { readDescription } from '../src/run/description.ts';
import { evaluator } from '../src/train/evaluation.ts';
import {
  regularIds,
  toRegularIds,
  type DepthPrediction,
  type SemanticPrediction,
} from '@scene-mtl/vision-heads';
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

  test('gives the probabilities that evaluation gives, decided at the photograph’s size', async () => {
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
    const { probabilities } = predictions['semantic'] as SemanticPrediction;
    const ids = regularIds(legendOf(dataset).classes) as Uint8Array;
    const written = await readPng(join(out, 'semantic', `${id}_labelIds.png`));
    expect([written.kind, written.depth, written.width, written.height]).toEqual([
      ...['grey', 8],
      ...[128, 64],
    ]);
    const native = { width: 128, height: 64 };
    const classes = Array.from(triangleRows(probabilities, size, native, ids.length), (row) =>
      Array.from({ length: native.width }, (_, x) => {
        const own = row.slice(x * ids.length, (x + 1) * ids.length);
        return own.indexOf(Math.max(...own));
      }),
    ).flat();
    const expected = toRegularIds(Uint8Array.from(classes), ids);
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
    // Against itself every segment is found; list and picture agree, or it would be an error.
    const panoptic = join(out, 'panoptic.json');
    const { all, images } = await scorePanoptic({ gt: panoptic, pred: panoptic });
    expect([all.pq, images]).toEqual([1, 4]);
  });

  test('shows the three tasks over the photograph, with a key below, and all side by side', async () => {
    const [id] = dataset.list('val');
    for (const task of ['semantic', 'instance', 'depth']) {
      const { width, height, channels } = await sharp(
        join(out, 'overlay', `${id}_${task}.png`),
      ).metadata();
      expect([width, channels]).toEqual([128, 3]);
      // An image without objects has no key.
      if (task !== 'instance') expect(height).toBeGreaterThan(64);
    }
    const { width } = await sharp(join(out, 'side-by-side', `${id}.png`)).metadata();
    expect(width).toBe(2 * 128);
  });

  test('puts more photographs into the same panoptic file, and leaves another’s alone', async () => {
    const file = join(out, 'panoptic.json');
    const whole = await readFile(file, 'utf8');
    const [first] = frames;
    await predict([first], out);
    expect(await readFile(file, 'utf8')).toBe(whole);
    const other = await newFolder();
    await writeFile(join(other, 'panoptic.json'), '{"mine":1}');
    await expect(predict([first], other)).rejects.toThrow('panoptic.json: there already; ');
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
  expect(Object.keys(first.intervals)).toEqual(Object.keys(first.metrics));
  for (const name of Object.keys(told[0].metrics)) {
    const [low, high] = first.intervals[name]!;
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
  // Of what judges find too, where a frame has it: of stuff there is always some, of objects there may be none.
  const [low, high] = first.intervals['panoptic/pqStuff']!;
  expect(low).toBeLessThanOrEqual(high);
  for (const [name, interval] of Object.entries(first.intervals)) {
    if (first.metrics[name] === null) expect(interval).toBeNull();
  }
});

test('what judges find in chosen frames is what they find that see these alone, as often', async () => {
  const description = await readDescription(run);
  const network = loadNetwork(description, await checkpointOf(run, 'last'), run);
  const normalisation = normalisationOf(description.config);
  const evaluation = await evaluator({
    ...{ network, dataset, split: 'val', size, normalisation, batchSize: 1, compile },
  });
  const seen = await evaluation.predict(dataset.list('val'));
  await evaluation.dispose();
  // Without a truth it keeps its place and counts for nothing.
  seen.splice(1, 0, { ...seen[0], sample: { id: 'unlabelled', fields: {} } });
  const beside = new Set(network.tasks.map(({ name }) => name));
  const judgesFor = (places: readonly number[]) =>
    network.tasks.flatMap((task) =>
      task.judges(size, beside).map((judge) => {
        for (const place of places) judge.add(seen[place].sample, seen[place].predictions);
        return judge;
      }),
    );
  const all = judgesFor([...seen.keys()]);
  // Classes, categories, objects, disparities.
  expect(all).toHaveLength(4);
  for (const places of [[...seen.keys()], [2, 0, 2], [1]]) {
    const found = all.map((judge) => judge.chosen!()(Int32Array.from(places)));
    expect(found).toEqual(judgesFor(places).map((judge) => judge.result()));
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

describe('a photograph that is wider than the network’s pictures', () => {
  let wide: string;
  const opened: { dispose(): Promise<void> }[] = [];
  const predictor = async (options: Partial<Parameters<typeof photoPredictor>[0]>) => {
    const one = await photoPredictor({
      run,
      checkpoint: 'last',
      compile: { threads: 1 },
      ...options,
    });
    opened.push(one);
    return one;
  };
  beforeAll(async () => {
    wide = join(place.runs, 'wide.png');
    const data = new Uint8Array(3 * 32 * 128).map((_, i) => (i * 7919) % 251);
    await sharp(data, { raw: { width: 128, height: 32, channels: 3 } })
      .png()
      .toFile(wide);
  });
  afterAll(() => Promise.all(opened.map((one) => one.dispose())));

  test('gives in each window what it gives for that part alone', async () => {
    const windows = await predictor({});
    const { size, native, input, predictions } = await windows.predict(wide, 'wide');
    expect([size, native, input]).toEqual([
      { height: 32, width: 128 },
      { height: 32, width: 128 },
      { height: 32, width: 64 },
    ]);
    const { disparity } = predictions['depth'] as DepthPrediction;
    // Windows begin at 0, 32 and 64; the first column is in the first alone, which is a picture of its own.
    const left = await sharp(wide)
      .extract({ left: 0, top: 0, width: 64, height: 32 })
      .png()
      .toBuffer();
    const half = wide.replace('wide', 'half');
    await writeFile(half, left);
    const alone = (await windows.predict(half, 'half')).predictions['depth'] as DepthPrediction;
    for (const row of [0, 16, 31]) {
      expect(disparity[row * 128]).toBeCloseTo(alone.disparity[row * 64], 5);
    }
    expect(disparity[0]).not.toBe(disparity[127]);
  });

  test('takes pictures of another size, and says where it cannot', async () => {
    const large = await predictor({ size: { height: 64, width: 128 } });
    const { size, predictions } = await large.predict(wide, 'wide');
    expect(size).toEqual({ height: 64, width: 256 });
    expect((predictions['depth'] as DepthPrediction).disparity).toHaveLength(64 * 256);
    await expect(predictor({ size: { height: 60, width: 128 } })).rejects.toThrow(
      /^--size 60x128: the network of this run cannot take it \(.*stride 8.*\); its own is 32x64$/,
    );
  });
});
