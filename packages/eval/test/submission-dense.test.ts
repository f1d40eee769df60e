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
    ['another size', panoptic(predJson, ids(5, 5, 0, 0, 0, 0, 0, 0)), /2 × 4, but/],
    ['a grey image', panoptic(predJson, png(road, 4)), /with 1 channels; expected 8-bit RGB/],
    ['no list of annotations', panoptic({}), /field "annotations" must be a list/],
    [
      'an id in words',
      panoptic(change({ segments_info: [{ id: '5', category_id: 26 }] })),
      /"id" must be a number/,
    ],
  ];
  test.each(cases)('with %s give one error', async (_, scoring, expected) => {
    expect(await message(scoring)).toMatch(expected);
  });

  test('need exactly one JSON with its folder', async () => {
    const error = message(scorePanoptic({ gt: folder({ 'p.json': '{}' }), pred: folder({}) }));
    expect(await error).toMatch(/expected one NAME\.json with a folder NAME\//);
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

  test('may lack a value only where the truth is unknown', async () => {
    const scores = await disparity(new Uint16Array(12).fill(257).fill(0, 6));
    expect(scores.mean).toBe(0);
    const holes = disparity(new Uint16Array(12).fill(257).fill(0, 5));
    expect(await message(holes)).toMatch(/1 pixels with known truth have no predicted value/);
  });

  test('must be 16-bit grey, and cameras complete', async () => {
    expect(await message(disparity(road))).toMatch(/8-bit grey; expected 16-bit grey/);
    const bad = disparity(new Uint16Array(12).fill(1), { [`${frame}_camera.json`]: '{}' });
    expect(await message(bad)).toMatch(/camera\.json: extrinsic\.baseline/);
  });
});
