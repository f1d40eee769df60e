import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { arraysOf } from '@scene-mtl/data/testing';
import { legendOf, openDataset, readManifest, SPLITS } from '../src/index.ts';
import { photoPath, partnerPath } from '../src/cityscapes/paths.ts';
import { readIds, readWords } from '../src/image/ids.ts';
import { readPhoto } from '../src/image/photo.ts';
import { frameFiles } from '../src/street/tree/frame-files.ts';
import { planTree } from '../src/street/tree/plan.ts';

const root = fileURLToPath(new URL('./fixtures/street-32x16', import.meta.url));

interface Decoded {
  shape: number[];
  sum: number;
  sha256: string;
}
type Images = Record<'image' | 'labelIds' | 'instanceIds' | 'disparity', Decoded>;
interface Official {
  /** Pixels by class name. */
  classes: Record<string, number>;
  /** Class and pixels by instance value. */
  objects: Record<string, [name: string, pixels: number]>;
  disparity: { known: number; sum: number; largest: number };
}
interface Fixture {
  origin: string;
  frames: Record<string, Images & { cityscapesScripts: Official }>;
}

const fixture = async () => JSON.parse(await readFile(`${root}.json`, 'utf8')) as Fixture;

const facts = (data: Uint8Array | Uint16Array, shape: number[]): Decoded => ({
  shape,
  sum: Array.from(data).reduce((a, b) => a + b, 0),
  sha256: createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex'),
});

describe('three generated frames of 16 × 32', () => {
  // Pillow 13.0.0, numpy 2.4.6 and cityscapesScripts 2.3.0 by fixtures/decode.py.
  test('decode to the arrays that Pillow 13.0.0 and numpy 2.4.6 decode', async () => {
    const { frames, origin } = await fixture();
    expect(origin).toBe('decode.py with pillow 13.0.0, numpy 2.4.6, cityscapesScripts 2.3.0');
    const dataset = await openDataset(root);
    let seen = 0;
    for (const split of SPLITS) {
      for (const id of dataset.list(split)) {
        const expected = frames[id];
        const photo = await readPhoto(photoPath(root, split, id));
        const semantic = await readIds(partnerPath(root, split, id, 'semantic'));
        const instance = await readWords(partnerPath(root, split, id, 'instance'));
        const disparity = await readWords(partnerPath(root, split, id, 'disparity'));
        expect(expected.image).toMatchObject(facts(photo.data, [16, 32, 3]));
        expect(expected.labelIds).toMatchObject(facts(semantic.data, [16, 32]));
        expect(expected.instanceIds).toMatchObject(facts(instance.data, [16, 32]));
        expect(expected.disparity).toMatchObject(facts(disparity.data, [16, 32]));
        seen++;
      }
    }
    expect(seen).toBe(3);
  });

  test('hold the classes, objects and disparities that cityscapesScripts 2.3.0 finds', async () => {
    const { frames } = await fixture();
    const dataset = await openDataset(root, { skyDisparity: 'asRecorded' });
    for (const split of SPLITS) {
      for (const id of dataset.list(split)) {
        const official = frames[id].cityscapesScripts;
        const sample = await dataset.read(id, split, { height: 16, width: 32 });
        const { classes } = legendOf(dataset);
        const pixels = new Map<string, number>();
        arraysOf(sample).semantic!.forEach((k) => {
          const name = classes[k] ?? 'void';
          pixels.set(name, (pixels.get(name) ?? 0) + 1);
        });
        pixels.delete('void');
        const evaluated = Object.entries(official.classes).filter(([name]) =>
          classes.includes(name),
        );
        expect(new Map(evaluated)).toEqual(pixels);

        const objects = new Map<string, [string, number]>();
        arraysOf(sample).instance!.forEach((value, i) => {
          if (value === 0) return;
          const [name, count] = objects.get(String(value)) ?? [
            classes[arraysOf(sample).semantic![i]],
            0,
          ];
          objects.set(String(value), [name, count + 1]);
        });
        expect(new Map(Object.entries(official.objects))).toEqual(objects);

        const known = arraysOf(sample).disparity!.filter(
          (_, i) => arraysOf(sample).disparityValid![i] === 1,
        );
        expect(known).toHaveLength(official.disparity.known);
        expect(known.reduce((a, b) => a + b, 0)).toBe(official.disparity.sum);
        expect(Math.max(...known)).toBe(official.disparity.largest);
      }
    }
  });

  test('come out of the generator again with the same content', async () => {
    const manifest = await readManifest(root);
    const plan = planTree(7, { train: 2, val: 1 });
    const hashes: string[] = [];
    for (const frame of plan) {
      hashes.push((await frameFiles(frame, { size: { height: 16, width: 32 } })).hash);
    }
    const hash = createHash('sha256').update(hashes.join('\n')).digest('hex');
    expect(hash).toBe(manifest?.hash);
  });

  test('plan: the validation city is none of the training cities', () => {
    const plan = planTree(1, { train: 40, val: 12 });
    const cities = (split: string) =>
      new Set(plan.filter((f) => f.split === split).map((f) => f.name.city));
    const shared = [...cities('val')].filter((city) => cities('train').has(city));
    expect(shared).toEqual([]);
    expect(new Set(plan.map((f) => f.id)).size).toBe(52);
  });
});
