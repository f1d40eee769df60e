import { describe, expect, test } from '@jest/globals';
import { imageOf, photo, withFields, type Sample } from '@scene-mtl/data';
import fc from 'fast-check';
import { arraysOf } from '@scene-mtl/data/testing';
import { batches, type BatchOptions, type Dataset } from '../src/index.ts';
import { batchAt, stepsPerEpoch } from '../src/order.ts';
import { asTfDataset } from '../src/tf-dataset.ts';
import { madeSample } from './support.ts';

/** A data set in memory that counts its readings. */
function memory(count: number): Dataset & { reads: string[] } {
  const ids = Array.from({ length: count }, (_, i) => `f${i}`);
  const reads: string[] = [];
  return {
    name: 'memory',
    fields: ['semantic', 'instance', 'depth'],
    list: (split) => (split === 'train' ? ids : []),
    read(id) {
      reads.push(id);
      return Promise.resolve({ ...madeSample(2, 3, ids.indexOf(id)), id });
    },
    reads,
  };
}

const options = (dataset: Dataset, more: Partial<BatchOptions> = {}): BatchOptions => ({
  dataset,
  split: 'train',
  size: { height: 2, width: 3 },
  batchSize: 3,
  seed: 5,
  encode: (sample) => ({
    image: Float32Array.from(arraysOf(sample).image),
    label: Int32Array.from(arraysOf(sample).semantic!),
  }),
  ...more,
});

async function take<T>(source: AsyncIterable<T>, count = Infinity): Promise<T[]> {
  const result: T[] = [];
  for await (const item of source) {
    result.push(item);
    if (result.length === count) break;
  }
  return result;
}

describe('order of frames', () => {
  test('each epoch shows every frame once, in an order of its own', () => {
    const setting = { count: 12, batchSize: 4, seed: 1, shuffle: true, dropLast: true };
    const epochs = [0, 1, 2].map((epoch) =>
      [0, 1, 2].flatMap((k) => Array.from(batchAt(epoch * 3 + k, setting).frames)),
    );
    for (const order of epochs)
      expect([...order].sort((a, b) => a - b)).toEqual([...Array(12).keys()]);
    expect(epochs[0]).not.toEqual(epochs[1]);
    expect(epochs[1]).not.toEqual(epochs[2]);
  });

  test('depends on the seed', () => {
    const order = (seed: number) =>
      Array.from(
        batchAt(0, { count: 50, batchSize: 50, seed, shuffle: true, dropLast: true }).frames,
      );
    expect(order(1)).not.toEqual(order(2));
    expect(order(1)).toEqual(order(1));
  });

  test('a last batch that is not full is dropped in training and kept in evaluation', () => {
    const setting = { count: 7, batchSize: 3, shuffle: false };
    expect(stepsPerEpoch({ ...setting, dropLast: true })).toBe(2);
    expect(stepsPerEpoch({ ...setting, dropLast: false })).toBe(3);
  });
});

describe('batches', () => {
  test('put the samples one after the other, as typed arrays of their kind', async () => {
    const dataset = memory(4);
    const [batch] = await take(batches(options(dataset, { shuffle: false, batchSize: 2 })), 1);
    expect(batch.ids).toEqual(['f0', 'f1']);
    expect(batch.arrays['label']).toBeInstanceOf(Int32Array);
    const expected = [0, 1].flatMap((k) => Array.from(arraysOf(madeSample(2, 3, k)).image));
    expect(batch.arrays['image']).toEqual(Float32Array.from(expected));
  });

  test('a stream begun at any step is the tail of the stream from 0, augmentation included', async () => {
    // Adds noise, so that a stream that drew its numbers in another order would differ.
    const transform = (sample: Sample, random: () => number): Sample => {
      const image = imageOf(sample);
      return withFields(sample, {
        image: photo(
          image,
          image.data.map((v) => v * random()),
        ),
      });
    };
    const setting = { transform };
    const whole = await take(batches(options(memory(10), setting)), 11);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 10 }), async (startStep) => {
        const tail = await take(
          batches(options(memory(10), { ...setting, startStep })),
          11 - startStep,
        );
        expect(tail).toEqual(whole.slice(startStep));
      }),
      { numRuns: 8 },
    );
  });

  test('a frame is augmented differently in each epoch', async () => {
    const draws: number[] = [];
    const transform = (sample: Sample, random: () => number) => {
      draws.push(random());
      return sample;
    };
    await take(batches(options(memory(3), { transform, epochs: 4 })));
    expect(new Set(draws).size).toBe(12);
  });

  test('an evaluation sees every frame once, in the listed order', async () => {
    const found = await take(batches(options(memory(7), { shuffle: false, epochs: 1 })));
    expect(found.flatMap((b) => b.ids)).toEqual(['f0', 'f1', 'f2', 'f3', 'f4', 'f5', 'f6']);
    expect(found.map((b) => b.step)).toEqual([0, 1, 2]);
  });

  test('while a batch is in use the next one is read, and no more than that', async () => {
    const dataset = memory(9);
    const stream = batches(options(dataset));
    await stream.next();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(dataset.reads).toHaveLength(6);
    await stream.return!();
  });

  test('a failing frame fails its own batch, not the one before', async () => {
    const dataset = memory(6);
    const read = dataset.read.bind(dataset);
    dataset.read = (id, split, size) =>
      id === 'f4' ? Promise.reject(new Error('f4 is broken')) : read(id, split, size);
    const stream = batches(options(dataset, { shuffle: false }));
    expect((await stream.next()).value).toMatchObject({ ids: ['f0', 'f1', 'f2'] });
    await expect(stream.next()).rejects.toThrow('f4 is broken');
  });

  test('a split without a full batch is an error', () => {
    expect(() => batches(options(memory(2)))).toThrow(/memory train has 2 frames.*batch of 3/);
    expect(() => batches(options(memory(2), { split: 'val' }))).toThrow(/memory val has 0 frames/);
  });

  test('an encoding that changes its names or lengths is an error that says where', async () => {
    const longer = (s: Sample) => ({ x: new Float32Array(s.id === 'f1' ? 4 : 3) });
    const setting = { shuffle: false, encode: longer };
    await expect(take(batches(options(memory(3), setting)))).rejects.toThrow(
      /gave 4 values of 'x' for f1 but 3 for f0/,
    );
    const other = (s: Sample): Record<string, Float32Array> =>
      s.id === 'f1' ? { y: new Float32Array(1) } : { x: new Float32Array(1) };
    await expect(
      take(batches(options(memory(3), { shuffle: false, encode: other }))),
    ).rejects.toThrow(/gave no values of 'x' for f1/);
  });

  test('run through tf.data unchanged', async () => {
    const setting = options(memory(6), { epochs: 2 });
    const direct = await take(batches(setting));
    const through: unknown[] = [];
    await asTfDataset(setting).forEachAsync((batch) => through.push(batch));
    expect(through).toEqual(direct);
  });
});
