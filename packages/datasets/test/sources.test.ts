import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import {
  cropSample,
  fieldOf,
  flipSample,
  imageOf,
  labelKind,
  numbersKind,
  resizeSample,
  type Sample,
} from '@scene-mtl/data';
import { arraysOf } from '@scene-mtl/data/testing';
import {
  diskCached,
  mnistNormalisation,
  multiMnist,
  openDataset,
  toyDataset,
  toyRegression,
  type Arrays,
  type BatchOptions,
  type Mnist,
} from '../src/index.ts';
import { grey8Png, rgbPng } from '../src/image/write.ts';
import { asTfDataset } from '../src/tf-dataset.ts';
import { newFolder, put, putFrame } from './support.ts';

const size = { height: 4, width: 8 };

/** One epoch in the listed order, through tf.data. */
async function throughTfData(options: Omit<BatchOptions, 'seed' | 'shuffle' | 'epochs'>) {
  const found: Record<string, Arrays> = {};
  const stream = asTfDataset({ ...options, seed: 1, shuffle: false, epochs: 1 });
  await stream.forEachAsync(({ ids, arrays }) => void (found[ids.join(' ')] = arrays));
  return found;
}

const maps = (sample: Sample): Arrays => {
  const { image, semantic, instance } = arraysOf(sample);
  return {
    image: Float32Array.from(image),
    semantic: Int32Array.from(semantic!),
    instance: Int32Array.from(instance!),
  };
};

const labelOf = (sample: Sample, name: string) => fieldOf(sample, name, labelKind).value;
const numberOf = (sample: Sample, name: string) => fieldOf(sample, name, numbersKind).data[0];

describe('every source gives samples that run through the same batches and tf.data', () => {
  test('a Cityscapes tree', async () => {
    const root = await newFolder();
    const instanceIds = Uint16Array.from({ length: 32 }, (_, i) => (i < 8 ? 26000 : 7));
    const labelIds = Uint8Array.from(instanceIds, (v) => (v === 7 ? 7 : 26));
    await putFrame(root, size, { labelIds, instanceIds });
    const dataset = await openDataset(root);
    const found = await throughTfData({
      dataset,
      split: 'train',
      size,
      batchSize: 1,
      encode: maps,
    });
    const { semantic, instance } = found['city_000000_000019'];
    expect(Array.from(semantic)).toEqual(Array.from(labelIds, (id) => (id === 7 ? 0 : 13)));
    expect(Array.from(instance)).toEqual(Array.from(instanceIds, (v) => (v === 7 ? 0 : v)));
  });

  test('CamVid', async () => {
    const root = await newFolder();
    const annotation = Uint8Array.from({ length: 32 }, (_, i) => (i < 8 ? 8 : 3));
    for (const split of ['train', 'val', 'test']) {
      await put(join(root, `${split}.txt`), `${split}/a.png ${split}annot/a.png\n`);
      await put(join(root, split, 'a.png'), await rgbPng(new Uint8Array(96).fill(90), size));
      await put(join(root, `${split}annot`, 'a.png'), await grey8Png(annotation, size));
    }
    const dataset = await openDataset(root);
    const found = await throughTfData({
      dataset,
      split: 'train',
      size,
      batchSize: 1,
      encode: maps,
    });
    expect(Array.from(found['a']['semantic'])).toEqual(Array.from(annotation));
    expect(Array.from(found['a']['instance'])).toEqual(
      Array.from(annotation, (k) => Number(k === 8)),
    );
  });

  test('MultiMNIST, to the same numbers as the recipe at once', async () => {
    const folder = await newFolder();
    const digits = await putDigits(folder, 6);
    const dataset = await openDataset(folder, { seed: 3 });
    expect(dataset.list('train')).toHaveLength(6);
    expect(dataset.list('val')).toEqual([]);
    expect([dataset.fields, dataset.legend]).toEqual([['left', 'right'], undefined]);
    const { mean, deviation } = mnistNormalisation;
    const found = await throughTfData({
      dataset,
      split: 'train',
      size: { height: 28, width: 28 },
      batchSize: 6,
      encode: (sample) => ({
        image: Float32Array.from(
          { length: 784 },
          (_, i) => (imageOf(sample).data[3 * i + 1] / 255 - mean[1]) / deviation[1],
        ),
        digits: Int32Array.of(labelOf(sample, 'left'), labelOf(sample, 'right')),
      }),
    });
    const [batch] = Object.values(found);
    const { images, left, right } = multiMnist(digits, 3);
    expect(batch['image']).toBeAllClose(images, { rtol: 0, atol: 0 });
    expect(Array.from(batch['digits'])).toEqual(
      Array.from({ length: 6 }, (_, i) => [left[i], right[i]]).flat(),
    );
  });

  test('toy regressions, which have no picture', async () => {
    const options = { count: 12, seed: 5 };
    const dataset = toyDataset(options);
    const found = await throughTfData({
      dataset,
      split: 'train',
      size,
      batchSize: 12,
      encode: (sample) => {
        expect(Object.keys(sample.fields)).toEqual(['x', 'y0', 'y1']);
        return {
          x: Float32Array.of(numberOf(sample, 'x')),
          y: Float32Array.of(numberOf(sample, 'y0'), numberOf(sample, 'y1')),
        };
      },
    });
    const [batch] = Object.values(found);
    const { x, targets } = toyRegression(options);
    expect(batch['x']).toEqual(x);
    expect(Array.from(batch['y'])).toEqual(
      Array.from(x, (_, i) => [targets[0][i], targets[1][i]]).flat(),
    );
  });
});

describe('sets without pictures or maps', () => {
  test('MultiMNIST has no mirror image and no crop: each digit belongs to its place', async () => {
    const folder = await newFolder();
    await putDigits(folder, 2);
    const sample = await (
      await openDataset(folder)
    ).read('train_00000', 'train', {
      height: 28,
      width: 28,
    });
    expect(() => flipSample(sample)).toThrow(
      /train_00000, field 'left' of kind 'label': it tells of the digit at the upper left/,
    );
    const part = { top: 0, left: 0, height: 14, width: 14 };
    expect(() => cropSample(sample, part)).toThrow(/'left' of kind 'label'.*after a crop/);
    expect(labelOf(resizeSample(sample, part), 'right')).toBe(labelOf(sample, 'right'));
  });

  test('name a sample that they do not have', async () => {
    const folder = await newFolder();
    await putDigits(folder, 2);
    const dataset = await openDataset(folder);
    const digit = { height: 28, width: 28 };
    await expect(dataset.read('train_00000', 'val', digit)).rejects.toThrow(
      /no sample 'train_00000' in split 'val'/,
    );
    await expect(toyDataset({ count: 2, seed: 1 }).read('x', 'train', size)).rejects.toThrow(
      /no sample 'x' in split 'train'/,
    );
  });

  test('MultiMNIST names its files', async () => {
    const folder = await newFolder();
    await putDigits(folder, 2);
    const files = ['t10k-images-idx3-ubyte.gz', 't10k-labels-idx1-ubyte.gz'];
    const dataset = await openDataset(folder);
    expect(dataset.files!('test_00001', 'test')).toEqual(files.map((name) => join(folder, name)));
  });

  test('MultiMNIST at another size is averaged', async () => {
    const folder = await newFolder();
    await putDigits(folder, 2);
    const dataset = await openDataset(folder);
    const half = await dataset.read('test_00001', 'test', { height: 14, width: 14 });
    const { height, width, data } = imageOf(half);
    expect([height, width]).toEqual([14, 14]);
    // Grey: three equal channels.
    expect(data.every((v, i) => v === data[i - (i % 3)])).toBe(true);
  });

  test('MultiMNIST in another folder is not taken from what was cached of the first', async () => {
    const [one, two, folder] = [await newFolder(), await newFolder(), await newFolder()];
    await putDigits(one, 3);
    await putDigits(two, 6);
    const read = async (root: string) => {
      const cached = diskCached(await openDataset(root), { folder, maximumBytes: 1e6, key: 'k' });
      return cached.read('train_00002', 'train', { height: 28, width: 28 });
    };
    const plain = await openDataset(two);
    await read(one);
    const expected = await plain.read('train_00002', 'train', { height: 28, width: 28 });
    expect(await read(two)).toEqual(expected);
    expect(await read(one)).not.toEqual(expected);
    expect(plain.files?.('train_00002', 'train')).toEqual([
      join(two, 'train-images-idx3-ubyte.gz'),
      join(two, 'train-labels-idx1-ubyte.gz'),
    ]);
  });
});

/** Writes MNIST's four files with `count` digits that are all different. */
async function putDigits(folder: string, count: number): Promise<Mnist> {
  const images = Uint8Array.from({ length: count * 784 }, (_, i) => (i * 7 + (i >> 9)) % 256);
  const labels = Uint8Array.from({ length: count }, (_, i) => (3 * i) % 10);
  const idx = (shape: number[], data: Uint8Array) => {
    const head = Buffer.alloc(4 + 4 * shape.length);
    head.writeUInt32BE(0x0800 + shape.length, 0);
    shape.forEach((side, k) => head.writeUInt32BE(side, 4 + 4 * k));
    return gzipSync(Buffer.concat([head, data]));
  };
  for (const stem of ['train', 't10k']) {
    await put(join(folder, `${stem}-images-idx3-ubyte.gz`), idx([count, 28, 28], images));
    await put(join(folder, `${stem}-labels-idx1-ubyte.gz`), idx([count], labels));
  }
  return { count, images, labels };
}
