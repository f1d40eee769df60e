import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { classesKind, fieldOf, objectsKind, VOID } from '@scene-mtl/data';
import { maskOf } from '../src/described/coco/masks.ts';
import { guessDescription, openDescribed, SPLITS } from '../src/index.ts';

const fixtures = fileURLToPath(new URL('fixtures', import.meta.url));
const size = { height: 20, width: 26 };

interface Expected {
  readonly masks: Readonly<Record<string, string>>;
  readonly categories: readonly number[];
  readonly objects: readonly number[];
}
interface Written {
  images: { id: number; file_name: string }[];
  annotations: { id: number; image_id: number; segmentation: unknown }[];
}
let expected: Readonly<Record<string, Expected>>;
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coco '));
  expected = JSON.parse(await readFile(join(fixtures, 'coco-masks.json'), 'utf8')) as never;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const annotations = 'annotations/{split}.json';
const classes = [
  { name: 'nothing', value: -1 },
  { name: 'bed', value: 3 },
  { name: 'chair', value: 8 },
  { name: 'tv', value: 11 },
];
const tasks = {
  kinds: { kind: 'classes', encoding: 'coco', annotations, classes },
  things: { kind: 'instances', encoding: 'coco', annotations, within: 'kinds' },
};
const good = {
  images: { files: 'image/{id}.png' },
  splits: { by: 'folder', train: 'train', val: 'val' },
  tasks,
};

async function copied(description: object = good): Promise<string> {
  const root = await mkdtemp(join(folder, 'own-'));
  await cp(join(fixtures, 'coco-masks'), root, { recursive: true });
  await writeFile(join(root, 'dataset.json'), JSON.stringify(description));
  return root;
}

const written = async (root: string, split: string): Promise<Written> =>
  JSON.parse(await readFile(join(root, 'annotations', `${split}.json`), 'utf8')) as Written;

test.each(['train', 'val'])(
  'masks of %s are those of pycocotools, pixel by pixel',
  async (split) => {
    const { annotations: all, images } = await written(join(fixtures, 'coco-masks'), split);
    for (const { id, image_id, segmentation } of all) {
      const image = images.find((one) => one.id === image_id)!;
      const { masks } = expected[image.file_name.replace('.jpg', '')];
      expect([id, maskOf(segmentation, size).join('')]).toEqual([id, masks[id]]);
    }
  },
);

test('objects and classes of a data set, smaller masks in front; splits as the annotations have them', async () => {
  const root = await copied();
  const data = await openDescribed(root);
  expect(data.list('train')).toEqual(['train_0', 'train_1', 'train_2']);
  expect(data.list('val')).toEqual(['val_0', 'val_1', 'val_2']);
  expect(data.leftOut?.map(({ path }) => path.split('/')[0])).toEqual(Array(6).fill('depth'));
  for (const split of SPLITS) {
    for (const id of data.list(split)) {
      const sample = await data.read(id, split, size);
      const { categories, objects } = expected[id];
      const kinds = fieldOf(sample, 'kinds', classesKind).data;
      expect(Array.from(kinds, (k) => classes[k].value)).toEqual(categories);
      expect([...fieldOf(sample, 'things', objectsKind).data]).toEqual(objects);
    }
  }
  expect(data.files?.('val_1', 'val')).toContain(join(root, 'annotations', 'val.json'));
});

test('several files without {split}; images without an entry lack the label', async () => {
  const root = await copied({
    ...good,
    splits: { by: 'fraction', train: 0.5, val: 0.5 },
    tasks: {
      things: { ...tasks.things, within: undefined, annotations: ['annotations/val.json'] },
    },
  });
  const data = await openDescribed(root);
  expect(data.notes).toEqual([
    'things: 3 of 6 frames have no label; they train the other tasks alone',
  ]);
  const id = [...data.list('train'), ...data.list('val')].find((one) => one === 'val_0')!;
  const split = data.list('val').includes(id) ? 'val' : 'train';
  const { data: things } = fieldOf(await data.read(id, split, size), 'things', objectsKind);
  expect([...things]).toEqual(expected['val_0'].objects);
});

test.each<[string, (whole: Written) => void, RegExp]>([
  [
    'another size of runs',
    ({ annotations: [first] }) => (first.segmentation = { size: [4, 4], counts: [16] }),
    /val\.json: 'val_0\.jpg': annotation 100: runs of 4 × 4 px, but its image has 20 × 26/,
  ],
  [
    'runs that do not add up',
    ({ annotations: [first] }) => (first.segmentation = { size: [20, 26], counts: [16] }),
    /annotation 100: expected lengths that add up to 20 × 26, got 16/,
  ],
  [
    'a damaged text',
    ({ annotations: [first] }) => (first.segmentation = { size: [20, 26], counts: '5 2' }),
    /annotation 100: unknown character ' ' in its runs/,
  ],
  [
    'no segmentation',
    ({ annotations: [first] }) => delete first.segmentation,
    /annotation 100: expected polygons \[\[x, y, x, y, x, y, …\], …\] or runs/,
  ],
  [
    'an annotation of no image',
    ({ annotations: [first] }) => (first.image_id = 7),
    /val\.json: annotations\[0\]\.image_id: expected the id of an image, got 7/,
  ],
  [
    'an image without a name',
    ({ images: [first] }) => delete (first as Partial<typeof first>).file_name,
    /val\.json: images\[0\]\.file_name: /,
  ],
  [
    'an image twice',
    ({ images: [first, second] }) => (second.file_name = first.file_name),
    /val\.json: images: 'val_0\.jpg' is there twice/,
  ],
])('%s is an error that names its place', async (_, damage, message) => {
  const root = await copied();
  const whole = await written(root, 'val');
  damage(whole);
  await writeFile(join(root, 'annotations', 'val.json'), JSON.stringify(whole));
  const read = async () => (await openDescribed(root)).read('val_0', 'val', size);
  await expect(read()).rejects.toThrow(message);
});

test.each<[string, object, RegExp]>([
  [
    'files beside it',
    { files: 'a/{id}.png' },
    /tasks\.things\.files: expected 'annotations' alone/,
  ],
  ['no annotations', { annotations: undefined }, /tasks\.things: expected 'annotations'/],
  [
    'another encoding',
    { encoding: 'ids' },
    /tasks\.things\.annotations: expected the encoding 'coco'/,
  ],
  ['a divisor', { divisor: 256 }, /tasks\.things\.divisor: expected another encoding/],
  ['no such file', { annotations: 'a.json' }, /tasks\.things\.annotations: there is no a\.json/],
])('refuses masks with %s', async (_, change, message) => {
  const root = await copied({
    ...good,
    tasks: { ...tasks, things: { ...tasks.things, ...change } },
  });
  await expect(openDescribed(root)).rejects.toThrow(message);
});

test('a category that is no class is an error; crowds have a class and are no object', async () => {
  const few = { ...tasks.kinds, classes: classes.slice(0, 3) };
  const root = await copied({ ...good, tasks: { kinds: few } });
  const data = await openDescribed(root);
  await expect(data.read('train_0', 'train', size)).rejects.toThrow(
    /train\.json: 'train_0\.jpg': value 11 at row \d+, column \d+ is of none of the 3 classes/,
  );
  const ignoring = await copied({ ...good, tasks: { kinds: { ...few, ignore: [11] } } });
  const sample = await (await openDescribed(ignoring)).read('train_0', 'train', size);
  expect(fieldOf(sample, 'kinds', classesKind).data.includes(VOID)).toBe(true);
  // Annotation 105 is the crowd, the third of train_1.
  const { objects, categories } = expected['train_1'];
  expect(objects).not.toContain(3);
  expect(objects.some((object, i) => object === 0 && categories[i] === 11)).toBe(true);
});

test('a first description finds the masks, their categories and their splits', async () => {
  const root = await copied();
  const { description, reasons } = await guessDescription(root);
  expect(description.splits).toEqual({ by: 'folder', train: 'train', val: 'val' });
  expect(description.tasks['depth']).toMatchObject({ kind: 'depth', files: 'depth/{id}.png' });
  expect(description.tasks['objects']).toEqual({ ...tasks.things, within: 'categories' });
  expect(description.tasks['categories']).toEqual({
    ...tasks.kinds,
    classes: [{ name: 'no object', value: -1 }, ...classes.slice(1)],
    instanceClasses: ['bed', 'chair', 'tv'],
  });
  expect(reasons).toContain('splits: train, val as the COCO files have them');
  await writeFile(join(root, 'dataset.json'), JSON.stringify(description));
  const data = await openDescribed(root);
  const { data: things } = fieldOf(await data.read('val_1', 'val', size), 'objects', objectsKind);
  expect([...things]).toEqual(expected['val_1'].objects);
});
