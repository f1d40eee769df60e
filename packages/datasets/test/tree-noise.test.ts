import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { randomStream } from '@scene-mtl/data';
import { arraysOf } from '@scene-mtl/data/testing';
import { generateTree, openDataset, type Dataset } from '../src/index.ts';
import { partnerPath } from '../src/cityscapes/paths.ts';
import { readIds, readWords } from '../src/image/ids.ts';
import { displacedBoundaries } from '../src/street/tree/noise.ts';
import { newFolder } from './support.ts';

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
      const a = await readWords(partnerPath(root, 'train', id, 'disparity'));
      const b = await readWords(partnerPath(join(root, 'truth'), 'train', id, 'disparity'));
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
      const a = await readIds(partnerPath(root, 'train', id, 'semantic'));
      const b = await readIds(partnerPath(join(root, 'truth'), 'train', id, 'semantic'));
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

  test('boundaries: a pixel k px from an edge changes with P(N(0, σ) > k − ½)', () => {
    // Road left of column 500, sidewalk right of it.
    const size = { height: 2000, width: 1000 };
    const ids = Uint8Array.from({ length: 2e6 }, (_, i) => (i % 1000 < 500 ? 7 : 8));
    const found = displacedBoundaries(ids, size, { boundarySigma: 2 }, randomStream('edge', 1));
    // 1 − Φ(0.25), 1 − Φ(0.75), 1 − Φ(1.25), 1 − Φ(1.75) by a table of the normal distribution.
    [0.4013, 0.2266, 0.1056, 0.0401].forEach((expected, k) => {
      let changed = 0;
      for (let row = 0; row < 2000; row++) {
        if (found[row * 1000 + 499 - k] === 8) changed++;
        if (found[row * 1000 + 500 + k] === 7) changed++;
      }
      // Cells of 15.6 rows: some 128 independent draws, on both sides of the edge; three deviations.
      const error = 3 * Math.sqrt((expected * (1 - expected)) / 128);
      expect(Math.abs(changed / 4000 - expected)).toBeLessThan(error);
    });
    expect(found.filter((id, i) => id !== ids[i] && Math.abs((i % 1000) - 499.5) > 12)).toEqual(
      new Uint8Array(0),
    );
  });

  test('boundaries: void neither moves nor spreads, and 0 px changes nothing', () => {
    const size = { height: 40, width: 64 };
    const ids = Uint8Array.from({ length: 2560 }, (_, i) => (i < 1600 ? 26 : 1));
    const random = () => randomStream('void', 1);
    expect(displacedBoundaries(ids, size, { boundarySigma: 5 }, random())).toEqual(ids);
    const split = ids.map((id, i) => (i % 2 ? 11 : id));
    expect(displacedBoundaries(split, size, {}, random())).toEqual(split);
    expect(displacedBoundaries(split, size, { boundarySigma: 1 }, random())).not.toEqual(split);
  });

  test('centres: recorded ones replace those of the mask, with the σ asked for', async () => {
    const errors: number[] = [];
    for (const id of noisy.list('train')) {
      const a = await noisy.read(id, 'train', size);
      const b = await truth.read(id, 'train', size);
      expect(arraysOf(a).instance).toEqual(arraysOf(b).instance);
      for (const [value, centre] of arraysOf(b).centres!) {
        const recorded = arraysOf(a).centres!.get(value)!;
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
    const labels = await readIds(partnerPath(join(root, 'truth'), 'train', id, 'semantic'));
    expect(arraysOf(sample).disparityValid).toEqual(labels.data.map((id) => Number(id !== 1)));
  });
});
