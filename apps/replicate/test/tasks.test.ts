import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { configured } from '../src/config/overrides.ts';
import { profiles } from '../src/config/profiles.ts';
import { withFieldsFor } from '../src/train/selection.ts';
import { predictPhotos } from '../src/predict/predict-photos.ts';
import { evaluateRun } from '../src/predict/evaluate-run.ts';
import { scratch, tinyConfig, tinyRun, type Scratch } from './tiny-run.ts';

let place: Scratch;

beforeAll(async () => {
  place = await scratch();
});

const compile = { threads: 1 } as const;
const newFolder = () => mkdtemp(join(tmpdir(), 'replicate-tasks-'));

describe('five tasks on scenes', () => {
  const tasks = ['semantic', 'instance', 'depth', 'normals', 'edges'];

  test('are trained, measured, shown and predicted alike', async () => {
    const { folder, result } = await tinyRun(place, 'five', { tasks });
    expect(new Set(Object.keys(result.metrics).map((name) => name.split('/')[0]))).toEqual(
      new Set(tasks),
    );
    expect(Object.values(result.metrics).every(Number.isFinite)).toBe(true);
    expect(Object.keys(result.sigma2)).toEqual(tasks);
    const [frame] = await readdir(join(folder, 'predictions'));
    const pictures = await readdir(join(folder, 'predictions', frame));
    expect(pictures.filter((name) => /normals|edges/.test(name)).sort()).toEqual([
      '10-edges-prediction.png',
      '7-normals-truth.png',
      '8-normals-prediction.png',
      '9-edges-truth.png',
    ]);
    const evaluation = await evaluateRun({
      run: folder,
      split: 'val',
      checkpoint: 'last',
      compile,
    });
    expect(evaluation.metrics).toMatchObject(result.metrics);
    expect(evaluation.units).toMatchObject({
      'depth/meanError': 'px of disparity',
      'normals/meanAngle': '°',
      'edges/odsF': '%',
      'depth/relativeDisparity': '',
    });
    expect(Object.keys(evaluation.units)).toEqual(Object.keys(evaluation.metrics));

    const out = await newFolder();
    const photo = join(out, 'street.png');
    await sharp({ create: { width: 100, height: 50, channels: 3, background: '#4080c0' } })
      .png()
      .toFile(photo);
    await predictPhotos({ run: folder, checkpoint: 'last', images: [photo], out, compile });
    expect((await readdir(join(out, 'overlay'))).sort()).toEqual(
      tasks.map((task) => `street_${task}.png`).sort(),
    );
    for (const task of ['normals', 'edges']) {
      const file = join(out, task, `street_${task}.png`);
      expect(await sharp(file).metadata()).toMatchObject({ width: 100, height: 50 });
    }
  });

  test('naming a task is enough to compute its annotation, and changes nothing else', async () => {
    const config = await tinyConfig(place);
    expect(withFieldsFor(config, ['depth', 'semantic'])).toBe(config);
    expect(withFieldsFor(config, undefined)).toBe(config);
    const more = withFieldsFor(config, ['normals', 'depth']);
    expect(more).toEqual({ ...config, data: { ...config.data, derive: ['normals'] } });
    expect(withFieldsFor(more, ['normals'])).toBe(more);
  });

  test('a task that no annotation teaches is named', async () => {
    await expect(tinyRun(place, 'none', { tasks: ['flow'] })).rejects.toThrow(
      '--tasks flow: street has no annotation for flow; it can train semantic, instance, depth',
    );
  });
});

/** A folder as MNIST's: digit k is a bright row k. */
async function smallMnist(): Promise<string> {
  const folder = await newFolder();
  const put = async (stem: string, count: number) => {
    const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
    const images = new Uint8Array(count * 28 * 28);
    labels.forEach((digit, i) =>
      images.fill(255, (i * 28 + 2 * digit) * 28, (i * 28 + 2 * digit + 2) * 28),
    );
    const idx = (shape: number[], data: Uint8Array) => {
      const head = Buffer.alloc(4 + 4 * shape.length);
      head.writeUInt32BE(0x0800 + shape.length, 0);
      shape.forEach((n, k) => head.writeUInt32BE(n, 4 + 4 * k));
      return gzipSync(Buffer.concat([head, data]));
    };
    await writeFile(join(folder, `${stem}-images-idx3-ubyte.gz`), idx([count, 28, 28], images));
    await writeFile(join(folder, `${stem}-labels-idx1-ubyte.gz`), idx([count], labels));
  };
  await put('train', 60);
  await put('t10k', 10);
  return folder;
}

test('MultiMNIST trains its two heads, each learns, and a picture gets two digits', async () => {
  const config = await configured(profiles.mnist, {
    data: await smallMnist(),
    set: [
      ...['training.steps=60', 'training.evalEvery=60', 'training.batchSize=8'],
      ...['data.holdOut=20', 'training.warmUp=5'],
    ],
  });
  expect(config.training.flip).toBe(0);
  const { folder, result } = await tinyRun(place, 'digits', { config });
  // By chance: 10 %.
  expect(result.metrics['left/accuracy']).toBeGreaterThan(30);
  expect(result.metrics['right/accuracy']).toBeGreaterThan(30);
  const out = await newFolder();
  const photo = join(out, 'two.png');
  await sharp({ create: { width: 28, height: 28, channels: 3, background: '#000' } })
    .png()
    .toFile(photo);
  await predictPhotos({ run: folder, checkpoint: 'last', images: [photo], out, compile });
  for (const side of ['left', 'right']) {
    const found = JSON.parse(await readFile(join(out, side, 'two.json'), 'utf8')) as object;
    expect(found).toEqual({
      class: expect.stringMatching(/^[0-9]$/),
      probability: expect.any(Number),
    });
  }
});
