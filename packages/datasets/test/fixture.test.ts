import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { openDataset, readManifest, SPLITS } from '../src/index.ts';
import { photoPath, partnerPath } from '../src/cityscapes/files.ts';
import { readGrey16, readGrey8, readPhoto } from '../src/image/read.ts';
import { frameFiles } from '../src/street/tree/frame-files.ts';
import { planTree } from '../src/street/tree/plan.ts';

const root = fileURLToPath(new URL('./fixtures/street-32x16', import.meta.url));

interface Decoded {
  shape: number[];
  sum: number;
  sha256: string;
}
type Frames = Record<string, Record<'image' | 'labelIds' | 'instanceIds' | 'disparity', Decoded>>;

const facts = (data: Uint8Array | Uint16Array, shape: number[]): Decoded => ({
  shape,
  sum: Array.from(data).reduce((a, b) => a + b, 0),
  sha256: createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex'),
});

describe('three generated frames of 32 × 16', () => {
  test('decode to the arrays that Pillow and numpy decode', async () => {
    const text = await readFile(`${root}.json`, 'utf8');
    const { frames } = JSON.parse(text) as { frames: Frames };
    const dataset = await openDataset(root);
    let seen = 0;
    for (const split of SPLITS) {
      for (const id of dataset.list(split)) {
        const expected = frames[id];
        const photo = await readPhoto(photoPath(root, split, id));
        const semantic = await readGrey8(partnerPath(root, split, id, 'semantic'));
        const instance = await readGrey16(partnerPath(root, split, id, 'instance'));
        const disparity = await readGrey16(partnerPath(root, split, id, 'disparity'));
        expect(expected.image).toMatchObject(facts(photo.data, [16, 32, 3]));
        expect(expected.labelIds).toMatchObject(facts(semantic.data, [16, 32]));
        expect(expected.instanceIds).toMatchObject(facts(instance.data, [16, 32]));
        expect(expected.disparity).toMatchObject(facts(disparity.data, [16, 32]));
        seen++;
      }
    }
    expect(seen).toBe(3);
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
