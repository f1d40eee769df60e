import { describe, expect, test } from '@jest/globals';
import { fieldOf, numbersKind } from '@scene-mtl/data';
import fc from 'fast-check';
import {
  batches,
  labelledFrames,
  toyDataset,
  withLabels,
  type BatchOptions,
  type Dataset,
  type LabelChoice,
  type Pool,
} from '../src/index.ts';

const size = { height: 1, width: 1 };
const toy = (count: number): Dataset => toyDataset({ count, seed: 3 });
const only = (frames: number | null, shuffled = false): LabelChoice => ({ frames, shuffled });

/** A field of every training frame; undefined where it has none. */
const labels = (dataset: Dataset, name: string): Promise<(number | undefined)[]> =>
  Promise.all(
    dataset.list('train').map(async (id) => {
      const sample = await dataset.read(id, 'train', size);
      return name in sample.fields ? fieldOf(sample, name, numbersKind).data[0] : undefined;
    }),
  );

const counts = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }));

describe('frames that have a label', () => {
  test('are as many as said; fewer are among more, and the same for every annotation', () =>
    fc.assert(
      fc.asyncProperty(counts, fc.nat(), async ([a, b], seed) => {
        const [few, many] = [Math.min(a, b), Math.max(a, b)];
        const dataset = toy(12);
        const chosen = withLabels(dataset, { y0: only(few), y1: only(many) }, seed);
        const having = async (name: string) =>
          (await labels(chosen, name)).flatMap((label, i) => (label === undefined ? [] : [i]));
        const [y0, y1] = [await having('y0'), await having('y1')];
        expect([y0.length, y1.length]).toEqual([few, many]);
        expect(y0.filter((i) => !y1.includes(i))).toEqual([]);
        const both = labelledFrames(dataset, { y0: only(few), y1: only(many) }, seed);
        expect([...both].sort()).toEqual(y0.map((i) => dataset.list('train')[i]));
      }),
      { numRuns: 20 },
    ));

  test('keep their own; what is not chosen stays', async () => {
    const dataset = toy(6);
    const chosen = withLabels(dataset, { y0: only(4) }, 1);
    const [before, after] = [await labels(dataset, 'y0'), await labels(chosen, 'y0')];
    expect(after.filter((label, i) => label !== undefined && label !== before[i])).toEqual([]);
    for (const name of ['x', 'y1']) {
      expect(await labels(chosen, name)).toEqual(await labels(dataset, name));
    }
    expect(withLabels(dataset, {}, 1)).toBe(dataset);
  });

  test('are others for another seed', () => {
    const drawn = (seed: number) => labelledFrames(toy(50), { y0: only(10) }, seed).join();
    expect(drawn(1)).toBe(drawn(1));
    expect(drawn(1)).not.toBe(drawn(2));
  });

  test('validation frames have all labels', async () => {
    const frames = toy(4);
    const dataset: Dataset = {
      ...frames,
      list: () => frames.list('train'),
      read: (id, _, at) => frames.read(id, 'train', at),
    };
    const chosen = withLabels(dataset, { y0: only(1), y1: only(null, true) }, 1);
    for (const id of dataset.list('val')) {
      expect(await chosen.read(id, 'val', size)).toEqual(await dataset.read(id, 'val', size));
    }
  });
});

describe('shuffled labels', () => {
  test('are the same as a whole, none is its own, and two annotations stay together', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 9 }), fc.nat(), async (count, seed) => {
        const dataset = toy(count);
        const chosen = withLabels(dataset, { y0: only(null, true), y1: only(null, true) }, seed);
        const [own, other] = [await labels(dataset, 'y0'), await labels(chosen, 'y0')];
        expect([...other].sort()).toEqual([...own].sort());
        expect(other.filter((label, i) => label === own[i])).toEqual([]);
        const [second, swapped] = [await labels(dataset, 'y1'), await labels(chosen, 'y1')];
        const giver = other.map((label) => own.indexOf(label));
        expect(swapped).toEqual(giver.map((i) => second[i]));
      }),
      { numRuns: 20 },
    ));

  test('stay among the frames that have the annotation', async () => {
    const dataset = toy(8);
    const frames = labelledFrames(dataset, { y0: only(3) }, 1);
    const own = await labels(dataset, 'y0');
    const given = (await labels(withLabels(dataset, { y0: only(3, true) }, 1), 'y0')).filter(
      (label) => label !== undefined,
    );
    const expected = frames.map((id) => own[dataset.list('train').indexOf(id)]);
    expect([...given].sort()).toEqual([...expected].sort());
  });
});

test.each([
  [{ z: only(1) }, /^data\.labels: toy has no z; there are: y0, y1$/],
  [{ y0: only(5) }, /^data\.labels\.y0\.frames: expected at most the 4 training frames/],
  [{ y0: only(1, true) }, /^data\.labels\.y0\.shuffled: expected at least 2 frames/],
])('%j is refused', (choices, message) => {
  expect(() => withLabels(toy(4), choices, 1)).toThrow(message);
  expect(() => labelledFrames(toy(4), choices, 1)).toThrow(message);
});

describe('batches from pools', () => {
  const dataset = toy(12);
  const ids = dataset.list('train');
  const pools: Pool[] = [
    { ids: [ids[7], ids[2], ids[9]], perBatch: 1 },
    { ids: ids.filter((_, i) => ![2, 7, 9].includes(i)), perBatch: 3 },
  ];
  const plain: BatchOptions = {
    ...{ dataset, split: 'train', size, batchSize: 4, seed: 1 },
    encode: (sample) => ({ x: fieldOf(sample, 'x', numbersKind).data }),
  };
  const stream = (more: Partial<BatchOptions> = { pools }) => batches({ ...plain, ...more });
  const take = async (count: number, more?: Partial<BatchOptions>) => {
    const found: string[][] = [];
    for await (const batch of stream(more)) {
      found.push([...batch.ids]);
      if (found.length === count) break;
    }
    return found;
  };

  test('have their share of each; a small pool comes round more often, each frame once a round', async () => {
    const drawn = await take(9);
    const first = drawn.map(([id]) => id);
    for (const round of [0, 3, 6]) {
      expect(first.slice(round, round + 3).sort()).toEqual([...pools[0].ids].sort());
    }
    // Nine frames at three a batch: a round of three batches.
    for (const round of [0, 3, 6]) {
      const rest = drawn.slice(round, round + 3).flatMap((all) => all.slice(1));
      expect(rest.sort()).toEqual([...pools[1].ids].sort());
    }
  });

  test('go on at any step as from the start', async () => {
    expect(await take(4, { pools, startStep: 5 })).toEqual((await take(9)).slice(5));
  });

  test('one pool of all frames is no pool', async () => {
    const all = { pools: [{ ids, perBatch: 4 }] };
    expect(await take(6, all)).toEqual(await take(6, {}));
  });

  test.each([
    [[{ ids: ids.slice(0, 2), perBatch: 4 }], /toy train has 2 frames, which gives no batch of 4$/],
    [[{ ids, perBatch: 3 }], /expected pools that give 4 frames together, got 3$/],
    [[{ ids: ['a', 'b', 'c', 'd'], perBatch: 4 }], /expected pools of frames of toy train, got a$/],
  ])('pools %# are refused', (wrong, message) => {
    expect(() => stream({ pools: wrong })).toThrow(message);
  });
});
