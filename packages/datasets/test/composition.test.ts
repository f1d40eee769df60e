import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { randomStream } from '@scene-mtl/data';
import { evaluatedLabels, trainIdOf } from '@scene-mtl/data/cityscapes';
import { streetSample } from '@scene-mtl/data/testing';
import {
  cityscapesFrames,
  cityscapesStatistics,
  COMPOSITIONS,
  generateTree,
  readManifest,
  statistics,
  type Composition,
} from '../src/index.ts';
import { viewOf } from '../src/street/render/camera.ts';
import { instanceValues } from '../src/street/render/labels.ts';
import { rasterise } from '../src/street/render/rasterise.ts';
import { matched, recorded } from '../src/street/render/stereo.ts';
import { streetScene } from '../src/street/scene/street.ts';
import { treeHash } from '../src/street/tree/content.ts';
import { frameFiles } from '../src/street/tree/frame-files.ts';
import { planTree } from '../src/street/tree/plan.ts';
import { newFolder } from './support.ts';

const hashesOf = async (composition: Composition, train = 3, val = 1): Promise<string[]> => {
  const plan = planTree(1, { train, val });
  const options = { size: { height: 64, width: 128 }, gaps: 'photometric', composition } as const;
  return Promise.all(plan.map(async (frame) => (await frameFiles(frame, options)).hash));
};

describe('compositions', () => {
  test('the ordinary one gives what was given before there were others', async () => {
    // `data generate --frames 12 --val 4 --size 64x128 --seed 1` of commit ec8b766, which had one.
    const hash = treeHash(await hashesOf('ordinary', 12, 4));
    expect(hash).toBe('f2159bcd08065637ddc29d21b5e2a00f06ff238fdc3fa9b0e8d4ee529814f3f4');
  });

  test('give the same frames again, and each others than the rest', async () => {
    const all = () => Promise.all(COMPOSITIONS.map((name) => hashesOf(name)));
    const made = await all();
    expect(await all()).toEqual(made);
    expect(new Set(made.flat()).size).toBe(made.flat().length);
  });

  test.each(COMPOSITIONS)('%s: is named in the manifest unless it is ordinary', async (name) => {
    const out = join(await newFolder(), 'tree');
    const recipe = { out, frames: { train: 1, val: 0 }, height: 16, width: 32, seed: 4 };
    await generateTree({ ...recipe, composition: name });
    expect((await readManifest(out))?.composition).toBe(name === 'ordinary' ? undefined : name);
    const other = COMPOSITIONS.find((one) => one !== name)!;
    await expect(generateTree({ ...recipe, composition: other })).rejects.toThrow(
      /holds a tree of another recipe/,
    );
  });
});

/** Statistics of frames as they are recorded, without their photographs. */
function statisticsOf(composition: Composition, frames: number) {
  const size = { height: 512, width: 1024 };
  const collector = statistics(evaluatedLabels.length);
  const sky = { pixels: 0, known: 0, zero: 0, sum: 0 };
  for (const { id, name } of planTree(1, { train: frames, val: 0 })) {
    const scene = streetScene(name, 'ordinary', composition);
    const camera = scene.cameraAt(size);
    const visibility = rasterise(scene.mesh, viewOf(camera, size), 1);
    const values = instanceValues(scene, visibility, size);
    const labels = Uint8Array.from(values, (v) => (v < 1000 ? v : Math.floor(v / 1000)));
    const isSky = Uint8Array.from(values, (_, i) => Number(visibility.drawn[i] < 0));
    const usable = Uint8Array.from(labels, (label) => Number(label !== 1));
    const exact = Float32Array.from(values, (_, i) => {
      return usable[i] * camera.baseline * camera.fx * visibility.inverseDepth[i];
    });
    const seed = Math.floor(2 ** 20 * randomStream('stereo', id)());
    const found = matched(exact, usable, size, seed, scene.matcher);
    const disparity = recorded(exact, isSky, size, seed, scene.matcher);
    isSky.forEach((is, i) => {
      if (!is || !usable[i]) return;
      sky.pixels++;
      sky.known += found[i];
      // Below half a step of the 16-bit files.
      if (!found[i]) return;
      if (disparity[i] < 0.5 / 256) sky.zero++;
      else sky.sum += (2048 / size.width) * disparity[i];
    });
    const instance = values.map((v, i) => (v >= 1000 && trainIdOf[labels[i]] !== 255 ? v : 0));
    collector.add(
      streetSample({
        ...{ id, ...size, semantic: labels.map((label) => trainIdOf[label]), instance },
        ...{ disparity, disparityValid: found },
      }),
    );
  }
  const { pixels, known, zero, sum } = sky;
  const ofSky = { known: known / pixels, zero: zero / known, mean: sum / (known - zero) };
  return { ...collector.result(), sky: ofSky };
}

// The numbers are standard deviations of samples of 24 frames, found from those of seeds 1 to 8; half as many frames
// have √2 times as much.
const THREE = 3 * Math.SQRT2;

describe('12 frames of the measured composition are within three deviations of Cityscapes', () => {
  const found = statisticsOf('measured', 12);
  const named = (name: string) => evaluatedLabels.find((label) => label.name === name)!.trainId;
  const { disparity, sky, split } = cityscapesFrames;

  test.each([
    ['road', 0.84],
    ['building', 1.8],
    ['vegetation', 1.82],
    ['sky', 0.74],
    ['person', 0.3],
    ['rider', 0.05],
    ['car', 0.79],
    ['truck', 0.27],
  ] as const)('share of %s', (name, deviation) => {
    const { share } = cityscapesStatistics[named(name)];
    expect(100 * Math.abs(found.shares[named(name)] - share)).toBeLessThan(THREE * deviation);
  });

  test.each([
    ['person', 1.05, 449],
    ['car', 1.1, 1990],
  ] as const)('number and mean size of objects: %s', (name, ofNumber, ofSize) => {
    const k = named(name);
    const { objects = NaN, meanSize = NaN } = cityscapesStatistics[k];
    expect(Math.abs(found.objects[k] - objects)).toBeLessThan(THREE * ofNumber);
    expect(Math.abs(found.meanSize[k] - meanSize)).toBeLessThan(THREE * ofSize);
  });

  test('objects in pieces, no specks among them', () => {
    expect(Math.abs(found.split - split)).toBeLessThan(THREE * 0.024);
    expect(found.splitLarge).toBe(found.split);
  });

  test('disparity', () => {
    expect(Math.abs(found.disparity.mean - disparity.mean)).toBeLessThan(THREE * 0.85);
    expect(Math.abs(found.disparity.deviation - disparity.deviation)).toBeLessThan(THREE * 0.7);
    // Cells of 20 px: five of `statistics`, two of the published ones.
    const by = (list: readonly number[], cells: number, k: number) =>
      100 * list.slice(cells * k, cells * (k + 1)).reduce((a, b) => a + b, 0);
    [1.22, 1.3, 0.32, 0.44, 0.75].forEach((deviation, k) => {
      const difference = by(found.disparities.shares, 5, k) - by(disparity.shares, 2, k);
      expect(Math.abs(difference)).toBeLessThan(THREE * deviation);
    });
    expect(found.disparities.shares.at(-1)).toBe(0);
  });

  test('disparity of the sky', () => {
    expect(Math.abs(found.sky.known - sky.known)).toBeLessThan(THREE * 0.017);
    expect(Math.abs(found.sky.zero - sky.zero)).toBeLessThan(THREE * 0.003);
    expect(Math.abs(found.sky.mean - sky.mean)).toBeLessThan(0.2);
  });
});
