import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { encode } from 'fast-png';
import {
  parsePredictionLines,
  scoreInstance,
  scoreSemantic,
  stereoDistances,
} from '../src/index.ts';
import { folder, frame, message, png, road, type Files } from './submission-files.ts';

const car = new Uint16Array(12).fill(7).fill(26000, 0, 6);
const truth = {
  [`val/ulm/${frame}_gtFine_labelIds.png`]: road,
  [`val/ulm/${frame}_gtFine_instanceIds.png`]: new Uint16Array(12).fill(7),
};

describe('semantic submissions', () => {
  const semantic = (pred: Files, gt: Files = truth) =>
    scoreSemantic({ gt: folder(gt), pred: folder(pred) });

  test('are found in any subfolder, with any ending after the frame', async () => {
    const scores = await semantic({ [`a/b/${frame}_whatever.png`]: road });
    expect(scores.averageScoreClasses).toBe(1);
    expect(scores.images).toBe(1);
  });

  test('may be palette images: the indices are the ids', async () => {
    const palette = Array.from({ length: 8 }, (_, k): [number, number, number] => [k, 9, 200 - k]);
    const file = Buffer.from(
      encode({ width: 4, height: 3, channels: 1, depth: 8, data: road, palette }),
    );
    // The encoder must have written colour type 3, or this would test nothing.
    expect(file[25]).toBe(3);
    expect((await semantic({ [`${frame}.png`]: file })).averageScoreClasses).toBe(1);
  });

  test('report progress per image', async () => {
    const seen: number[][] = [];
    await scoreSemantic({
      gt: folder(truth),
      pred: folder({ [`${frame}.png`]: road }),
      onProgress: (...args) => seen.push(args),
    });
    expect(seen).toEqual([[1, 1]]);
  });

  const cases: [string, Files, RegExp][] = [
    [
      'a missing prediction',
      { 'other_000000_000019.png': road },
      /no prediction for .*labelIds\.png/,
    ],
    [
      'two predictions of one frame',
      { [`a/${frame}.png`]: road, [`b/${frame}_x.png`]: road },
      /2 predictions for .*labelIds\.png/,
    ],
    ['another height', { [`${frame}.png`]: new Uint8Array(16) }, /4×4, but .* is 3×4/],
    ['the same pixels in another shape', { [`${frame}.png`]: png(road, 6) }, /2×6, but/],
    ['the id 255', { [`${frame}.png`]: road.map(() => 255) }, /ulm.*\.png: .*id 255; expected/],
    ['the id 34', { [`${frame}.png`]: road.map(() => 34) }, /prediction has id 34/],
    ['a 16-bit id of 300', { [`${frame}.png`]: new Uint16Array(12).fill(300) }, /has value 300/],
    [
      'colours',
      { [`${frame}.png`]: png(new Uint8Array(36), 4, 3) },
      /8-bit rgb; expected a single/,
    ],
    ['a truncated file', { [`${frame}.png`]: png(road).subarray(0, 50) }, /PNG is truncated/],
    ['a file of another format', { [`${frame}.png`]: 'JFIF' }, /is not a PNG file/],
  ];
  test.each(cases)('with %s give one error that names the file', async (_, pred, expected) => {
    expect(await message(semantic(pred))).toMatch(expected);
  });

  test('need ground truth with instance images of a known kind', async () => {
    const pred = { [`${frame}.png`]: road };
    expect(await message(semantic(pred, { 'x.txt': '' }))).toMatch(/no file \*_gtFine_labelIds/);
    const [labels] = Object.keys(truth);
    expect(await message(semantic(pred, { [labels]: road }))).toMatch(/instanceIds\.png: missing/);
    const odd = { ...truth, [`val/ulm/${frame}_gtFine_instanceIds.png`]: car.map(() => 50000) };
    expect(await message(semantic(pred, odd))).toMatch(/value of class 50/);
    const missing = join(folder(truth), 'nowhere');
    expect(await message(scoreSemantic({ gt: missing, pred: missing }))).toMatch(/ENOENT/);
  });
});

describe('instance submissions', () => {
  const gt = { [`${frame}_gtFine_instanceIds.png`]: car };
  const mask = Uint8Array.from(car, (v) => (v === 26000 ? 1 : 0));
  const all = { distance: Infinity, minRegion: 1, minConfidence: -Infinity };
  const instance = (lines: string, files: Files = { 'm/0.png': mask }) =>
    scoreInstance({
      gt: folder(gt),
      pred: folder({ [`${frame}_pred.txt`]: lines, ...files }),
      settings: [all],
    });
  const ap = async (...args: Parameters<typeof instance>) =>
    (await instance(...args)).classes.car.ap;

  test('score masks of any depth and colour by what is not black', async () => {
    expect(await ap('m/0.png 26 0.5\n')).toBe(1);
    const wide = Uint16Array.from(mask, (v) => v * 256);
    expect(await ap('m/0.png 26 0.5\n', { 'm/0.png': wide })).toBe(1);
    const red = png(
      Uint8Array.from(mask).reduce((a, v, i) => (a.set([v * 255], 3 * i), a), new Uint8Array(36)),
      4,
      3,
    );
    expect(await ap('m/0.png 26 0.5\n', { 'm/0.png': red })).toBe(1);
    // Blue of 1 has luminance 0.114, which rounds to black: the official tool sees an empty mask.
    const blue = png(
      mask.reduce((a, v, i) => (a.set([v], 3 * i + 2), a), new Uint8Array(36)),
      4,
      3,
    );
    expect(await ap('m/0.png 26 0.5\n', { 'm/0.png': blue })).toBe(0);
  });

  test('take labels and confidences as the official tool reads numbers', async () => {
    expect(await ap('m/0.png 26.0 1e-3\r\n')).toBe(1);
    expect(await ap('m/0.png 26 -inf')).toBe(1);
    expect(await ap('m/0.png 26 Infinity')).toBe(1);
  });

  test('keep the last of two lines with one mask, as the official tool does', async () => {
    expect(await ap('m/0.png 26 0.5\nm/0.png 24 0.9\n')).toBe(0);
    expect(await ap('m/0.png 24 0.9\nm/../m/0.png 26 0.5\n')).toBe(1);
  });

  test('may name masks that begin with dots, and files behind links', async () => {
    expect(await ap('..m.png 26 0.5', { '..m.png': mask })).toBe(1);
    expect(await ap('..m/0.png 26 0.5', { '..m/0.png': mask })).toBe(1);
    const pred = folder({ [`${frame}.txt`]: '\ufeffm.png 26 0.5\n' });
    symlinkSync(join(folder({ 'far.png': mask }), 'far.png'), join(pred, 'm.png'));
    const scores = await scoreInstance({ gt: folder(gt), pred, settings: [all] });
    expect(scores.classes.car.ap).toBe(1);
  });

  test('do not open masks of labels that are not scored, as the official tool does', async () => {
    expect(await ap('gone.png 7 0.5\nm/0.png 26 0.5\ngone.png -1 0.1\n')).toBe(1);
  });

  const lines: [string, string, RegExp][] = [
    ['a missing mask', 'm/1.png 26 0.5', /m\/1\.png: cannot be read \(ENOENT\)/],
    ['an absolute mask path', '/m/0.png 26 0.5', /line 1: mask path "\/m\/0\.png" is absolute/],
    ['a path outside the folder', 'm/0.png 26 .5\n../x.png 26 0.5', /line 2: .*points outside/],
    ['a path that only looks inside', '../m/../../x.png 26 0.5', /points outside/],
    ['two fields', 'm/0.png 26', /line 1: expected "relativeMaskPath labelId confidence"/],
    ['two spaces', 'm/0.png  26 0.5', /single spaces/],
    ['an empty line', 'm/0.png 26 0.5\n\nm/0.png 26 0.5\n', /line 2: expected/],
    ['an unknown label', 'm/0.png 34 0.5', /label id "34" does not exist/],
    ['a label in words', 'm/0.png car 0.5', /label id "car" does not exist/],
    ['a confidence of NaN', 'm/0.png 26 nan', /confidence "nan" is not a number/],
    ['a confidence in hex', 'm/0.png 26 0x10', /confidence "0x10" is not a number/],
  ];
  test.each(lines)('with %s give one error that names file and line', async (_, text, expected) => {
    const error = await message(instance(text));
    expect(error).toMatch(expected);
    expect(error).toMatch(/ulm_000000_000019_pred\.txt|m\/1\.png/);
  });

  test('refuse a folder whose name merely begins like the prediction folder', () => {
    // The official tool compares prefixes of text, so /results-2 passes for /results there.
    const parse = () =>
      parsePredictionLines('../results-2/0.png 26 1', '/results/a.txt', '/results');
    expect(parse).toThrow('points outside');
  });

  test('with masks of another size or a truncated mask give one error', async () => {
    const line = 'm/0.png 26 0.5';
    expect(await message(instance(line, { 'm/0.png': png(mask, 3) }))).toMatch(/4×3, but/);
    expect(await message(instance(line, { 'm/0.png': png(mask).subarray(0, 45) }))).toMatch(
      /m\/0\.png: PNG is truncated/,
    );
  });

  test('of two text files for one frame are refused', async () => {
    const error = message(instance('m/0.png 26 0.5', { [`x/${frame}.txt`]: '', 'm/0.png': mask }));
    expect(await error).toMatch(/2 predictions for/);
  });

  test('of a real folder outside the fixtures: AP at 100 m from stereo files', async () => {
    const camera = { extrinsic: { baseline: 0.2 }, intrinsic: { fx: 2000 } };
    // d = (p − 1)/256 = 5 px → Z = 0.2 · 2000 / 5 = 80 m for five of the six pixels of the car.
    const disparity = new Uint16Array(12).fill(5 * 256 + 1, 0, 5);
    const data = folder({
      [`disparity/${frame}_disparity.png`]: disparity,
      [`camera/${frame}_camera.json`]: JSON.stringify(camera),
    });
    const lookup = await stereoDistances(data);
    expect((await lookup(frame, car)).get(26000)).toEqual({ medDist: 80, distConf: 5 / 6 });
    const scores = await scoreInstance({
      gt: folder(gt),
      pred: folder({ [`${frame}.txt`]: 'm/0.png 26 0.5', 'm/0.png': mask }),
      settings: [all, { ...all, distance: 100 }, { ...all, distance: 50 }],
      distances: lookup,
    });
    expect(scores.bySetting).toEqual([1, 1, NaN]);
    await expect(lookup('bonn_000000_000019', car)).rejects.toThrow('bonn_000000_000019_disparity');
  });
});
