import { execFile } from 'node:child_process';
import { rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import sharp from 'sharp';
import type * as datasets from '../src/index.ts';
import type { Batch, WorkerBatchOptions } from '../src/index.ts';
import treeOptions, { type TreeArgument } from './recipes/tree.ts';
import { framePaths, newFolder, put, putFrame } from './support.ts';

// Compiled, as its threads are.
const index = compiled(new URL('../src/index.ts', import.meta.url));
const { batches, batchesInWorkers, generateTree } = (await import(index)) as typeof datasets;
const recipeOf = (name: string): string =>
  pathToFileURL(compiled(new URL(`recipes/${name}.ts`, import.meta.url))).href;
const recipe = recipeOf('tree');

async function take(source: AsyncIterable<Batch>, count = Infinity): Promise<Batch[]> {
  const result: Batch[] = [];
  for await (const batch of source) {
    result.push(batch);
    if (result.length === count) break;
  }
  return result;
}

const inWorkers = (argument: TreeArgument, more: Partial<WorkerBatchOptions> = {}) =>
  batchesInWorkers({ recipe, argument, ...more });

describe('batches made by workers', () => {
  let argument: TreeArgument;
  let whole: Batch[];
  beforeAll(async () => {
    const root = join(await newFolder(), 'tree');
    await generateTree({ out: root, frames: { train: 7, val: 0 }, height: 16, width: 32, seed: 4 });
    argument = { root, batchSize: 2 };
    // Three batches an epoch, so that the stream passes two ends of an epoch.
    whole = await take(batches(await treeOptions(argument)), 8);
  });

  test.each([1, 2, 3])('are the same bytes with %i of them as without', async (workers) => {
    expect(await take(inWorkers(argument, { workers }), 8)).toEqual(whole);
  });

  test('speak of a file once, however many of them read it, and how often', async () => {
    const root = await newFolder();
    const size = { height: 16, width: 32 };
    for (const k of [0, 1, 2]) await putFrame(root, size, {}, `city_${k}_000019`);
    const { photo } = framePaths(root, 'city_1_000019');
    const jpeg = await sharp(photo).jpeg().toBuffer();
    const at = 4 + jpeg.readUInt16BE(4);
    const stray = Buffer.concat([jpeg.subarray(0, at), Buffer.alloc(3), jpeg.subarray(at)]);
    await rm(photo);
    await put(photo.replace('.png', '.jpg'), stray);
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
    try {
      expect(await take(inWorkers({ root, batchSize: 1, epochs: 4 }, { workers: 2 }))).toHaveLength(
        12,
      );
      // Not what libvips says: its log is one for all threads, and one may take the words of another.
      expect(warn.mock.calls).toEqual([
        [expect.stringMatching(/^warning: .*city_1_000019_leftImg8bit\.jpg: read, but /)],
      ]);
    } finally {
      warn.mockRestore();
    }
  });

  test('that take their arrays back are the same', async () => {
    const argumentOfEnd = { ...argument, epochs: 4 };
    const expected = await take(batches(await treeOptions(argumentOfEnd)));
    let index = 0;
    let before: Batch | undefined;
    for await (const batch of inWorkers(argumentOfEnd, { workers: 2, recycle: true })) {
      // Handed back to a worker, a typed array is left without length.
      if (before)
        expect(Object.values(before.arrays).map(({ length }) => length)).toEqual([0, 0, 0]);
      expect(batch).toEqual(expected[index++]);
      before = batch;
    }
    expect(index).toBe(expected.length);
  });

  test('come in order when some are late', async () => {
    const late = { ...argument, late: 30 };
    const found = await take(inWorkers(late, { workers: 2, prefetch: 4 }), 8);
    expect(found).toEqual(whole);
  });

  test('begun at any step are the rest of the stream from 0', async () => {
    for (const startStep of [1, 3, 5]) {
      const found = await take(inWorkers(argument, { startStep, workers: 2 }), 8 - startStep);
      expect(found).toEqual(whole.slice(startStep));
    }
  });

  test('end with the last epoch', async () => {
    expect(await take(inWorkers({ ...argument, epochs: 2 }))).toEqual(whole.slice(0, 6));
    const behind = inWorkers({ ...argument, epochs: 2 }, { startStep: 6 });
    expect(await take(behind)).toEqual([]);
  });

  test('asked for several at a time, each is given once', async () => {
    const stream = inWorkers(argument, { prefetch: 1 });
    const found = await Promise.all(Array.from({ length: 5 }, () => stream.next()));
    await stream.return!();
    expect(found.map(({ value }) => value as Batch)).toEqual(whole.slice(0, 5));
  });

  test('a stream that is closed gives no more, whoever waits', async () => {
    const stream = inWorkers(argument);
    const waiting = stream.next();
    await stream.return!();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  test('bad options are errors at once', () => {
    expect(() => inWorkers(argument, { workers: 0 })).toThrow(/workers .* from 1, got 0/);
    expect(() => inWorkers(argument, { prefetch: 0.5 })).toThrow(/prefetch .* from 1, got 0.5/);
    expect(() => inWorkers(argument, { startStep: -1 })).toThrow(/startStep .* from 0, got -1/);
  });
});

describe('what goes wrong in a worker', () => {
  test('a file cut short is the error that reading it here would be, at the turn of its batch', async () => {
    const root = await newFolder();
    const size = { height: 8, width: 16 };
    for (const id of ['city_000000_000001', 'city_000000_000002'])
      await putFrame(root, size, {}, id);
    const { disparity } = framePaths(root, 'city_000000_000002');
    await truncate(disparity, 60);
    const argument = { root, batchSize: 1, epochs: 1 };
    const failure = async (stream: AsyncIterable<Batch>): Promise<[number, string]> => {
      let count = 0;
      try {
        for await (const _ of stream) count++;
      } catch (error) {
        return [count, (error as Error).message];
      }
      throw new Error('nothing failed');
    };
    const here = await failure(batches(await treeOptions(argument)));
    expect(here[1]).toContain(disparity);
    expect(await failure(inWorkers(argument, { workers: 2 }))).toEqual(here);
  });

  test('a split without a full batch, and a recipe that fails, are errors of the first batch', async () => {
    const root = await newFolder();
    await putFrame(root, { height: 8, width: 16 });
    await expect(inWorkers({ root, batchSize: 2 }).next()).rejects.toThrow(
      /train has 1 frames, which gives no batch of 2/,
    );
    const broken = recipeOf('broken');
    const failing = batchesInWorkers({ recipe: broken, argument: 'no data here', workers: 2 });
    await expect(failing.next()).rejects.toThrow(/^no data here$/);
    expect(await failing.next()).toEqual({ done: true, value: undefined });
    const empty = recipeOf('empty');
    await expect(batchesInWorkers({ recipe: empty, argument: 0 }).next()).rejects.toThrow(
      /empty\.js: expected a default export/,
    );
  });

  test('a worker that ends by itself is an error, not a wait without end', async () => {
    const broken = recipeOf('broken');
    const stream = batchesInWorkers({ recipe: broken, argument: 'exit' });
    await expect(stream.next()).rejects.toThrow(/ended early \(exit code 7\)/);
  });
});

describe('a process with workers', () => {
  const run = promisify(execFile);
  const program = (root: string, body: string) =>
    run(process.execPath, [
      ...['--input-type=module', '-e'],
      `import { batchesInWorkers } from ${JSON.stringify(index)};
        const argument = ${JSON.stringify({ root, batchSize: 1 })};
        const stream = batchesInWorkers({ recipe: ${JSON.stringify(recipe)}, argument, workers: 2 });
        ${body}`,
    ]);

  test('ends by itself, the stream closed or forgotten, and waits for a batch', async () => {
    const root = await newFolder();
    for (const id of ['city_000000_000001', 'city_000000_000002']) {
      await putFrame(root, { height: 8, width: 16 }, {}, id);
    }
    const closed = await program(
      root,
      `for await (const batch of stream) if (batch.step === 3) break;
      console.log('closed', process.getActiveResourcesInfo().filter((name) => /Worker|MessagePort/.test(name)));`,
    );
    expect(closed).toEqual({ stdout: 'closed []\n', stderr: '' });
    const forgotten = await program(root, `console.log((await stream.next()).value.step);`);
    expect(forgotten).toEqual({ stdout: '0\n', stderr: '' });
  });
});
