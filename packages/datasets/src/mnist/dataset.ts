import { type Dataset, type Split } from '../dataset.ts';
import { assertSize, labelField, photo, resizeTriangle } from '@scene-mtl/data';
import { DIGIT_SIDE, mnistFiles, readMnist, type Mnist } from './idx.ts';
import { joined, partnersOf } from './multi-mnist.ts';

const DIGITS = Array.from({ length: 10 }, (_, digit) => String(digit));

/** How MultiMNIST is made. */
export interface MultiMnistOptions {
  /** Draws the digit at the lower right of each image; default 1. */
  readonly seed?: number;
}

/**
 * MultiMNIST (Sener & Koltun 2018) from a folder of MNIST's four gzipped IDX files, as samples: the
 * image `u8 [28, 28, 3]` is grey, the fields `left` and `right` hold the digits, 0–9. 60,000 samples of
 * training, 10,000 of test, none of validation. At another size the image is averaged linearly.
 * @throws for a missing, damaged or foreign file; the message names it
 */
export async function openMultiMnist(
  folder: string,
  { seed = 1 }: MultiMnistOptions = {},
): Promise<Dataset> {
  const parts: Partial<Record<Split, Part>> = {
    train: part('train', await readMnist(folder, 'train'), seed),
    test: part('test', await readMnist(folder, 'test'), seed),
  };
  return {
    name: 'multi-mnist',
    fields: ['left', 'right'],
    labels: { left: DIGITS, right: DIGITS },
    list: (split) => parts[split]?.ids ?? [],
    files: (_, split) => (split === 'val' ? [] : mnistFiles(folder, split)),
    nativeSize: () => Promise.resolve({ height: DIGIT_SIDE, width: DIGIT_SIDE }),
    read(id, split, size) {
      assertSize(`read ${id}`, size);
      const found = parts[split];
      const index = found?.positions.get(id);
      if (found === undefined || index === undefined) {
        return Promise.reject(new Error(`${folder}: no sample '${id}' in split '${split}'`));
      }
      const { digits, partners } = found;
      const grey = joined(digits, index, partners[index]);
      const scaled = resizeTriangle(grey, { height: DIGIT_SIDE, width: DIGIT_SIDE }, size, 1);
      const rgb = Uint8Array.from(
        { length: scaled.length * 3 },
        (_, i) => scaled[Math.floor(i / 3)],
      );
      const image = photo(size, rgb);
      const left = labelField(digits.labels[index], 'the digit at the upper left');
      const right = labelField(digits.labels[partners[index]], 'the digit at the lower right');
      return Promise.resolve({ id, fields: { image, left, right } });
    },
  };
}

interface Part {
  readonly digits: Mnist;
  readonly partners: Int32Array;
  readonly ids: readonly string[];
  readonly positions: ReadonlyMap<string, number>;
}

function part(split: Split, digits: Mnist, seed: number): Part {
  const ids = Array.from(
    { length: digits.count },
    (_, i) => `${split}_${String(i).padStart(5, '0')}`,
  );
  return {
    digits,
    partners: partnersOf(digits, seed),
    ids,
    positions: new Map(ids.map((id, i) => [id, i])),
  };
}
