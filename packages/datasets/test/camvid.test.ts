import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { arraysOf } from '@scene-mtl/data/testing';
import { pseudoObjects } from '../src/camvid/pseudo-objects.ts';
import { openDataset } from '../src/index.ts';
import { grey8Png, rgbPng } from '../src/image/write.ts';
import { newFolder, put } from './support.ts';

const size = { height: 4, width: 6 };

async function camvid(annotation: Uint8Array): Promise<string> {
  const root = await newFolder();
  for (const split of ['train', 'val', 'test']) {
    await put(join(root, `${split}.txt`), `${split}/a.png ${split}annot/a.png\n`);
    await put(join(root, split, 'a.png'), await rgbPng(new Uint8Array(72).fill(90), size));
    await put(join(root, `${split}annot`, 'a.png'), await grey8Png(annotation, size));
  }
  return root;
}

describe('CamVid', () => {
  // 8 car, 9 pedestrian, 11 unlabelled. Two cars touch at a corner: one component.
  const annotation = Uint8Array.of(
    ...[8, 8, 3, 3, 9, 9],
    ...[8, 8, 3, 3, 9, 9],
    ...[3, 3, 8, 8, 3, 3],
    ...[11, 3, 8, 8, 3, 9],
  );

  test('has 11 classes, void and pseudo-instances, and no disparity', async () => {
    const dataset = await openDataset(await camvid(annotation));
    expect(dataset.name).toBe('camvid');
    expect(dataset.legend!.classes).toHaveLength(11);
    expect(dataset.legend!.instanceClasses.map((k) => dataset.legend!.classes[k])).toEqual([
      'car',
      'pedestrian',
      'bicyclist',
    ]);
    const sample = await dataset.read('a', 'val', size);
    expect(arraysOf(sample).semantic![18]).toBe(255);
    // The lone pedestrian pixel is under the minimum of 4.
    expect(Array.from(arraysOf(sample).instance!)).toEqual([
      ...[1, 1, 0, 0, 2, 2],
      ...[1, 1, 0, 0, 2, 2],
      ...[0, 0, 1, 1, 0, 0],
      ...[0, 0, 1, 1, 0, 0],
    ]);
    // Car: rows (0 + 0 + 1 + 1 + 2 + 2 + 3 + 3) / 8, columns (0 + 1 + 0 + 1 + 2 + 3 + 2 + 3) / 8.
    expect(arraysOf(sample).centres!.get(1)).toEqual({ row: 1.5, column: 1.5 });
    expect(sample.fields).not.toHaveProperty('depth');
  });

  test('reads the lists as published, and names that repeat in other folders', async () => {
    const root = await camvid(annotation);
    for (const split of ['train', 'val', 'test']) {
      const folder = `/SegNet/CamVid/${split}`;
      await put(join(root, `${split}.txt`), `${folder}/a.png ${folder}annot/a.png\n`);
    }
    // Two sequences that both count from a.
    const sequences = ['seq01', 'seq02'];
    for (const name of sequences) {
      await put(join(root, 'train', name, 'a.png'), await rgbPng(new Uint8Array(72), size));
      await put(join(root, 'trainannot', name, 'a.png'), await grey8Png(annotation, size));
    }
    const lines = sequences.map((s) => `/SegNet/CamVid/train/${s}/a.png trainannot/${s}/a.png`);
    await put(join(root, 'train.txt'), `${lines.join('\n')}\n`);
    const dataset = await openDataset(root);
    expect(dataset.list('val')).toEqual(['a']);
    expect(dataset.list('train')).toEqual(['seq01_a', 'seq02_a']);
    expect(arraysOf(await dataset.read('seq02_a', 'train', size)).semantic![18]).toBe(255);
    expect(dataset.leftOut).toEqual([
      { path: 'train/a.png', reason: 'in no list (train.txt, val.txt, test.txt)' },
      { path: 'trainannot/a.png', reason: 'in no list (train.txt, val.txt, test.txt)' },
    ]);
  });

  test('a label outside its table and a missing file are errors with names', async () => {
    const root = await camvid(annotation.map((label) => (label === 11 ? 12 : label)));
    const dataset = await openDataset(root);
    await expect(dataset.read('a', 'train', size)).rejects.toThrow(/trainannot.*label 12/);
    await rm(join(root, 'valannot', 'a.png'));
    await expect(openDataset(root)).rejects.toThrow(/1 listed files are missing:\n.*valannot/);
    await put(join(root, 'test.txt'), 'only-one-name\n');
    await expect(openDataset(root)).rejects.toThrow(/test\.txt:1: expected 'photo annotation'/);
  });
});

describe('pseudo-objects', () => {
  /** Merges labels of neighbours until nothing changes. */
  function slow(semantic: Uint8Array, width: number, classes: number[], minimum: number) {
    const height = semantic.length / width;
    const label = Array.from(semantic, (k, i) => (classes.includes(k) ? i + 1 : 0));
    for (let changed = true; changed;) {
      changed = false;
      for (let i = 0; i < label.length; i++) {
        for (let j = 0; j < label.length; j++) {
          const near =
            Math.abs(Math.floor(i / width) - Math.floor(j / width)) <= 1 &&
            Math.abs((i % width) - (j % width)) <= 1;
          if (near && label[i] && semantic[i] === semantic[j] && label[j] < label[i]) {
            label[i] = label[j];
            changed = true;
          }
        }
      }
    }
    expect(height * width).toBe(label.length);
    const kept = [...new Set(label)].filter(
      (value) => value > 0 && label.filter((other) => other === value).length >= minimum,
    );
    return label.map((value) => kept.indexOf(value) + 1);
  }

  test('are those of a slow search over all pairs', () => {
    const grids = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 30, maxLength: 30 });
    fc.assert(
      fc.property(grids, fc.integer({ min: 1, max: 4 }), (list, minimum) => {
        const semantic = Uint8Array.from(list);
        const found = pseudoObjects(semantic, { height: 5, width: 6 }, [1, 2], minimum);
        expect(Array.from(found)).toEqual(slow(semantic, 6, [1, 2], minimum));
      }),
      { numRuns: 60 },
    );
  });
});

withData('camvid')(
  'the SegNet split has 367, 101 and 233 pairs and reads at 96 × 128',
  async () => {
    const dataset = await openDataset(sharedData('camvid'));
    const counts = (['train', 'val', 'test'] as const).map((split) => dataset.list(split).length);
    expect(counts).toEqual([367, 101, 233]);
    const [id] = dataset.list('train');
    const sample = await dataset.read(id, 'train', { height: 96, width: 128 });
    expect(arraysOf(sample).image).toHaveLength(96 * 128 * 3);
    expect(arraysOf(sample).semantic!.every((label) => label < 11 || label === 255)).toBe(true);
  },
);
