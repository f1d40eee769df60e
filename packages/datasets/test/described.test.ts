import { cp, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  classesKind,
  depthKind,
  disparityKind,
  fieldOf,
  normalsKind,
  objectsKind,
  resizeNearest,
  resizeSample,
} from '@scene-mtl/data';
import fc from 'fast-check';
import sharp from 'sharp';
import { byFraction } from '../src/described/splits.ts';
import {
  descriptionSchema,
  guessDescription,
  openDataset,
  openDescribed,
  patternOf,
  type Dataset,
} from '../src/index.ts';
import { drawPlants } from '../src/testing.ts';

const fixtures = fileURLToPath(new URL('fixtures', import.meta.url));
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'own data ü '));
  await drawPlants(join(folder, 'plants'), 10);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('labels in every encoding, against numpy, Pillow and tifffile', () => {
  const size = { height: 6, width: 8 };
  let data: Dataset;
  let expected: Record<string, (number | null)[]>;
  beforeAll(async () => {
    data = await openDataset(join(fixtures, 'own-labels'));
    expected = JSON.parse(await readFile(join(fixtures, 'own-labels.json'), 'utf8')) as never;
  });
  const read = () => data.read('a', 'train', size);

  test.each(['parts', 'palette', 'colours', 'numpy'])('classes: %s', async (task) => {
    const { data: found } = fieldOf(await read(), task, classesKind);
    expect([...found]).toEqual(expected['parts']);
  });

  test('objects by class · 256 + number', async () => {
    expect([...fieldOf(await read(), 'kitti', objectsKind).data]).toEqual(expected['kitti']);
  });

  test.each([
    ['millimetres', 'millimetres'],
    ['metres', 'metres'],
    ['tiff', 'metres'],
  ])('depth: %s, bit for bit', async (task, as) => {
    const { data: found, valid } = fieldOf(await read(), task, depthKind);
    expect(Array.from(found, (z, i) => (valid[i] ? z : null))).toEqual(expected[as]);
  });

  test('disparity, and at half the width half of it, at the nearest pixel', async () => {
    const sample = await read();
    const { data: found } = fieldOf(sample, 'disparity', disparityKind);
    expect([...found]).toEqual(expected['disparity']);
    const half = { height: 3, width: 4 };
    const small = await data.read('a', 'train', half);
    expect(fieldOf(small, 'disparity', disparityKind).data).toEqual(
      resizeNearest(found, size, half).map((d) => d / 2),
    );
  });

  test('normals in the camera’s frame; 8 bits keep them within their step', async () => {
    const sample = await read();
    const { data: found, valid } = fieldOf(sample, 'normals', normalsKind);
    // The last one has no length.
    expect(valid.reduce((a, b) => a + b, 0)).toBe(47);
    found.forEach((n, i) => expect(n).toBeCloseTo(expected['normals'][i] ?? NaN, 6));
    const painted = fieldOf(sample, 'painted', normalsKind);
    expect(painted.valid).toEqual(valid);
    // Half a step of 2 / 255 in each component.
    painted.data.forEach((n, i) => expect(Math.abs(n - found[i])).toBeLessThan(0.009));
  });

  test.each(['floats', 'tiff_normals'])('normals as 32-bit floats: %s', async (task) => {
    const { data: found, valid } = fieldOf(await read(), task, normalsKind);
    expect(valid.reduce((a, b) => a + b, 0)).toBe(47);
    // Unit vectors of float32, made unit again.
    found.forEach((n, i) => expect(n).toBeCloseTo(expected['normals'][i] ?? NaN, 6));
  });

  test.each([
    ['tiff', /tiff.a\.tif: expected a TIFF of three channels, RGB, of 32-bit floats; got tiff, 1/],
    ['floats', /floats.a\.npy: not a whole TIFF/],
  ])('no normals are in a file of another form: %s', async (task, message) => {
    const other = await mkdtemp(join(folder, 'forms-'));
    await cp(join(fixtures, 'own-labels'), other, { recursive: true });
    const normals = { kind: 'normals', files: `${task}/{id}.*`, encoding: 'tiff' };
    const splits = { by: 'fraction', train: 1, val: 0 };
    const description = { images: { files: 'image/{id}.png' }, splits, tasks: { normals } };
    await writeFile(join(other, 'dataset.json'), JSON.stringify(description));
    await expect((await openDescribed(other)).read('a', 'train', size)).rejects.toThrow(message);
  });

  test('every label follows to another size as its kind says', async () => {
    const to = { height: 9, width: 4 };
    const { image: _, ...fields } = (await data.read('a', 'train', to)).fields;
    const { image: __, ...own } = resizeSample(await read(), to).fields;
    expect(fields).toEqual(own);
  });
});

describe('labels of whole frames', () => {
  const open = async (tasks: object, table: string) => {
    const root = await mkdtemp(join(folder, 'table-'));
    await cp(join(folder, 'plants', 'images'), join(root, 'images'), { recursive: true });
    await writeFile(join(root, 'frames.csv'), table);
    const splits = { by: 'fraction', train: 1, val: 0 };
    await writeFile(
      join(root, 'dataset.json'),
      JSON.stringify({ images: { files: 'images/{id}.png' }, splits, tasks }),
    );
    return openDescribed(root);
  };
  const from = (...columns: string[]) => ({ file: 'frames.csv', id: 'name', columns });
  const size = { height: 8, width: 16 };
  const label = { kind: 'label', classes: ['dry', 'wet, cold'], table: from('soil') };

  test('come from columns of a table, quoted cells and missing ones too', async () => {
    const age = { kind: 'number', length: 2, table: from('days', 'cm'), mirror: 'same' };
    const data = await open(
      { soil: label, age },
      'name,days,soil,cm\r\nplant_000,3,"wet, cold",1.5\r\nplant_001,4,,-2\r\n',
    );
    const { fields } = await data.read('plant_000', 'train', size);
    expect(fields['soil']).toEqual({ kind: 'label', value: 1 });
    expect(fields['age']).toEqual({
      kind: 'numbers',
      data: Float32Array.of(3, 1.5),
      mirror: 'same',
    });
    expect((await data.read('plant_001', 'train', size)).fields['soil']).toBeUndefined();
    expect(data.notes).toContain(
      'soil: 9 of 10 frames have no label; they train the other tasks alone',
    );
  });

  test.each([
    [
      'name,soil\nplant_000,damp\n',
      /frames\.csv: id 'plant_000': expected one of dry, wet, cold, got 'damp'/,
    ],
  ])('an unknown class is an error: %j', async (table, message) => {
    const data = await open({ soil: label }, table);
    await expect(data.read('plant_000', 'train', size)).rejects.toThrow(message);
  });

  test.each([
    ['name,soils\nplant_000,dry\n', /frames\.csv:1: no column 'soil'; did you mean soils\?/],
    ['name,soil\nplant_000\n', /frames\.csv:2: expected 2 cells, got 1/],
    [
      'name,soil\nplant_000,dry\nplant_000,dry\n',
      /frames\.csv:3: the id 'plant_000' is there twice/,
    ],
    ['name,soil\nplant_000,"dry\n', /frames\.csv:2: expected cells/],
    ['name,soil\nnobody,dry\n', /frames\.csv: none of the 10 frames has a row \(tasks\.soil\)/],
  ])('a table that cannot be: %j', async (table, message) => {
    await expect(open({ soil: label }, table)).rejects.toThrow(message);
  });
});

describe('files and splits', () => {
  const write = async (description: object, root: string) =>
    writeFile(join(root, 'dataset.json'), JSON.stringify(description));
  const masks = { kind: 'classes', files: 'masks/{id}.png', classes: ['sky', 'soil', 'leaf'] };
  const images = { files: 'images/{id}.png' };
  const copied = async () => {
    const root = await mkdtemp(join(folder, 'copy-'));
    await cp(join(folder, 'plants'), root, { recursive: true });
    return root;
  };

  test('missing labels are counted, other files are told of, the files are the cache’s key', async () => {
    const root = await copied();
    await writeFile(join(root, 'masks', 'other.png'), '');
    await writeFile(join(root, 'notes.txt'), 'mine');
    await writeFile(join(root, 'val.txt'), 'plant_001\n\nplant_000\nplant_001\n');
    await writeFile(join(root, 'train.txt'), 'plant_002\n');
    const splits = { by: 'list', train: 'train.txt', val: 'val.txt' };
    await write({ images, splits, tasks: { masks } }, root);
    const data = await openDescribed(root);
    expect(data.list('val')).toEqual(['plant_001', 'plant_000']);
    expect(data.notes).toEqual([
      'masks: 1 of 3 frames have no label; they train the other tasks alone',
    ]);
    const reasons = new Map(data.leftOut?.map(({ path, reason }) => [path, reason]));
    expect(reasons.get('masks/other.png')).toBe('a label (masks) without its image');
    expect(reasons.get('notes.txt')).toBe('of no form that dataset.json names');
    expect(reasons.get('val.txt:4')).toBe('lines of a frame listed before');
    expect(reasons.get('images/plant_003.png')).toBe('an image that is in no list');
    expect(data.files?.('plant_001', 'val')).toEqual(
      ['dataset.json', 'images/plant_001.png', 'masks/plant_001.png'].map((p) => join(root, p)),
    );
    expect(
      Object.keys((await data.read('plant_000', 'val', { height: 8, width: 8 })).fields),
    ).toEqual(['image']);
    await writeFile(join(root, 'val.txt'), 'plant_0001\n');
    await expect(openDescribed(root)).rejects.toThrow(
      /val\.txt:1: no image of the id 'plant_0001'; did you mean plant_000\?/,
    );
  });

  test('splits by folder: the same id in two of them is two frames', async () => {
    const root = await mkdtemp(join(folder, 'folders-'));
    for (const split of ['training', 'validation', 'old']) {
      await cp(join(folder, 'plants', 'images'), join(root, split, 'x'), { recursive: true });
      await cp(join(folder, 'plants', 'masks'), join(root, split, 'm'), { recursive: true });
    }
    await rm(join(root, 'training', 'm', 'plant_001.png'));
    const splits = { by: 'folder', train: 'training', val: 'validation' };
    const tasks = { masks: { ...masks, files: '{split}/m/{id}.png' } };
    await write({ images: { files: '{split}/x/{id}.*' }, splits, tasks }, root);
    const data = await openDescribed(root);
    expect([data.list('train').length, data.list('val').length, data.list('test')]).toEqual([
      10,
      10,
      [],
    ]);
    const size = { height: 8, width: 8 };
    expect((await data.read('plant_001', 'train', size)).fields['masks']).toBeUndefined();
    expect((await data.read('plant_001', 'val', size)).fields['masks']).toBeDefined();
    expect(
      data.leftOut?.filter(({ reason }) => reason === "its folder 'old' is of no split"),
    ).toHaveLength(10);
  });

  test('fractions part the frames, in order, the same for the same seed', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(100), fc.nat(100), fc.nat(), (count, a, b, seed) => {
        const ids = Array.from({ length: count }, (_, i) => String(i).padStart(3, '0'));
        const train = Math.max(a, b) === 0 ? 0 : a / Math.max(100, a + b);
        const shares = { train, val: b / Math.max(100, a + b), seed };
        const parts = byFraction(shares, ids);
        expect([...parts.train, ...parts.val, ...parts.test].sort()).toEqual(ids);
        for (const part of Object.values(parts)) expect([...part].sort()).toEqual(part);
        expect(parts.train).toHaveLength(Math.round(train * count));
        expect(byFraction(shares, ids)).toEqual(parts);
      }),
      { numRuns: 50 },
    );
  });

  test('patterns match what they say and nothing else', () => {
    expect(patternOf('{id}/{id}_m.png').match('a/b/a/b_m.png')).toEqual({
      id: 'a/b',
      split: undefined,
    });
    expect(patternOf('{id}/{id}_m.png').match('a/b_m.png')).toBeUndefined();
    expect(patternOf('x/{id}.png').match('x/apng')).toBeUndefined();
    expect(patternOf('x/*_{id}.png').match('x/y/z_1.png')).toBeUndefined();
  });

  test('an unreadable label is an error that names its file; one of another size too', async () => {
    const root = await copied();
    const splits = { by: 'fraction', train: 1, val: 0 };
    const depth = { kind: 'depth', files: 'depth/{id}.npy', encoding: 'npy' };
    await write({ images, splits, tasks: { masks, depth } }, root);
    const read = async (id: string) =>
      (await openDescribed(root)).read(id, 'train', { height: 8, width: 16 });
    await truncate(join(root, 'masks', 'plant_002.png'), 60);
    await expect(read('plant_002')).rejects.toThrow(/masks.plant_002\.png: PNG is truncated/);
    await truncate(join(root, 'depth', 'plant_003.npy'), 500);
    await expect(read('plant_003')).rejects.toThrow(
      /depth.plant_003\.npy: NumPy file of 500 bytes, expected/,
    );
    await sharp(join(root, 'masks', 'plant_006.png'))
      .rotate(90)
      .toColourspace('b-w')
      .png()
      .toFile(join(root, 'masks', 'plant_004.png'));
    await expect(read('plant_004')).rejects.toThrow(
      /plant_004\.png: 64 × 32 px, but its photograph has 32 × 64/,
    );
    await write({ images, splits, tasks: { masks: { ...masks, classes: ['sky', 'soil'] } } }, root);
    await expect(read('plant_001')).rejects.toThrow(
      /plant_001\.png: value 2 at row 7, column 14 is of none of the 2 classes; add its class, or add it to 'ignore', in dataset\.json/,
    );
    await cp(join(root, 'images', 'plant_000.png'), join(root, 'images', 'plant_000.jpg'));
    await write({ images: { files: 'images/{id}.*' }, splits, tasks: { masks } }, root);
    await expect(openDescribed(root)).rejects.toThrow(
      /images\.files: .* are both of the id 'plant_000'/,
    );
  });

  const good = { images, splits: { by: 'fraction', train: 0.8, val: 0.2 }, tasks: { masks } };
  const withTask = (task: object) => ({ ...good, tasks: { masks: { ...masks, ...task } } });
  const depth = { kind: 'depth', files: 'depth/{id}.npy', encoding: 'npy' };
  test.each<[string, object | string, RegExp]>([
    [
      'an unknown kind',
      withTask({ kind: 'clases' }),
      /dataset\.json: tasks\.masks\.kind: expected "classes" or|dataset\.json: tasks\.masks\.kind: .*"clases"/,
    ],
    [
      'a pattern without {id}',
      withTask({ files: 'masks/a.png' }),
      /tasks\.masks\.files: expected a path with \{id\}.*got "masks\/a\.png"/,
    ],
    [
      'another part of ids than images have',
      withTask({ files: 'masks/{id}{name}.png' }),
      /tasks\.masks\.files: expected the parts of images\.files: \{id\} alone, got/,
    ],
    [
      'a scale of 0',
      { ...good, tasks: { d: { ...depth, scale: 0 } } },
      /tasks\.d\.scale: expected a number other than 0, got 0/,
    ],
    [
      'a class twice',
      withTask({ classes: ['a', 'b', 'a'] }),
      /tasks\.masks\.classes\[2\]: expected each class once/,
    ],
    [
      'a value twice',
      withTask({
        classes: [
          { name: 'a', value: 3 },
          { name: 'b', value: 3 },
        ],
      }),
      /tasks\.masks\.classes\[1\]: expected another value/,
    ],
    [
      'an ignored class',
      withTask({ ignore: [1] }),
      /tasks\.masks\.ignore\[0\]: expected a value that is of no class, got 1/,
    ],
    [
      'colours without colours',
      withTask({ encoding: 'colours' }),
      /tasks\.masks\.classes\[0\]: expected a colour/,
    ],
    [
      'a colour beyond 255',
      withTask({ classes: [{ name: 'a', colour: [0, 0, 256] }, 'b'] }),
      /tasks\.masks\.classes\[0\]\.colour\[2\]: expected a number ≤ 255, got 256/,
    ],
    [
      'fractions that do not add up',
      { ...good, splits: { by: 'fraction', train: 0.8, val: 0.3 } },
      /splits: expected train, val and test that add up to 1/,
    ],
    [
      'a path that leaves the folder',
      withTask({ files: '../masks/{id}.png' }),
      /tasks\.masks\.files: expected a path below the folder of dataset\.json/,
    ],
    [
      'an absolute path',
      { ...good, images: { files: '/etc/{id}.png' } },
      /images\.files: expected a path below the folder/,
    ],
    [
      'a path of Windows',
      withTask({ files: 'masks\\{id}.png' }),
      /tasks\.masks\.files: expected a path with \//,
    ],
    [
      '__proto__',
      '{"images":{"files":"images/{id}.png"},"tasks":{"__proto__":{}}}',
      /dataset\.json:1:48: the key "__proto__" is not taken/,
    ],
    [
      'a task that is called constructor',
      { ...good, tasks: { constructor: masks } },
      /tasks\.constructor: expected another name/,
    ],
    [
      'a task with a hyphen',
      { ...good, tasks: { 'a-b': masks } },
      /tasks\.a-b: expected a name of letters, digits and _/,
    ],
    [
      'tasks that differ in case',
      { ...good, tasks: { masks, Masks: masks } },
      /tasks\.Masks: expected names that differ in more than case/,
    ],
    ['no task', { ...good, tasks: {} }, /tasks: expected at least one task/],
    [
      '{split} without folders',
      withTask({ files: '{split}/{id}.png' }),
      /tasks\.masks\.files: expected splits by 'folder'/,
    ],
    [
      'folders without {split}',
      { ...good, splits: { by: 'folder', train: 'a' } },
      /images\.files: expected \{split\} in it/,
    ],
    [
      'objects within no classes',
      { ...good, tasks: { o: { kind: 'instances', files: 'masks/{id}.png', within: 'x' } } },
      /tasks\.o\.within: expected the name of a task of kind 'classes', got "x"/,
    ],
    [
      'a label from nowhere',
      { ...good, tasks: { w: { kind: 'label', classes: ['a', 'b'] } } },
      /tasks\.w: expected either 'files' or 'table'/,
    ],
    ['an unknown key', withTask({ ignored: [1] }), /tasks\.masks: unknown key "ignored"/],
    [
      'no label anywhere',
      withTask({ files: 'mask/{id}.png' }),
      /tasks\.masks\.files: none of the 10 frames has a file of the form mask\/\{id\}\.png/,
    ],
    [
      'no image anywhere',
      { ...good, images: { files: 'image/{id}.png' } },
      /images\.files: no file of the form image\/\{id\}\.png; found /,
    ],
    ['no JSON', 'tasks: masks', /dataset\.json:1:1: expected a JSON value/],
  ])('refuses %s in one line', async (_, description, message) => {
    const root = join(folder, 'plants');
    const file = join(root, 'dataset.json');
    await writeFile(
      file,
      typeof description === 'string' ? description : JSON.stringify(description),
    );
    const error = await openDescribed(root).then(
      () => new Error('it was taken'),
      (thrown: Error) => thrown,
    );
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
    await rm(file);
  });
});

test('the examples of the documentation are descriptions', async () => {
  const path = fileURLToPath(new URL('../../../docs/data-sets.md', import.meta.url));
  const blocks = (await readFile(path, 'utf8')).matchAll(/```json\n([^]*?)```/g);
  const examples = Array.from(blocks, ([, text]) => JSON.parse(text) as unknown);
  expect(examples).toHaveLength(2);
  for (const example of examples) expect(descriptionSchema.parse(example)).toBeDefined();
});

describe('a first description', () => {
  test('of the student’s folder', async () => {
    const { description, reasons } = await guessDescription(join(folder, 'plants'));
    expect(description).toEqual({
      images: { files: 'images/{id}.png' },
      splits: { by: 'fraction', train: 0.8, val: 0.2, seed: 1 },
      tasks: {
        depth: { kind: 'depth', files: 'depth/{id}.npy', encoding: 'npy', invalid: [] },
        masks: {
          kind: 'classes',
          files: 'masks/{id}.png',
          encoding: 'ids',
          classes: [0, 1, 2].map((value) => ({ name: `class_${value}`, value })),
          ignore: [],
        },
      },
    });
    expect(reasons).toEqual([
      'images: images/{id}.png, 10 files: the name says so',
      'depth: depth/{id}.npy: depth: NumPy [32, 64], numbers as they are; 3 of 10 images have none',
      'masks: masks/{id}.png: classes: 8 bits, grey, values 0, 1, 2; 2 of 10 images have none',
      'splits: neither folders nor lists named as splits: 80 % for training, 20 % for validation, drawn by seed 1',
    ]);
  });

  test('of every encoding', async () => {
    const root = await mkdtemp(join(folder, 'encodings-'));
    await cp(join(fixtures, 'own-labels'), root, { recursive: true });
    const { description } = await guessDescription(root);
    const kinds = Object.entries(description.tasks).map(([name, { kind }]) => `${name} ${kind}`);
    expect(kinds).toEqual([
      'colours classes',
      'disparity disparity',
      'floats normals',
      // Nothing says that these are objects: 16 bits with large values could be anything.
      'kitti depth',
      'metres depth',
      'millimetres depth',
      'normals normals',
      'numpy classes',
      'painted classes',
      'palette classes',
      'parts classes',
      'tiff depth',
      'tiff_normals normals',
    ]);
  });

  test('by folders of splits, by words at the end of names, with a table', async () => {
    const root = await mkdtemp(join(folder, 'side-'));
    for (const split of ['train', 'valid']) {
      await mkdir(join(root, split));
      for (const k of [1, 2, 3, 4, 6]) {
        const id = `plant_00${k}`;
        await cp(join(folder, 'plants', 'images', `${id}.png`), join(root, split, `${k}_rgb.png`));
        await cp(join(folder, 'plants', 'masks', `${id}.png`), join(root, split, `${k}_mask.png`));
      }
    }
    await writeFile(join(root, 'meta.csv'), 'id,age,weather\n1,3,sun\n2,4,rain\n3,5,sun\n');
    const { description } = await guessDescription(root);
    expect(description.images.files).toBe('{split}/{id}_rgb.png');
    expect(description.splits).toEqual({ by: 'folder', train: 'train', val: 'valid' });
    expect(Object.entries(description.tasks).map(([name, { kind }]) => [name, kind])).toEqual([
      ['mask', 'classes'],
      ['age', 'number'],
      ['weather', 'label'],
    ]);
    await writeFile(join(root, 'dataset.json'), JSON.stringify(description));
    expect((await openDescribed(root)).list('val')).toEqual(['1', '2', '3', '4', '6']);
  });

  test('needs photographs and labels', async () => {
    const root = await mkdtemp(join(folder, 'bare-'));
    await expect(guessDescription(root)).rejects.toThrow(/no photographs found; .*found nothing/);
    await cp(join(folder, 'plants', 'images'), join(root, 'images'), { recursive: true });
    await expect(guessDescription(root)).rejects.toThrow(/nothing found that could be a label/);
  });
});
