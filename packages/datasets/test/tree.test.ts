import { execFile } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { generateTree, openDataset, readManifest, statistics, type Dataset } from '../src/index.ts';
import { readGrey16, readGrey8 } from '../src/image/read.ts';
import { partnerPath } from '../src/cityscapes/files.ts';
import { newFolder } from './support.ts';

const small = { frames: { train: 1, val: 1 }, height: 16, width: 32, seed: 11 };

async function listing(root: string): Promise<string[]> {
  const names = await readdir(root, { recursive: true });
  return names.filter((name) => /\.(png|json)$/.test(name)).sort();
}

async function sameFiles(a: string, b: string): Promise<void> {
  const names = await listing(a);
  expect(await listing(b)).toEqual(names);
  for (const name of names) {
    expect(await readFile(join(b, name))).toEqual(await readFile(join(a, name)));
  }
}

describe('generating a tree', () => {
  let root = '';
  beforeAll(async () => {
    root = join(await newFolder(), 'tree');
    await generateTree({ ...small, out: root });
  });

  test('writes the official files of every frame and its manifest last', async () => {
    const stem = 'altwasser_000000_000019';
    const names = (await listing(root)).filter((name) => name.includes(stem));
    expect(names).toEqual([
      `camera/train/altwasser/${stem}_camera.json`,
      `disparity/train/altwasser/${stem}_disparity.png`,
      `gtFine/train/altwasser/${stem}_gtFine_color.png`,
      `gtFine/train/altwasser/${stem}_gtFine_instanceIds.png`,
      `gtFine/train/altwasser/${stem}_gtFine_labelIds.png`,
      `gtFine/train/altwasser/${stem}_gtFine_labelTrainIds.png`,
      `leftImg8bit/train/altwasser/${stem}_leftImg8bit.png`,
    ]);
    const dataset = await openDataset(root);
    expect(dataset.name).toBe('street');
    expect(dataset.list('train')).toHaveLength(1);
    expect(dataset.list('val')).toHaveLength(1);
  });

  test('gives the same bytes again', async () => {
    const again = join(await newFolder(), 'tree');
    await generateTree({ ...small, out: again });
    await sameFiles(root, again);
  });

  test('gives the same bytes with two processes', async () => {
    const again = join(await newFolder(), 'tree');
    const code = `import { generateTree } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)};
      await generateTree(${JSON.stringify({ ...small, out: again, workers: 2 })});`;
    await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--conditions=@scene-mtl/source', '--input-type=module', '-e', code],
      { cwd: fileURLToPath(new URL('..', import.meta.url)) },
    );
    await sameFiles(root, again);
  }, 60_000);

  test('keeps a tree of the same recipe and refuses to replace another', async () => {
    let frames = 0;
    const onProgress = () => void frames++;
    await generateTree({ ...small, out: root, onProgress });
    expect(frames).toBe(0);
    await expect(generateTree({ ...small, seed: 12, out: root })).rejects.toThrow(
      /holds a tree of another recipe/,
    );
    const busy = await newFolder();
    await writeFile(join(busy, 'letter.txt'), '');
    await expect(generateTree({ ...small, out: busy })).rejects.toThrow(
      /holds other files \(letter\.txt\)/,
    );
  });

  test('a full disk is an error that names the file, and leaves nothing behind', async () => {
    const folder = await newFolder();
    let files = 0;
    const full = () => {
      if (++files < 9) return Promise.resolve();
      return Promise.reject(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }));
    };
    const out = join(folder, 'tree');
    await expect(generateTree({ ...small, out }, full)).rejects.toThrow(
      /tree was not made: .*leftImg8bit|gtFine.*cannot be written \(the disk is full\)/,
    );
    expect(await readdir(folder)).toEqual([]);
  });

  test('a tree without its manifest is not taken for a whole one', async () => {
    const out = join(await newFolder(), 'tree');
    await generateTree({ ...small, out });
    await rm(join(out, 'street.json'));
    expect(await readManifest(out)).toBeUndefined();
    await expect(generateTree({ ...small, out })).rejects.toThrow(/holds other files/);
  });

  test('bad options are errors before anything is written', async () => {
    const out = join(await newFolder(), 'tree');
    const make = (more: object) => generateTree({ ...small, out, ...more });
    await expect(make({ height: 0 })).rejects.toThrow(/at least 1, got 0 × 32/);
    await expect(make({ seed: 1.5 })).rejects.toThrow(/expected seed as a whole number, got 1.5/);
    await expect(make({ frames: { train: -1, val: 0 } })).rejects.toThrow(/frames\.train/);
    await expect(make({ occlusion: 'none' })).rejects.toThrow(
      /expected occlusion as one of ordinary, cut, got none/,
    );
    await expect(make({ noise: { labelFlips: 1.2 } })).rejects.toThrow(
      /noise\.labelFlips: expected a number of at least 0 and at most 1, got 1.2/,
    );
  });
});

describe('noise of known size', () => {
  const noise = { disparitySigma: 0.2, disparityOutliers: 0.05, labelFlips: 0.1, centreSigma: 1.5 };
  const size = { height: 64, width: 128 };
  let root = '';
  let noisy: Dataset;
  let truth: Dataset;
  beforeAll(async () => {
    root = join(await newFolder(), 'noisy');
    const frames = { train: 3, val: 0 };
    await generateTree({ ...size, frames, seed: 2, noise, out: root });
    noisy = await openDataset(root);
    truth = await openDataset(join(root, 'truth'));
  });

  test('disparity: the middle of the errors has the σ asked for, the tails the outliers', async () => {
    const errors: number[] = [];
    for (const id of noisy.list('train')) {
      const a = await readGrey16(partnerPath(root, 'train', id, 'disparity'));
      const b = await readGrey16(partnerPath(join(root, 'truth'), 'train', id, 'disparity'));
      a.data.forEach((p, i) => {
        // Far pixels are cut off at 0 and would narrow the errors.
        if (p > 0 && b.data[i] > 1 + 256) errors.push((p - b.data[i]) / 256);
      });
    }
    expect(errors.length).toBeGreaterThan(5000);
    // Outliers are even over ± width / 40 = 3.2 px: of 5 %, (3.2 − 0.8) / 3.2 lie beyond 4 σ = 0.8.
    const beyond = errors.filter((e) => Math.abs(e) > 0.8).length / errors.length;
    expect(Math.abs(beyond - 0.0375)).toBeLessThan(0.008);
    // Quartiles of N(0, σ) lie at ± 0.6745 σ; 5 % of wide errors move that by about 4 %.
    const sorted = errors.map(Math.abs).sort((a, b) => a - b);
    const sigma = sorted[Math.floor(sorted.length / 2)] / 0.6745;
    expect(Math.abs(sigma / 0.2 - 1)).toBeLessThan(0.09);
  });

  test('labels: a tenth of the evaluated pixels has another class, void stays', async () => {
    let flipped = 0;
    let painted = 0;
    let counted = 0;
    for (const id of noisy.list('train')) {
      const a = await readGrey8(partnerPath(root, 'train', id, 'semantic'));
      const b = await readGrey8(partnerPath(join(root, 'truth'), 'train', id, 'semantic'));
      b.data.forEach((label, i) => {
        if (label === 1 && a.data[i] !== 1) painted++;
        if (![7, 11, 21, 26].includes(label)) return;
        counted++;
        if (a.data[i] !== label) flipped++;
      });
    }
    expect(painted).toBe(0);
    // Four standard errors of a share of 0.1 from some 15,000 draws: 0.01.
    expect(Math.abs(flipped / counted - 0.1)).toBeLessThan(0.01);
  });

  test('centres: recorded ones replace those of the mask, with the σ asked for', async () => {
    const errors: number[] = [];
    for (const id of noisy.list('train')) {
      const a = await noisy.read(id, 'train', size);
      const b = await truth.read(id, 'train', size);
      expect(a.instance).toEqual(b.instance);
      for (const [value, centre] of b.centres!) {
        const recorded = a.centres!.get(value)!;
        errors.push(recorded.row - centre.row, recorded.column - centre.column);
      }
    }
    const deviation = Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / errors.length);
    // Standard error σ / √(2 n); four of them.
    expect(Math.abs(deviation - 1.5)).toBeLessThan((4 * 1.5) / Math.sqrt(2 * errors.length));
  });

  test('the truth has no gaps but the bonnet', async () => {
    const [id] = truth.list('train');
    const sample = await truth.read(id, 'train', size);
    const labels = await readGrey8(partnerPath(join(root, 'truth'), 'train', id, 'semantic'));
    expect(sample.disparityValid).toEqual(labels.data.map((id) => Number(id !== 1)));
  });
});

describe('statistics', () => {
  test('count shares, objects, pieces and sizes', () => {
    const collector = statistics(2);
    collector.add({
      id: 'a',
      height: 2,
      width: 4,
      image: new Uint8Array(24),
      semantic: Uint8Array.of(0, 0, 1, 1, 255, 255, 0, 1),
      instance: Uint16Array.of(0, 0, 5, 5, 0, 0, 0, 6),
      disparity: Float32Array.of(1, 3, 0, 0, 0, 0, 0, 0),
      disparityValid: Uint8Array.of(1, 1, 1, 0, 0, 0, 0, 0),
    });
    const result = collector.result();
    expect(result.shares).toEqual([0.5, 0.5]);
    expect(result.void).toBe(0.25);
    expect(result.objects).toEqual([0, 2]);
    // Objects of 2 and 1 px; a px of 4 × 2 is 2048 · 1024 / 8 px: mean 1.5 of them.
    expect(result.meanSize[1]).toBe((1.5 * 2048 * 1024) / 8);
    expect(result.split).toBe(0);
    // 1 and 3 px of 4 are 512 and 1536 px of 2048.
    expect(result.disparity).toEqual({ mean: 1024, deviation: 512 });
    expect(result.valid).toBe(3 / 8);
  });

  test('see an object in two pieces', () => {
    const collector = statistics(1);
    collector.add({
      id: 'a',
      height: 1,
      width: 4,
      image: new Uint8Array(12),
      semantic: new Uint8Array(4),
      instance: Uint16Array.of(9, 0, 9, 9),
    });
    expect(collector.result().split).toBe(1);
  });
});
