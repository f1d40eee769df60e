import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { randomStream, type Sample } from '@scene-mtl/data';
import { arraysOf, streetSample } from '@scene-mtl/data/testing';
import {
  colourClassifier,
  contentProblems,
  generateTree,
  openDataset,
  readEverything,
  readManifest,
  type CheckVisitor,
} from '../src/index.ts';
import { partnerPath, photoPath } from '../src/cityscapes/paths.ts';
import { readIds } from '../src/image/ids.ts';
import { grey8Png } from '../src/image/write.ts';
import { framePaths, newFolder, put, putFrame } from './support.ts';

type CheckEvent = Parameters<CheckVisitor>[0];

const size = { height: 8, width: 16 };

async function everything(root: string): Promise<CheckEvent[]> {
  const events: CheckEvent[] = [];
  await readEverything(await openDataset(root), (event) => events.push(event));
  return events;
}

describe('labelIds beside instanceIds', () => {
  // A car, a group of cars and a caravan, each in two rows; road below.
  const labelOf = [26, 26, 26, 26, 29, 29, 7, 7];
  const valueOf = [26003, 26003, 26, 26, 29000, 29000, 7, 7];
  const frame = {
    labelIds: Uint8Array.from({ length: 128 }, (_, i) => labelOf[i >> 4]),
    instanceIds: Uint16Array.from({ length: 128 }, (_, i) => valueOf[i >> 4]),
  };

  test('agree when objects, groups and stuff have the class of the label', async () => {
    const root = await newFolder();
    await putFrame(root, size, frame);
    const [event] = await everything(root);
    expect(event).toMatchObject({ done: 1, total: 1, disagreement: undefined });
  });

  test('disagree at counted pixels of a named file, void and stuff included', async () => {
    const root = await newFolder();
    const labelIds = frame.labelIds.slice();
    labelIds[21] = 24;
    labelIds[100] = 1;
    labelIds[127] = 11;
    await putFrame(root, size, { ...frame, labelIds });
    const [event] = await everything(root);
    expect(event).toMatchObject({
      disagreement: {
        pixels: 3,
        first: { row: 1, column: 5, labelId: 24, instanceId: 26003 },
        file: framePaths(root).instanceIds,
      },
    });
  });

  test('a frame that cannot be read is reported, and the others are read', async () => {
    const root = await newFolder();
    await putFrame(root, size, frame, 'a_000000_000019');
    await putFrame(root, size, frame, 'b_000000_000019');
    await put(framePaths(root, 'a_000000_000019').disparity, 'text');
    const [first, second] = await everything(root);
    expect(first).toMatchObject({
      problem: expect.stringContaining('a_000000_000019_disparity.png'),
    });
    expect(second).toHaveProperty('sample');
  });
});

describe('content of a generated tree', () => {
  let root = '';
  beforeAll(async () => {
    root = join(await newFolder(), 'tree');
    await generateTree({ out: root, frames: { train: 2, val: 1 }, height: 16, width: 32, seed: 3 });
  });
  const problems = async () =>
    contentProblems(root, await openDataset(root), (await readManifest(root))!);

  test('is what its manifest says, until one pixel changes or a frame goes', async () => {
    expect(await problems()).toEqual([]);
    const file = partnerPath(root, 'train', 'altwasser_000000_000019', 'semantic');
    const { data: ids, ...shape } = await readIds(file);
    const data = Uint8Array.from(ids);
    await put(file, await grey8Png(data.with(5, 33), shape));
    expect(await problems()).toEqual([expect.stringMatching(/the content is .* but street\.json/)]);
    await put(file, await grey8Png(data, shape));
    expect(await problems()).toEqual([]);
    const id = 'marsfeld_000000_000019';
    await rm(photoPath(root, 'val', id));
    expect(await problems()).toEqual([
      expect.stringMatching(/are missing: 1 \(val\/marsfeld_000000_000019\)/),
    ]);
  });
});

describe('classes by the colour of single pixels', () => {
  const sample = (pixels: [label: number, r: number, g: number, b: number][]): Sample =>
    streetSample({
      id: 'x',
      height: 1,
      width: pixels.length,
      image: Uint8Array.from(pixels.flatMap(([, ...rgb]) => rgb)),
      semantic: Uint8Array.from(pixels, ([label]) => label),
    });
  const many = (count: number, ...pixel: [number, number, number, number]) =>
    Array.from({ length: count }, () => pixel);

  test('are the most frequent class of the cell, the coarse cell, or of all pixels', () => {
    const classifier = colourClassifier(3);
    classifier.learn(
      sample([
        // In a cell of 8 levels of each channel: 30 of class 0, 20 of class 1.
        ...many(30, 0, 100, 100, 100),
        ...many(20, 1, 103, 103, 103),
        // Its neighbour of 8 levels in the same 32: too few to be asked alone.
        ...many(5, 1, 120, 120, 120),
        ...many(50, 2, 10, 200, 10),
        ...many(99, 255, 250, 0, 0),
      ]),
    );
    const image = Uint8Array.of(101, 102, 96, 120, 120, 120, 8, 201, 15, 250, 0, 0);
    expect(Array.from(classifier.predict(image))).toEqual([
      0, // 30 : 20
      0, // the cell of 32 levels, 96 … 127: 30 : 25
      2,
      2, // void teaches nothing; 2 is the most frequent
    ]);
  });

  test('learning goes on after a prediction', () => {
    const classifier = colourClassifier(2);
    const grey = Uint8Array.of(9, 9, 9);
    classifier.learn(sample(many(20, 0, 9, 9, 9)));
    expect(classifier.predict(grey)[0]).toBe(0);
    classifier.learn(sample(many(21, 1, 9, 9, 9)));
    expect(classifier.predict(grey)[0]).toBe(1);
  });

  test('come near the Bayes rule of two overlapping normal colours', () => {
    // Red 110 and 140 with a deviation of 15, evenly many: Φ(1) = 84.1 % are on the right side of 125.
    const random = randomStream('colours', 1);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const draw = () =>
      sample(
        Array.from({ length: 40000 }, (_, i) => [
          i % 2,
          Math.round(110 + 30 * (i % 2) + 15 * normal()),
          80,
          80,
        ]),
      );
    const classifier = colourClassifier(2);
    classifier.learn(draw());
    const other = arraysOf(draw());
    const found = classifier.predict(other.image);
    const right = found.filter((k, i) => k === other.semantic![i]).length / 40000;
    // The cell 120 … 127 lies across the boundary and costs at most 1 %.
    expect(right).toBeGreaterThan(0.825);
    expect(right).toBeLessThan(0.85);
  });
});
