import { mkdirSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { scoreDisparity, scoreInstance, scoreSemantic } from '../src/index.ts';
import { pairNames } from '../src/submission/files.ts';
import { filesBelow } from '../src/submission/walk.ts';
import { folder, frame, message, png, road } from './submission-files.ts';

const labels = `${frame}_gtFine_labelIds.png`;
const instances = `${frame}_gtFine_instanceIds.png`;
const stuff = new Uint16Array(12).fill(7);
const truth = { [`ulm/${labels}`]: road, [`ulm/${instances}`]: stuff };
const semantic = (gt: string, pred: string) => scoreSemantic({ gt, pred });

describe('files below a folder', () => {
  const namesBelow = async (root: string) =>
    (await filesBelow(root)).files.map((file) => file.slice(root.length + 1));

  test('are those behind links too, each once, whatever the links form', async () => {
    const root = folder({ 'a/x.png': '', 'z/deep/y.png': '' });
    const elsewhere = folder({ 'sub/away.png': '' });
    symlinkSync(elsewhere, join(root, 'linked'));
    symlinkSync(join(elsewhere, 'sub/away.png'), join(root, 'file.png'));
    // To itself, to the root, above it, and twice to a folder that is there already.
    symlinkSync('.', join(root, 'a/self'));
    symlinkSync('../..', join(root, 'z/deep/above'));
    symlinkSync('/', join(root, 'everything'));
    symlinkSync('a', join(root, '0'));
    symlinkSync('../z', join(root, 'a/z'));
    symlinkSync(root, join(elsewhere, 'back'));
    expect(await namesBelow(root)).toEqual([
      'a/x.png',
      'file.png',
      'linked/sub/away.png',
      'z/deep/y.png',
    ]);
  });

  test('are none that macOS or an editor put there, and folders are no files', async () => {
    const root = folder({ '._x.png': '', '.ipynb_checkpoints/x.png': '', 'x.png': '' });
    mkdirSync(join(root, 'folder.png'));
    symlinkSync('nowhere', join(root, 'gone.png'));
    expect(await namesBelow(root)).toEqual(['gone.png', 'x.png']);
    expect((await filesBelow(root)).dangling).toEqual([join(root, 'gone.png')]);
  });

  test('are counted while they are found', async () => {
    const seen: number[] = [];
    await filesBelow(folder({ 'a/1': '', 'a/2': '', 'b/3': '' }), (n) => seen.push(n));
    expect(seen).toEqual([0, 2, 3]);
  });

  test('of no folder are an error that names it', async () => {
    const root = folder({ file: '' });
    expect(await message(filesBelow(join(root, 'file')))).toMatch(/file: folder cannot be read/);
    expect(await message(filesBelow(join(root, 'none')))).toMatch(/none: .* \(ENOENT\)/);
  });
});

describe('pairing', () => {
  test('takes a linked city as the official tool does', async () => {
    const gt = folder({});
    symlinkSync(join(folder(truth), 'ulm'), join(gt, 'ulm'));
    const pred = folder({});
    symlinkSync(folder({ [`${frame}.png`]: road }), join(pred, 'run'));
    expect(await semantic(gt, pred)).toMatchObject({ images: 1, averageScoreClasses: 1 });
  });

  test('passes over ._ files on both sides', async () => {
    const gt = folder({ ...truth, [`ulm/._${labels}`]: 'Mac OS X' });
    const pred = folder({ [`${frame}.png`]: road, [`._${frame}.png`]: 'Mac OS X' });
    expect(await semantic(gt, pred)).toMatchObject({ images: 1, unused: [], passedOver: [] });
  });

  test('takes cities whose names hold an underscore', async () => {
    const city = (kind: string) => `new_york_000000_000019_gtFine_${kind}.png`;
    const gt = folder({ [city('labelIds')]: road, [city('instanceIds')]: stuff });
    const pred = folder({ 'new_york_000000_000019.png': road });
    expect((await semantic(gt, pred)).images).toBe(1);
    const odd = folder({ 'x_gtFine_labelIds.png': road });
    expect(await message(semantic(odd, pred))).toMatch(/name is not city_sequence_frame_gtFine/);
  });

  test('says what it did not take, on either side', async () => {
    const gt = folder({
      ...truth,
      'ulm/ulm_000000_000020_gtFine_labelIds.PNG': road,
      'ulm/ulm_000000_000021_gtFine_labelIds.jpg': '',
      'ulm/ulm_000000_000019_gtFine_color.png': '',
    });
    symlinkSync('nowhere', join(gt, 'bonn'));
    const pred = folder({ [`${frame}.png`]: road, 'bonn_000000_000019.png': road, 'a.txt': '' });
    const { passedOver, unused } = await semantic(gt, pred);
    expect(passedOver.map((text) => basename(text))).toEqual([
      'ulm_000000_000020_gtFine_labelIds.PNG (does not end in _gtFine_labelIds.png)',
      'ulm_000000_000021_gtFine_labelIds.jpg (does not end in _gtFine_labelIds.png)',
      'bonn (a link to nothing)',
    ]);
    expect(unused).toEqual([join(pred, 'bonn_000000_000019.png')]);
  });

  test('names what is there where nothing fits', async () => {
    const gt = folder(truth);
    const upper = folder({ [`${frame}.PNG`]: road });
    expect(await message(semantic(gt, upper))).toMatch(/no prediction for .*, only .*19\.PNG$/);
    const jpg = folder({ [labels.replace('png', 'jpg')]: '' });
    expect(await message(semantic(jpg, upper))).toMatch(/no file .* below it, only .*Ids\.jpg/);
    const empty = folder({});
    expect(await message(semantic(empty, empty))).toMatch(/no file \*_gtFine_labelIds\.png/);
    expect(await message(semantic(gt, empty))).toMatch(/no prediction for/);
  });

  test('refuses one frame twice in the ground truth', async () => {
    const gt = folder({ ...truth, [`copy/${labels}`]: road });
    const pred = folder({ [`${frame}.png`]: road });
    expect(await message(semantic(gt, pred))).toMatch(/ulm\/.*is of the frame of .*copy\//);
  });

  test('keeps the official rule: whatever begins with the frame is a prediction of it', () => {
    const pair = (...names: string[]) =>
      pairNames(new Map([['u_0_1', 'gt']]), names, { extension: '.png' }, 'pred');
    const { pairs, unused } = pair(
      'a/v_0_1.png',
      'b/u_0_1_any\uffee.png',
      'u_0_1.txt',
      'u_0_0.png',
    );
    expect(pairs).toEqual([{ frame: 'u_0_1', gt: 'gt', pred: 'b/u_0_1_any\uffee.png' }]);
    expect(unused).toEqual(['u_0_0.png', 'a/v_0_1.png']);
    expect(() => pair('u_0_1.png', 'u_0_10.png')).toThrow('2 predictions for gt');
  });

  test('of 100,000 frames takes time in proportion, not its square', () => {
    const frames = Array.from(
      { length: 100_000 },
      (_, i) => `city${i % 50}_${String(i).padStart(6, '0')}_000019`,
    );
    const truths = new Map(frames.map((name) => [name, `gt/${name}_gtFine_labelIds.png`]));
    const start = performance.now();
    const files = frames.map((name) => `pred/${name}_x.png`).reverse();
    const { pairs } = pairNames(truths, files, { extension: '.png' }, 'pred');
    expect(pairs).toHaveLength(100_000);
    expect(pairs[7].pred).toBe(`pred/${frames[7]}_x.png`);
    // 10¹⁰ comparisons of names are minutes; this takes a second on a busy core.
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});

describe('a file that cannot be one', () => {
  test('is an error that names it: a folder, a device that never ends', async () => {
    const gt = folder(truth);
    const pred = folder({});
    symlinkSync('/dev/zero', join(pred, `${frame}.png`));
    expect(await message(semantic(gt, pred))).toMatch(/19\.png: is no regular file/);
    const dangling = folder({});
    symlinkSync('nowhere', join(dangling, `${frame}.png`));
    expect(await message(semantic(gt, dangling))).toMatch(/19\.png: cannot be read \(ENOENT\)/);
    const endless = folder({});
    symlinkSync('/dev/zero', join(endless, `${frame}.txt`));
    expect(await message(scoreInstance({ gt, pred: endless }))).toMatch(/txt: is no regular file/);
    const lines = folder({ [`${frame}.txt`]: 'm.png 26 1\n' });
    mkdirSync(join(lines, 'm.png'));
    expect(await message(scoreInstance({ gt, pred: lines }))).toMatch(/m\.png: is a folder/);
  });
});

describe('the file at fault', () => {
  const good = { [`${frame}.png`]: road };
  const fault = (gt: object, pred: object = good) =>
    message(semantic(folder({ ...truth, ...gt }), folder({ ...pred })));

  test('is the ground truth’s where that is wrong', async () => {
    expect(await fault({ [`ulm/${labels}`]: road.map(() => 255) })).toMatch(
      /_labelIds\.png: ground truth has id 255/,
    );
    expect(await fault({ [`ulm/${instances}`]: stuff.map(() => 60000) })).toMatch(
      /_instanceIds\.png: instance image has a value of class 60/,
    );
    expect(await fault({ [`ulm/${instances}`]: new Uint16Array(16) })).toMatch(
      /_instanceIds\.png: is 4×4, but .*_labelIds\.png is 3×4/,
    );
    expect(await fault({}, { [`${frame}.png`]: new Uint8Array(24) })).toMatch(
      /19\.png: is 6×4, but .*labelIds\.png is 3×4 \(height × width\)/,
    );
  });

  test('is the instance image with distances too', async () => {
    const gt = folder({ [instances]: stuff.map(() => 60000) });
    const pred = folder({ [`${frame}.txt`]: '' });
    const distances = () => Promise.reject(new Error('must not be asked'));
    expect(await message(scoreInstance({ gt, pred, distances }))).toMatch(
      /instanceIds\.png: instance value 60000/,
    );
  });
});

describe('cameras', () => {
  const disparity = { [`${frame}_disparity.png`]: new Uint16Array(12).fill(257) };
  const camera = (intrinsic: object) =>
    JSON.stringify({ extrinsic: { baseline: 0.2 }, intrinsic: { fx: 500, ...intrinsic } });
  const scored = (files: Record<string, string | Uint16Array>) =>
    scoreDisparity({ gt: folder({ ...disparity, ...files }), pred: folder(disparity) });
  const name = `${frame}_camera.json`;

  test('are read with a byte-order mark', async () => {
    expect((await scored({ [name]: `\ufeff${camera({})}` })).inverseDepthMean).toBe(0);
  });

  test('that are wrong are named', async () => {
    expect(await message(scored({ [name]: '{' }))).toMatch(/_camera\.json:1:2: expected a key/);
    expect(await message(scored({ [name]: '[1]' }))).toMatch(/_camera\.json: expected an object/);
    expect(await message(scored({ [name]: '{"intrinsic":null}' }))).toMatch(
      /extrinsic: expected an object, got nothing/,
    );
    const old = scored({ [name]: camera({ u0: 1024, v0: 512 }) });
    expect(await message(old)).toMatch(
      /camera\.json: the principal point .* outside .* of 3 × 4 px/,
    );
    expect((await scored({ [name]: camera({ u0: 2, v0: 1.5 }) })).inverseDepthMean).toBe(0);
  });

  test('of some frames are not averaged as if of all', async () => {
    const other = 'ulm_000000_000020';
    const two = {
      ...disparity,
      [`${other}_disparity.png`]: new Uint16Array(12).fill(257),
    };
    const scoring = scoreDisparity({
      gt: folder({ ...two, [name]: camera({}) }),
      pred: folder(two),
    });
    expect(await message(scoring)).toMatch(/no ulm_000000_000020_camera\.json, as 1 of 2 frames/);
  });
});

describe('sizes', () => {
  test('of iIoU and AP are scaled on request, for pictures of one size', async () => {
    // Area 12 / 2²¹, so that cars of 6 px count: 100 · 12 / 2²¹ = 0.0006.
    const car = Uint16Array.from({ length: 12 }, (_, i) => (i < 6 ? 26000 : 7));
    const mask = Uint8Array.from(car, (v) => Number(v > 1000));
    const gt = folder({ [instances]: car });
    const pred = folder({ [`${frame}.txt`]: 'm.png 26 1', 'm.png': mask });
    const plain = await scoreInstance({ gt, pred });
    expect(plain).toMatchObject({ objects: 1, tooSmall: 1, allAp: NaN });
    expect(plain.sizes).toEqual([{ height: 3, width: 4, images: 1 }]);
    const scaled = await scoreInstance({ gt, pred, scaleByArea: true });
    expect(scaled).toMatchObject({ objects: 1, tooSmall: 0, allAp: 1 });
    expect(scaled.settings[0].minRegion).toBe((100 * 12) / 2 ** 21);
  });

  test('weigh objects of a reduced picture as those of the picture repeated up to full size', async () => {
    // 6 px of car, 3 of them found: iTP = 3 w, iFN = 3 w, no false positives on 6 px of road called car.
    const car = Uint16Array.from({ length: 12 }, (_, i) => (i < 6 ? 26000 : 7));
    const regular = Uint8Array.from(car, (v) => (v > 1000 ? 26 : 7));
    const guess = Uint8Array.from({ length: 12 }, (_, i) => (i < 3 || i > 8 ? 26 : 7));
    const gt = folder({ [labels]: regular, [instances]: car });
    const pred = folder({ [`${frame}.png`]: guess });
    const { classInstScores } = await scoreSemantic({ gt, pred, scaleByArea: true });
    // w = 12794.02… · (12 / 2²¹) / 6; FP = 3: iIoU = 3 w / (6 w + 3).
    const w = (12794.0202738185 * (12 / 2 ** 21)) / 6;
    expect(classInstScores.car).toBeCloseTo((3 * w) / (6 * w + 3), 12);
  });

  test('that differ cannot be scaled by one area', async () => {
    const other = 'ulm_000000_000020';
    const wide = (data: Uint8Array | Uint16Array) => png(data, 6);
    const gt = folder({
      ...truth,
      [`ulm/${other}_gtFine_labelIds.png`]: wide(road),
      [`ulm/${other}_gtFine_instanceIds.png`]: wide(stuff),
    });
    const pred = folder({ [`${frame}.png`]: road, [`${other}.png`]: wide(road) });
    expect((await semantic(gt, pred)).sizes).toEqual([
      { height: 3, width: 4, images: 1 },
      { height: 2, width: 6, images: 1 },
    ]);
    const scaled = scoreSemantic({ gt, pred, scaleByArea: true });
    expect(await message(scaled)).toMatch(/20_gtFine.*: is 2×6, but .*19_gtFine.* is 3×4/);
  });
});
