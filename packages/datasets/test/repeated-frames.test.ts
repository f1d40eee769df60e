import { expect, test } from '@jest/globals';
import { fieldOf, numbersField, numbersKind } from '@scene-mtl/data';
import { batches, toyDataset, type BatchOptions } from '../src/index.ts';

const dataset = toyDataset({ count: 4, seed: 1 });
const [a, b, c, d] = dataset.list('train');

/** Frames of an epoch, and what the transform drew for each. */
async function epoch(pools?: BatchOptions['pools'], size = 2) {
  const stream = batches({
    ...{ dataset, split: 'train', size: { height: 1, width: 1 }, batchSize: size, seed: 1 },
    ...{ epochs: 1, ...(pools && { pools }) },
    transform: (sample, draw) => ({
      ...sample,
      fields: { drawn: numbersField(Float32Array.of(draw())) },
    }),
    encode: (sample) => ({ drawn: fieldOf(sample, 'drawn', numbersKind).data }),
  });
  const seen: (readonly [id: string, drawn: number])[] = [];
  for await (const { ids, arrays } of stream) {
    ids.forEach((id, i) => seen.push([id, arrays['drawn'][i]]));
  }
  return seen;
}

test('a frame that stands in a pool several times comes as often, augmented anew each time', async () => {
  const seen = await epoch([{ ids: [a, b, b, b, c, d], perBatch: 2 }]);
  expect(seen.map(([id]) => id).sort()).toEqual([a, b, b, b, c, d].sort());
  expect(new Set(seen.map(([, drawn]) => drawn)).size).toBe(6);
  // What comes once, and the first of several, is what it is without any repetition.
  const plain = new Map(await epoch());
  for (const id of [a, c, d]) expect(new Map(seen).get(id)).toBe(plain.get(id));
  expect(seen.filter(([id]) => id === b).map(([, drawn]) => drawn)).toContain(plain.get(b));
});
