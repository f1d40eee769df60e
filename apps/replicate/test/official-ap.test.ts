import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type Sample } from '@scene-mtl/data';
import { labelNamed, trainIdOf } from '@scene-mtl/data/cityscapes';
import { legendOf, openDataset } from '@scene-mtl/datasets';
import { distanceSettings, scoreInstance } from '@scene-mtl/eval';
import { decodingFor, objectJudge, regularIds, tasksFor } from '@scene-mtl/vision-heads';
import { arraysOf } from '@scene-mtl/data/testing';
import { profiles } from '../src/config/profiles.ts';
import { officialScores } from '../src/papers/kendall2018/table2/official-scores.ts';
import { greyPng } from './grey-png.ts';

/**
 * Evaluation of a run and the official tool on the files that `predict` writes must give the same AP. Caravans and
 * trailers are objects that are not trained; what is found on them counts as wrong.
 */

const size = { height: 32, width: 64 };
const [CAR, CARAVAN, TRAILER, ROAD] = ['car', 'caravan', 'trailer', 'road'].map(
  (name) => labelNamed(name).id,
);

/** Boxes of 8×8 px on a road: official value, upper left corner, sureness of the prediction that it is a car. */
interface Box {
  readonly value: number;
  readonly row: number;
  readonly column: number;
  readonly sure: number;
}

const pixels = Array.from({ length: size.height * size.width }, (_, i) => i);
const boxAt = (boxes: readonly Box[], i: number): Box | undefined =>
  boxes.find(({ row, column }) => {
    const [r, c] = [Math.floor(i / size.width) - row, (i % size.width) - column];
    return r >= 0 && r < 8 && c >= 0 && c < 8;
  });

const PREFIX = 'aachen_000000_000019';

/** A tree of one frame with these objects. */
async function treeOf(boxes: readonly Box[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'replicate-ap-'));
  const put = async (folder: string, ending: string, content: Uint8Array) => {
    const file = join(root, folder, 'val', 'aachen', `${PREFIX}_${ending}.png`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  };
  const valueAt = (i: number): number => boxAt(boxes, i)?.value ?? ROAD;
  const labelOf = (value: number): number => (value < 1000 ? value : Math.floor(value / 1000));
  await put('leftImg8bit', 'leftImg8bit', greyPng(new Uint8Array(pixels.length).fill(90), size));
  await put('gtFine', 'gtFine_instanceIds', greyPng(Uint16Array.from(pixels.map(valueAt)), size));
  await put(
    'gtFine',
    'gtFine_labelIds',
    greyPng(Uint8Array.from(pixels.map((i) => labelOf(valueAt(i)))), size),
  );
  return root;
}

/** Every box is called a car, with vectors to its centre. */
function predictionsOf(boxes: readonly Box[], classes: readonly string[]) {
  const [car, road] = [classes.indexOf('car'), classes.indexOf('road')];
  const probabilities = new Float32Array(classes.length * pixels.length);
  pixels.forEach((i) => {
    const box = boxAt(boxes, i);
    probabilities[i * classes.length + car] = box?.sure ?? 0;
    probabilities[i * classes.length + road] = 1 - (box?.sure ?? 0);
  });
  const vectors = pixels.flatMap((i) => {
    const box = boxAt(boxes, i);
    if (!box) return [0, 0];
    return [box.column + 3.5 - (i % size.width), box.row + 3.5 - Math.floor(i / size.width)];
  });
  return {
    semantic: {
      classes: Uint8Array.from(pixels, (i) => (boxAt(boxes, i) ? car : road)),
      confidence: Float32Array.from(pixels, (i) => boxAt(boxes, i)?.sure ?? 1),
      probabilities,
    },
    instance: { vectors: Float32Array.from(vectors) },
  };
}

/** The AP in % of an evaluation, of Table 2, and of the official matching on the files of `predict`. */
async function threeAps(boxes: readonly Box[]) {
  const root = await treeOf(boxes);
  const dataset = await openDataset(root);
  const [id] = dataset.list('val');
  const sample: Sample = await dataset.read(id, 'val', size);
  const { classes, instanceClasses } = legendOf(dataset);
  const predictions = predictionsOf(boxes, classes);

  const judge = objectJudge(regularIds(classes)!, size, decodingFor(size, instanceClasses));
  judge.add(sample, predictions);

  const tasks = tasksFor(dataset);
  const table2 = await officialScores.measure({
    ...{ config: profiles.smoke, tasks, size, dataset, frames: [id], sharing: () => [] },
    each: async (visit) => visit(sample, predictions),
    predict: () => Promise.resolve([{ sample, predictions }]),
    save: () => Promise.resolve(),
  });

  const out = join(root, 'predicted');
  const image = new Uint8Array(3 * pixels.length);
  const photo = { stem: PREFIX, image, size, native: size, input: size, predictions };
  const files = tasks.find(({ name }) => name === 'instance')!.files(photo);
  for (const { path, content } of files) {
    const file = join(out, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(
      file,
      typeof content === 'string'
        ? content
        : content.data.length === pixels.length
          ? greyPng(content.data, size)
          : '',
    );
  }
  const official = await scoreInstance({
    gt: join(root, 'gtFine', 'val'),
    pred: join(out, 'instance'),
    settings: [distanceSettings[0]],
    scaleByArea: true,
  });
  return { sample, aps: [judge.result()['instance/ap'], table2.ap, 100 * official.allAp] };
}

test('a car and a caravan that is called one give half of half: the caravan is found first, and wrong', async () => {
  const { sample, aps } = await threeAps([
    { value: 1000 * CAR + 1, row: 2, column: 4, sure: 0.6 },
    { value: 1000 * CARAVAN + 1, row: 18, column: 40, sure: 0.9 },
  ]);
  // By hand: precision 0 at recall 0, then 1/2 at recall 1; the trapezoid below is 1/4.
  expect(aps).toEqual([25, 25, 25]);
  // No task learns from the caravan.
  expect(trainIdOf[CARAVAN]).toBe(255);
  expect(new Set(arraysOf(sample).instance)).toEqual(new Set([0, 1000 * CAR + 1]));
});

test('evaluation, Table 2 and the official matching agree with trailers, groups and empty ground', async () => {
  const cases: Box[][] = [
    [
      { value: 1000 * TRAILER, row: 2, column: 4, sure: 0.7 },
      { value: 1000 * CAR, row: 18, column: 4, sure: 0.8 },
      { value: 1000 * CAR + 1, row: 18, column: 40, sure: 0.6 },
    ],
    // A group of caravans is ignored, as one of cars is.
    [
      { value: CARAVAN, row: 2, column: 4, sure: 0.9 },
      { value: CAR, row: 2, column: 40, sure: 0.95 },
      { value: 1000 * CAR, row: 18, column: 20, sure: 0.6 },
    ],
    [
      { value: ROAD, row: 2, column: 4, sure: 0.9 },
      { value: 1000 * CARAVAN, row: 2, column: 40, sure: 0.5 },
      { value: 1000 * CAR, row: 18, column: 20, sure: 0.6 },
    ],
  ];
  const found: (number | null)[] = [];
  for (const boxes of cases) {
    const [evaluated, table2, official] = (await threeAps(boxes)).aps;
    expect(evaluated).toBeCloseTo(official!, 10);
    expect(table2).toBeCloseTo(official!, 10);
    found.push(official);
  }
  expect(found[1]).toBe(100);
  expect(found[0]).toBeLessThan(100);
});
