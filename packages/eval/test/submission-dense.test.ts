import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { scoreDisparity, scorePanoptic } from '../src/index.ts';
import { folder, frame, message, png, road, type Files } from './submission-files.ts';

describe('panoptic submissions', () => {
  const ids = (...values: number[]) =>
    png(Uint8Array.from(values.flatMap((v) => [v & 255, v >> 8, 0])), 4, 3);
  const gtJson = {
    categories: [{ id: 26, name: 'car', isthing: 1 }],
    annotations: [
      {
        image_id: frame,
        file_name: 'a.png',
        segments_info: [{ id: 26000, category_id: 26, area: 2, iscrowd: 0 }],
      },
    ],
  };
  const predJson = {
    annotations: [
      { image_id: frame, file_name: 'a.png', segments_info: [{ id: 5, category_id: 26 }] },
    ],
  };
  const predSegment = { id: 5, category_id: 26 };
  const truthSegment = gtJson.annotations[0].segments_info[0];
  const truthWith = (annotations: unknown[]) => ({ ...gtJson, annotations });
  const truthOf = (...segments: unknown[]) =>
    truthWith([{ ...gtJson.annotations[0], segments_info: segments }]);
  const panoptic = (pred: unknown, image = ids(5, 5, 0, 0), gt: unknown = gtJson) =>
    scorePanoptic({
      gt: folder({ 'p.json': JSON.stringify(gt), 'p/a.png': ids(26000, 26000, 0, 0) }),
      pred: folder({ 'q.json': JSON.stringify(pred), 'q/a.png': image }),
    });
  const change = (fields: object) => ({
    annotations: [{ ...predJson.annotations[0], ...fields }],
  });

  test('score what they hold', async () => {
    expect((await panoptic(predJson)).all).toEqual({ n: 1, pq: 1, sq: 1, rq: 1 });
  });

  const cases: [string, Promise<unknown>, RegExp][] = [
    ['an image left out', panoptic({ annotations: [] }), /no annotation for image_id "ulm/],
    [
      'an image twice',
      panoptic({ annotations: [...predJson.annotations, ...predJson.annotations] }),
      /is there twice/,
    ],
    [
      'a segment not listed',
      panoptic(predJson, ids(5, 5, 9, 0)),
      /segment 9 is in the predicted image/,
    ],
    [
      'a listed segment without pixels',
      panoptic(predJson, ids(0, 0, 0, 0)),
      /segment 5 is in the predicted list/,
    ],
    [
      'an unknown category',
      panoptic(change({ segments_info: [{ id: 5, category_id: 13 }] })),
      /category 13/,
    ],
    ['a file outside', panoptic(change({ file_name: '../q.json' })), /points outside/],
    ['a missing file', panoptic(change({ file_name: 'b.png' })), /b\.png: cannot be read/],
    ['another size', panoptic(predJson, ids(5, 5, 0, 0, 0, 0, 0, 0)), /2×4, but/],
    ['a grey image', panoptic(predJson, png(road, 4)), /with 1 channels; expected 8-bit RGB/],
    ['no list of annotations', panoptic({}), /field "annotations" must be a list/],
    [
      'an id in words',
      panoptic(change({ segments_info: [{ id: '5', category_id: 26 }] })),
      /segments_info\[0\]: field "id" must be a whole number 1 … 16777215, got "5"/,
    ],
    [
      'an id of void',
      panoptic(change({ segments_info: [{ id: 0, category_id: 26 }] })),
      /"id" must be a whole number 1/,
    ],
    [
      'a segment twice',
      panoptic(change({ segments_info: [predSegment, predSegment] })),
      /segments_info\[1\]: id 5 is there twice/,
    ],
    [
      'an instance value as category',
      panoptic(change({ segments_info: [{ id: 5, category_id: 7001 }] })),
      /q\.json: annotations\[0\]\.segments_info\[0\]: segment 5 has category 7001/,
    ],
    ['null in a list', panoptic({ annotations: [null] }), /q\.json: annotations\[0\]: expected an/],
    ['a number as JSON', panoptic(5), /q\.json: expected an object, got 5/],
    ['no images', panoptic(predJson, undefined, truthWith([])), /"annotations" is empty/],
  ];
  test.each(cases)('with %s give one error', async (_, scoring, expected) => {
    expect(await message(scoring)).toMatch(expected);
  });

  const faults: [string, unknown, RegExp][] = [
    [
      'lacks iscrowd',
      truthOf({ id: 26000, category_id: 26, area: 2 }),
      /p\.json: annotations\[0\]\.segments_info\[0\]: field "iscrowd" must be 0 or 1, got undef/,
    ],
    [
      'states another area',
      truthOf({ ...truthSegment, area: 3 }),
      /p\.json: annotations\[0\]: segment 26000 has area 3, but 2 pixels in the image .*a\.png/,
    ],
    [
      'has a category that it does not define',
      truthOf({ ...truthSegment, category_id: 7001 }),
      /p\.json.*has category 7001/,
    ],
    [
      'paints what it does not list',
      truthOf(),
      /p\.json: annotations\[0\]: segment 26000 is in the true image .*a\.png but not in the list/,
    ],
    [
      'lists what it does not paint',
      truthOf(truthSegment, { id: 9, category_id: 26, iscrowd: 0 }),
      /segment 9 is in the true list but not in the image/,
    ],
    [
      'does not say what a thing is',
      { ...gtJson, categories: [{ id: 26, name: 'car' }] },
      /p\.json: categories\[0\]: field "isthing" must be 0 or 1/,
    ],
    [
      'has a category twice',
      { ...gtJson, categories: [...gtJson.categories, ...gtJson.categories] },
      /categories\[1\]: id 26 is there twice/,
    ],
  ];
  test.each(faults)('are not blamed where the ground truth %s', async (_, gt, expected) => {
    expect(await message(panoptic(predJson, undefined, gt))).toMatch(expected);
  });

  test('are scored by counted pixels where the ground truth states no area', async () => {
    const { id, category_id, iscrowd } = truthSegment;
    const { all } = await panoptic(predJson, undefined, truthOf({ id, category_id, iscrowd }));
    expect(all.pq).toBe(1);
  });

  test('tell categories of one name apart', async () => {
    const categories = [...gtJson.categories, { id: 27, name: 'car', isthing: 0 }];
    const { names } = await panoptic(predJson, undefined, { ...gtJson, categories });
    expect([...names.values()]).toEqual(['car (26)', 'car (27)']);
  });

  describe('are found', () => {
    const gt = folder({
      'p.json': JSON.stringify(gtJson),
      'p/a.png': ids(26000, 26000, 0, 0),
      // Cityscapes has such files beside.
      'val/ulm/ulm_000000_000019_gtFine_polygons.json': '{"objects": []}',
      'val/ulm/ulm_000000_000019_gtFine_color.png': ids(0, 0, 0, 0),
    });
    const image = ids(5, 5, 0, 0);
    const text = JSON.stringify(predJson);
    const pq = async (files: Files, name = '') =>
      (await scorePanoptic({ gt, pred: join(folder(files), name) })).all.pq;

    test('in one folder with their images, as detectron2 writes them', async () => {
      expect(await pq({ 'predictions.json': text, 'a.png': image })).toBe(1);
      expect(await pq({ 'predictions.json': text, 'a.png': image }, 'predictions.json')).toBe(1);
    });

    test('beside stray JSON', async () => {
      const stray = { 'metrics.json': '{"PQ": 1}', 'broken.json': '{', '._q.json': '\0' };
      expect(await pq({ ...stray, 'q.json': text, 'q/a.png': image })).toBe(1);
      expect(await pq({ ...stray, 'q.json': text, 'a.png': image })).toBe(1);
      // A file of the folder's name is no folder of images.
      expect(await pq({ 'q.json': text, 'a.png': image, q: '' })).toBe(1);
    });

    test('never by a guess between two, nor silently without one', async () => {
      const two = message(pq({ 'q.json': text, 'r.json': text, 'a.png': image }));
      expect(await two).toMatch(/found 2 \(q\.json, r\.json\); give the file itself/);
      expect(await message(pq({ 'q.json': '{"a": "\0"}', 'a.png': image }))).toMatch(
        /q\.json:1:8: expected the end of a text/,
      );
      expect(await message(pq({}))).toMatch(/expected one NAME\.json/);
    });
  });

  test('need exactly one JSON with its folder', async () => {
    const error = message(scorePanoptic({ gt: folder({ 'p.json': '{}' }), pred: folder({}) }));
    expect(await error).toMatch(/expected one NAME\.json with a folder NAME\/.*found 0/);
  });
});

describe('disparity submissions', () => {
  // p = 257 is 1 px, 513 is 2 px, 0 unknown.
  const gt = { [`${frame}_disparity.png`]: new Uint16Array(12).fill(257).fill(0, 6) };
  const disparity = (pred: Uint16Array | Uint8Array, more: Files = {}) =>
    scoreDisparity({ gt: folder({ ...gt, ...more }), pred: folder({ [`${frame}.png`]: pred }) });

  test('are scored where the truth is known, in px and with cameras in m⁻¹', async () => {
    const camera = JSON.stringify({ extrinsic: { baseline: 0.2 }, intrinsic: { fx: 500 } });
    const scores = await disparity(new Uint16Array(12).fill(513), {
      [`${frame}_camera.json`]: camera,
    });
    expect([scores.mean, scores.rms, scores.pixels]).toEqual([1, 1, 6]);
    expect(scores.inverseDepthMean).toBeCloseTo(1 / 100, 15);
  });

  test('have cameras for each image or for none, of their own size, with a byte-order mark or without', async () => {
    const other = 'ulm_000001_000019';
    const truth = { ...gt, [`${other}_disparity.png`]: new Uint16Array(12).fill(257) };
    const guesses = [frame, other].map((name) => [`${name}.png`, new Uint16Array(12).fill(513)]);
    const pred = folder(Object.fromEntries(guesses) as Files);
    const camera = '\ufeff{"extrinsic":{"baseline":0.2},"intrinsic":{"fx":500,"u0":2,"v0":1}}';
    const scored = (cameras: Files) =>
      scoreDisparity({ gt: folder({ ...truth, ...cameras }), pred });
    expect(await message(scored({ [`${frame}_camera.json`]: camera }))).toMatch(
      /no ulm_000001_000019_camera\.json, as 1 of 2 frames have; .* leave all out/,
    );
    const both = { [`${frame}_camera.json`]: camera, [`${other}_camera.json`]: camera };
    expect((await scored(both)).inverseDepthMean).toBeCloseTo(1 / 100, 15);
    expect((await scored({})).inverseDepthMean).toBeNaN();
    const large = { ...both, [`${other}_camera.json`]: camera.replace('"u0":2', '"u0":1024') };
    expect(await message(scored(large))).toMatch(
      /ulm_000001_000019_camera\.json: the principal point .* outside its picture of 3 × 4 px/,
    );
  });

  test('counts where it has a value; how much that is is said beside it', async () => {
    const scores = await disparity(new Uint16Array(12).fill(257).fill(0, 6));
    expect(scores).toMatchObject({ mean: 0, density: 1, pixels: 6 });
    const holes = disparity(new Uint16Array(12).fill(257).fill(0, 5));
    // The truth is known in 6 px.
    expect(await holes).toMatchObject({ mean: 0, d1: 0, density: 5 / 6, pixels: 5 });
  });

  test('must be 16-bit grey, and cameras complete', async () => {
    expect(await message(disparity(road))).toMatch(/8-bit grey; expected 16-bit grey/);
    const bad = disparity(new Uint16Array(12).fill(1), { [`${frame}_camera.json`]: '{}' });
    expect(await message(bad)).toMatch(/camera\.json: extrinsic: expected an object, got nothing/);
  });
});
