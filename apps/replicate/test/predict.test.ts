import sharp from 'sharp';
import { resizeNearest } from '@scene-mtl/data';
import { mkdtemp, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Dataset, openDataset, legendOf } from '@scene-mtl/datasets';
import { readPng, scoreDisparity, scoreInstance, scoreSemantic } from '@scene-mtl/eval';
import { encodeRuns } from '@scene-mtl/vision-heads';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { normalisationOf } from '../src/assemble.ts';
import { disparityFile, instanceFiles } from '../src/predict/official-files.ts';
import { classOverlay, disparityOverlay, instanceOverlay } from '../src/predict/overlay.ts';
import { readPhoto } from '../src/predict/photo.ts';
import { predictPhotos, stemsOf } from '../src/predict/predict-photos.ts';
import { checkpointOf, loadNetwork } from '../src/predict/stored-network.ts';
import { readDescription } from '../src/run/description.ts';
import { evaluator } from '../src/train/evaluation.ts';
import { regularIds, toRegularIds } from '../src/train/official-labels.ts';
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
    for (const task of ['semantic', 'instance', 'disparity']) {
      const file = join(out, 'overlay', `${dataset.list('val')[0]}_${task}.png`);
      expect(await sharp(file).metadata()).toMatchObject({ width: 64, height: 32, channels: 3 });
    }
  });
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
  const { image, native } = await readPhoto(file, size);
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
  await expect(predict([text], out)).rejects.toThrow(`--image ${text}: not a whole photograph`);
  await expect(predict([cut], out)).rejects.toThrow(`--image ${cut}: not a whole photograph`);
  await expect(predict([empty], out)).rejects.toThrow(`--image ${empty}: the file is empty`);
  await expect(predict(['/no/such.png'], out)).rejects.toThrow('/no/such.png: cannot be read');
  expect(await readdir(out)).toEqual([]);
});

test('photographs that would write the same files are refused', () => {
  expect(stemsOf(['a/x_leftImg8bit.png', 'b/y z.tar.jpg'])).toEqual(['x', 'y_z.tar']);
  expect(() => stemsOf(['a/x.png', 'b/x.jpg'])).toThrow('--image a/x.png and b/x.jpg: both');
});

describe('official files', () => {
  test('of objects: a line, a mask and a value of the instance image each', async () => {
    const from = { height: 2, width: 3 };
    const to = { height: 4, width: 6 };
    const object = (id: number, classId: number, pixels: number[]) => ({
      ...{ id, classId, confidence: 0.5, area: pixels.length, centre: { row: 0, column: 0 } },
      mask: encodeRuns(pixels, 2, 3),
    });
    const instances = [object(1, 0, [0, 3]), object(2, 0, [2]), object(3, 1, [4])];
    const files = await instanceFiles(
      'a',
      { instances, ids: new Uint16Array() },
      [26, 24],
      from,
      to,
    );
    expect(files.map(({ path }) => path)).toEqual([
      'instance/a.txt',
      'instance/a_instanceIds.png',
      'instance/masks/a_0.png',
      'instance/masks/a_1.png',
      'instance/masks/a_2.png',
    ]);
    expect(files[0].content).toBe(
      'masks/a_0.png 26 0.500000\nmasks/a_1.png 26 0.500000\nmasks/a_2.png 24 0.500000\n',
    );
    const folder = await newFolder();
    const read = async (k: number) => {
      const file = join(folder, `${k}.png`);
      await writeFile(file, files[k].content);
      return [...(await readPng(file)).data];
    };
    // Each pixel of 2×3 becomes a block of 2×2.
    const [a, b, c] = [26000, 26001, 24000];
    const [top, bottom] = [
      [a, a, 0, 0, b, b],
      [a, a, c, c, 0, 0],
    ];
    expect(await read(1)).toEqual([...top, ...top, ...bottom, ...bottom]);
    expect(await read(2)).toEqual(
      [...top, ...top, ...bottom, ...bottom].map((v) => (v === a ? 255 : 0)),
    );
  });

  test('of an object that vanishes in a smaller photograph: none', async () => {
    const one = { id: 1, classId: 0, confidence: 1, area: 1, centre: { row: 0, column: 0 } };
    const objects = {
      instances: [{ ...one, mask: encodeRuns([0], 3, 3) }],
      ids: new Uint16Array(),
    };
    // Of 3×3 px the one kept at 1×1 is the middle one.
    const files = await instanceFiles(
      ...(['a', objects, [26], { height: 3, width: 3 }, { height: 1, width: 1 }] as const),
    );
    expect(files.map(({ path }) => path)).not.toContain('instance/masks/a_0.png');
    expect(files[0].content).toBe('');
  });

  test('of disparity: p = 256 d + 1 in px at the photograph’s width, 0 for what is negative', async () => {
    const { path, content } = await disparityFile(
      ...([
        'a',
        Float32Array.of(1.5, -2),
        { height: 1, width: 2 },
        { height: 1, width: 4 },
      ] as const),
    );
    expect(path).toBe('disparity/a_disparity.png');
    const file = join(await newFolder(), 'd.png');
    await writeFile(file, content);
    // 1.5 px at width 2 is 3 px at width 4: 3 · 256 + 1 = 769.
    expect([...(await readPng(file)).data]).toEqual([769, 769, 1, 1]);
  });
});

describe('overlays', () => {
  const photo = new Uint8Array(3 * 15).fill(100);
  const strip = { height: 3, width: 5 };

  test('mix photograph and class colour at 45 to 55', () => {
    const { data } = classOverlay(photo, new Uint8Array(15), strip, [[200, 0, 20]]);
    // 0.45 · 100 + 0.55 · (200, 0, 20) = (155, 45, 56)
    expect([...data.subarray(0, 3)]).toEqual([155, 45, 56]);
  });

  test('leave the photograph outside objects, and draw contours in the full colour', () => {
    // A 3×3 object in columns 1 to 3: its middle pixel alone is inside, the rest is contour.
    const ids = Uint16Array.from({ length: 15 }, (_, i) => Number(i % 5 >= 1 && i % 5 <= 3));
    const { data } = instanceOverlay(photo, ids, strip);
    const pixel = (i: number) => [...data.subarray(3 * i, 3 * i + 3)];
    expect(pixel(0)).toEqual([100, 100, 100]);
    expect(pixel(4)).toEqual([100, 100, 100]);
    const contour = pixel(1);
    expect(pixel(13)).toEqual(contour);
    expect(pixel(7)).toEqual(contour.map((c) => Math.round(0.45 * 100 + 0.55 * c)));
  });

  test('give the nearest pixel the lightest disparity colour', () => {
    const disparity = new Float32Array(15);
    disparity[3] = 8;
    const { data } = disparityOverlay(photo, disparity, strip);
    const light = (i: number) => data[3 * i] + data[3 * i + 1] + data[3 * i + 2];
    expect(light(3)).toBeGreaterThan(light(0));
    expect(light(0)).toBe(light(14));
  });
});
