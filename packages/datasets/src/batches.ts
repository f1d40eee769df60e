import { assertSize, randomStream, type Draw, type Sample, type Size } from '@scene-mtl/data';
import { type Dataset, type Split } from './dataset.ts';
import { poolOrder, type Drawn, type Pool } from './pools.ts';

/** Named arrays of one sample or, one sample after the other, of a batch. */
export type Arrays = Record<string, Float32Array | Int32Array>;

/** A change of a sample that draws its numbers from `random`. */
export type Transform = (sample: Sample, random: Draw) => Sample;

/** What `batches` reads and how. */
export interface BatchOptions {
  readonly dataset: Dataset;
  readonly split: Split;
  /** Size to read at, px. */
  readonly size: Size;
  readonly batchSize: number;
  /**
   * Parts of the split from which each batch has so many frames, together `batchSize`; absent: any of the split's
   * frames. Epochs are then counted by the first one.
   */
  readonly pools?: readonly Pool[];
  /** Seed of the order and of the transform's random numbers. */
  readonly seed: number;
  /** Sample → arrays, the same names and lengths for every sample. */
  readonly encode: (sample: Sample) => Arrays;
  /** Augmentation; its numbers come from (seed, epoch, frame), so they never depend on the order. */
  readonly transform?: Transform;
  /** A new order each epoch; default true. */
  readonly shuffle?: boolean;
  /** Leave out an epoch's last batch when it is not full; default `shuffle`. */
  readonly dropLast?: boolean;
  /** Step to begin at, counted from the start of training; default 0. */
  readonly startStep?: number;
  /** Stop after this many epochs, counted from step 0; default endless. */
  readonly epochs?: number;
}

/** One batch. */
export interface Batch {
  /** Counted from the start of training. */
  readonly step: number;
  readonly epoch: number;
  /** Frame ids, `[B]`. */
  readonly ids: readonly string[];
  /** What `encode` gave, `[B, …]`, the samples one after the other. */
  readonly arrays: Arrays;
}

/**
 * Stream of batches for training (shuffled, endless, only full batches) or evaluation
 * (`shuffle: false, epochs: 1`). While a batch is in use the next one is read, in this thread;
 * `batchesInWorkers` gives the same stream from others.
 *
 * The same options give the same bytes, and `startStep: n` gives the tail of the stream from 0.
 * @throws when the split has no full batch, or `encode` changes its names or lengths
 * @example
 * ```ts
 * import { fieldOf, numbersKind } from '@scene-mtl/data';
 * import { batches, toyDataset } from '@scene-mtl/datasets';
 * const stream = batches({
 *   dataset: toyDataset({ count: 5, seed: 1 }),
 *   split: 'train',
 *   size: { height: 1, width: 1 }, // toy data has no picture
 *   batchSize: 2,
 *   seed: 1,
 *   shuffle: false,
 *   epochs: 1,
 *   encode: (sample) => ({ x: fieldOf(sample, 'x', numbersKind).data }),
 * });
 * const ids = [];
 * for await (const batch of stream) ids.push(batch.ids.length);
 * ids; // → [2, 2, 1]
 * ```
 */
export function batches(options: BatchOptions): AsyncIterableIterator<Batch> {
  const { make, end } = batchMaker(options);
  return readAhead((step) => make(step), options.startStep ?? 0, end);
}

/** Batches of a stream by their step, in any order. */
export interface BatchMaker {
  /** Fills `spare` where its names, lengths and types are those of the batch, or makes new arrays. */
  readonly make: (step: number, spare?: Arrays) => Promise<Batch>;
  /** Steps of the whole stream; Infinity without `epochs`. */
  readonly end: number;
}

/** What makes the batches of a stream; throws as `batches` does. */
export function batchMaker(options: BatchOptions): BatchMaker {
  const { dataset, split, batchSize, seed, epochs = Infinity } = options;
  const { shuffle = true, dropLast = shuffle } = options;
  const ids = dataset.list(split);
  const { pools = [{ ids, perBatch: batchSize }] } = options;
  assertSize('batches', options.size);
  const order = poolOrder(ids, pools, { seed, shuffle, dropLast }, `${dataset.name} ${split}`);
  const together = pools.reduce((sum, { perBatch }) => sum + perBatch, 0);
  if (together !== batchSize) {
    throw new Error(
      `batches: expected pools that give ${batchSize} frames together, got ${together}`,
    );
  }
  const one = async ({ epoch, frame, copy }: Drawn): Promise<Arrays> => {
    let sample = await dataset.read(ids[frame], split, options.size);
    if (options.transform) {
      // The first time a frame comes is named as it was when none came twice.
      const again = copy === 0 ? [] : [copy];
      sample = options.transform(sample, randomStream('transform', seed, epoch, frame, ...again));
    }
    return options.encode(sample);
  };
  return {
    end: epochs * order.steps,
    async make(step, spare) {
      const { epoch, drawn } = order.at(step);
      const encoded = await Promise.all(drawn.map(one));
      const names = drawn.map(({ frame }) => ids[frame]);
      return { step, epoch, ids: names, arrays: stack(encoded, names, spare) };
    },
  };
}

/** Yields load(from), load(from + 1), …, each begun while the one before it is in use. */
async function* readAhead<T>(
  load: (step: number) => Promise<T>,
  from: number,
  end: number,
): AsyncGenerator<T, void, undefined> {
  let next = from < end ? load(from) : undefined;
  for (let step = from + 1; next !== undefined; step++) {
    const current = await next;
    next = step < end ? load(step) : undefined;
    // A failure while nobody waits yet must not end the process; it is thrown at the next turn.
    next?.catch(() => {});
    yield current;
  }
}

function stack(encoded: Arrays[], ids: string[], spare: Arrays = {}): Arrays {
  const [first] = encoded;
  const names = Object.keys(first);
  const result: Arrays = {};
  encoded.forEach((arrays, i) => {
    if (Object.keys(arrays).length !== names.length) {
      throw new Error(
        `batches: encode gave [${Object.keys(arrays).join(', ')}] for ${ids[i]} but [${names.join(', ')}] for ${ids[0]}`,
      );
    }
  });
  for (const name of names) {
    const { length } = first[name];
    const Type = first[name].constructor as new (length: number) => Float32Array | Int32Array;
    const size = length * encoded.length;
    const old = spare[name];
    const whole = old instanceof Type && old.length === size ? old : new Type(size);
    encoded.forEach((arrays, i) => {
      if (arrays[name]?.length !== length) {
        throw new Error(
          `batches: encode gave ${arrays[name]?.length ?? 'no'} values of '${name}' for ${ids[i]} but ${length} for ${ids[0]}`,
        );
      }
      whole.set(arrays[name], i * length);
    });
    result[name] = whole;
  }
  return result;
}
