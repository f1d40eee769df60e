import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Field } from '@scene-mtl/data';
import {
  describeByPreset,
  openDataset,
  openDescribed,
  presets,
  SPLITS,
  unpackedFolder,
  type Dataset,
} from '../src/index.ts';

const fixtures = fileURLToPath(new URL('fixtures', import.meta.url));
const size = { height: 6, width: 8 };

type Values = readonly (number | null)[];
let expected: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Values>>>>>>;
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'published '));
  expected = JSON.parse(await readFile(join(fixtures, 'published.json'), 'utf8')) as never;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A copy of a published folder, described by its preset. */
async function described(name: string): Promise<Dataset> {
  const root = await mkdtemp(join(folder, `${name}-`));
  await cp(join(fixtures, 'published', name), root, { recursive: true });
  const known = await describeByPreset(root, name);
  await writeFile(join(root, 'dataset.json'), JSON.stringify(known!.description));
  return openDataset(root);
}

/** Numbers of a map, null where one is not known. */
function valuesOf(field: Field): Values {
  const { data, valid } = field as unknown as { data: ArrayLike<number>; valid?: Uint8Array };
  const each = valid ? data.length / valid.length : 1;
  return Array.from(data, (v, i) => (valid?.[Math.floor(i / each)] === 0 ? null : v));
}

test('each preset has a drawn folder, and each folder a preset', async () => {
  const names = presets.map(({ name }) => name);
  expect((await readdir(join(fixtures, 'published'))).sort()).toEqual([...names].sort());
  expect(Object.keys(expected).sort()).toEqual([...names].sort());
});

describe.each(presets.map(({ name }) => name))('%s', (name) => {
  test('its folder is known by its files, the others’ are not', async () => {
    for (const other of await readdir(join(fixtures, 'published'))) {
      const known = await describeByPreset(join(fixtures, 'published', other));
      const found = [known!.preset, ...known!.others].map((one) => one.name);
      const both = other === 'cityscapes-mtan-19' && name === 'cityscapes-mtan';
      expect(found.includes(name)).toBe(other === name || both);
    }
  });

  test('every label is as numpy and Pillow read it', async () => {
    const data = await described(name);
    const seen: string[] = [];
    for (const split of SPLITS) {
      for (const id of data.list(split)) {
        const own = expected[name];
        const frame = Object.hasOwn(own, id) ? id : `${split}/${id}`;
        const { image: photo, ...labels } = (await data.read(id, split, size)).fields;
        if (!Object.hasOwn(own, frame)) {
          // Frames for testing alone have no labels.
          expect([split, labels]).toEqual(['test', {}]);
          continue;
        }
        seen.push(frame);
        const { image, ...values } = own[frame];
        if (image) expect(valuesOf(photo)).toEqual(image);
        expect(Object.keys(labels).sort()).toEqual(Object.keys(values).sort());
        for (const [task, field] of Object.entries(labels)) {
          const wanted = values[task];
          if (field.kind === 'normals') {
            // float32 of unit vectors, and nothing where there is no length.
            valuesOf(field).forEach((n, i) => expect(n ?? 0).toBeCloseTo(wanted[i] ?? NaN, 6));
          } else expect([task, valuesOf(field)]).toEqual([task, wanted]);
        }
      }
    }
    expect(seen.sort()).toEqual(Object.keys(expected[name]).sort());
  });
});

test('what is beside the frames is left out with a reason', async () => {
  const left = new Map(
    (await described('kitti-depth')).leftOut?.map(({ path, reason }) => [path, reason]),
  );
  const raw = '2011_09_26/2011_09_26_drive_0001_sync/image_02/data/0000000004.png';
  expect(left.get(raw)).toBe('an image without a label, so of no split');
  const right = 'train/2011_09_26_drive_0001_sync/proj_depth/groundtruth/image_03/0000000005.png';
  expect(left.get(right)).toBe('of no form that dataset.json names');
  const coarse = (await described('cityscapes-coarse')).leftOut ?? [];
  expect(coarse).toContainEqual({
    path: 'gtCoarse/val/lindau/lindau_000000_000019_gtCoarse_labelIds.png',
    reason: 'a label of a frame that has one of gtFine/{split}/{id}_gtFine_labelIds.png',
  });
});

test('the selection of KITTI depth, below any of its folders', async () => {
  for (const below of ['', 'val_selection_cropped/', 'depth_selection/val_selection_cropped/']) {
    const drive = '2011_09_26_drive_0002_sync';
    const files = ['image', 'groundtruth_depth'].map(
      (what) => `${below}${what}/${drive}_${what}_0000000008_image_02.png`,
    );
    const { description } = (await presets
      .find(({ name }) => name === 'kitti-depth')!
      .recognise(unpackedFolder('kitti', files)))!;
    expect(description.images.files).toBe(`${below}image/{drive}_image_{id}_image_02.png`);
    expect(description.tasks['depth']).toMatchObject({
      files: `${below}groundtruth_depth/{drive}_groundtruth_depth_{id}_image_02.png`,
    });
  }
});

test('a preset that does not fit, or that is none, is an error; a folder of nobody’s is not known', async () => {
  const root = join(fixtures, 'published', 'idd-lite');
  await expect(describeByPreset(root, 'kitti-2012')).rejects.toThrow(
    /idd-lite: not of the form of KITTI 2012.*; found gtFine/,
  );
  await expect(describeByPreset(root, 'kitti-2011')).rejects.toThrow(
    /no preset 'kitti-2011'; did you mean kitti-2015\?|no preset 'kitti-2011'; did you mean kitti-2012\?/,
  );
  expect(await describeByPreset(join(fixtures, 'own-labels'))).toBeUndefined();
});

test('pictures in arrays: bytes and floats, channels first or last; other numbers are refused', async () => {
  const root = await mkdtemp(join(folder, 'arrays-'));
  await cp(join(fixtures, 'published', 'nyuv2-mtan'), root, { recursive: true });
  const known = await describeByPreset(root);
  await writeFile(join(root, 'dataset.json'), JSON.stringify(known!.description));
  const header = (shape: string) => {
    const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape}), }\n`;
    return Buffer.concat([
      Buffer.from('\u0093NUMPY\u0001\0', 'latin1'),
      Buffer.from(Uint16Array.of(text.length).buffer),
      Buffer.from(text),
    ]);
  };
  const bytes = Uint8Array.from({ length: 144 }, (_, i) => i);
  const file = join(root, 'train', 'image', '0.npy');
  const read = async () => {
    const { fields } = await (await openDescribed(root)).read('0', 'train', size);
    return valuesOf(fields['image']);
  };
  await writeFile(file, Buffer.concat([header('6, 8, 3'), bytes]));
  expect(await read()).toEqual([...bytes]);
  await writeFile(file, Buffer.concat([header('3, 6, 8'), bytes]));
  // The first pixel has the first number of each channel of 48.
  expect((await read()).slice(0, 6)).toEqual([0, 48, 96, 1, 49, 97]);
  await writeFile(file, Buffer.concat([header('6, 24'), bytes]));
  await expect(read()).rejects.toThrow(
    /train.image.0\.npy: numbers of the shape \[6, 24\], expected a picture/,
  );
  await cp(join(root, 'train', 'depth', '1.npy'), join(root, 'train', 'image', '0.npy'));
  await expect(read()).rejects.toThrow(/0\.npy: numbers of the shape \[6, 8, 1\]/);
  await cp(join(root, 'train', 'normal', '1.npy'), join(root, 'train', 'image', '0.npy'));
  await expect(read()).rejects.toThrow(
    /0\.npy: -?\d.* at row \d, column \d: expected colours as bytes, or as floats from 0 to 1/,
  );
});
