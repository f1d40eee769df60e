import {
  assertSize,
  classMap,
  depthMap,
  disparityMap,
  labelField,
  numbersField,
  photo,
  resizeSample,
  type Annotation,
  type Field,
  type Sample,
  type Size,
} from '@scene-mtl/data';
import { SPLITS, type Dataset, type Split } from './dataset.ts';
import { defineDataset, type DatasetDefinition } from './define.ts';

/** Numbers in rows of any length, `[…]`: what an array, a tensor's `dataSync()` or a plain list holds. */
export type Values = ArrayLike<number>;

/** One example as a program makes it: an image and its labels, as numbers. */
export interface StreamedExample {
  /** Unique in its split. Default: its number, from 0. */
  readonly id?: string;
  /** RGB, row by row, `[H, W, 3]`, 0 … 255. */
  readonly image: Size & { readonly data: Values };
  /**
   * By the name of the annotation; one that is absent is not known. Classes of pixels `[H, W]` (255: void);
   * depth and disparity `[H, W]` (not finite or not above 0: unknown); a label's class; numbers `[N]`.
   */
  readonly labels: Readonly<Record<string, number | Values>>;
}

/** Examples of a split, the same each time it is asked for them. */
export type ExampleSource = () => Iterable<StreamedExample> | AsyncIterable<StreamedExample>;

/** A data set that a program makes; see {@link defineStreamedDataset}. */
export interface StreamedDataset extends Pick<DatasetDefinition, 'name'> {
  /** What the labels mean. */
  readonly annotations: Readonly<Record<string, Annotation>>;
  /** A split that is absent is empty. @param where see `DatasetDefinition.open` */
  readonly splits: (where: string) => Readonly<Partial<Record<Split, ExampleSource>>>;
}

/**
 * Makes a data set known whose examples come one after the other: from a generator, or by
 * `@scene-mtl/datasets/tf-data` from `tf.data`. Training asks for frames in any order, so each split is read once, when
 * the data set is opened, and kept in memory, by each thread that makes batches too.
 * @throws naming the example that is no example: a label that is not described, or of another length
 * @example
 * ```ts
 * import { defineStreamedDataset, openDataset } from '@scene-mtl/datasets';
 * defineStreamedDataset({
 *   name: 'two-greys',
 *   annotations: { bright: { kind: 'label', classes: ['no', 'yes'] } },
 *   splits: () => ({
 *     *train() {
 *       for (const [bright, grey] of [20, 220].entries()) {
 *         yield { image: { height: 1, width: 1, data: [grey, grey, grey] }, labels: { bright } };
 *       }
 *     },
 *   }),
 * });
 * const dataset = await openDataset('two-greys');
 * const { fields } = await dataset.read('1', 'train', { height: 1, width: 1 });
 * fields.bright; // → { kind: 'label', value: 1 }
 * ```
 */
export const defineStreamedDataset = (streamed: StreamedDataset): DatasetDefinition =>
  defineDataset({
    name: streamed.name,
    async open(where): Promise<Dataset> {
      const { name, annotations } = streamed;
      const sources = streamed.splits(where);
      const frames = {} as Record<Split, ReadonlyMap<string, Sample>>;
      for (const split of SPLITS) {
        frames[split] = await framesOf(sources[split], annotations, `data set ${name} ${split}`);
      }
      return {
        name,
        fields: Object.keys(annotations),
        annotations,
        list: (split) => [...frames[split].keys()],
        nativeSize: (id, split) => Promise.resolve(sizeIn(frameIn(id, split))),
        read: (id, split, size) => {
          assertSize(`read ${id}`, size);
          return Promise.resolve(resizeSample(frameIn(id, split), size));
        },
      };

      function frameIn(id: string, split: Split): Sample {
        const frame = frames[split].get(id);
        if (frame) return frame;
        throw new Error(`data set ${name}: no frame '${id}' in split '${split}'`);
      }
    },
  });

const sizeIn = ({ fields }: Sample): Size => {
  const { height, width } = fields['image'] as Field & Size;
  return { height, width };
};

async function framesOf(
  source: ExampleSource | undefined,
  annotations: StreamedDataset['annotations'],
  where: string,
): Promise<Map<string, Sample>> {
  const frames = new Map<string, Sample>();
  if (!source) return frames;
  for await (const example of source()) {
    const { id = String(frames.size) } = example;
    if (frames.has(id)) throw new Error(`${where}: two examples have the id '${id}'`);
    frames.set(id, sampleOf(id, example, annotations, `${where}: example '${id}'`));
  }
  return frames;
}

function sampleOf(
  id: string,
  { image, labels }: StreamedExample,
  annotations: StreamedDataset['annotations'],
  where: string,
): Sample {
  const { height, width } = image;
  const size = { height, width };
  assertSize(where, size);
  assertLength(image.data, 3 * height * width, `${where}: image`);
  assertGreys(image.data, `${where}: image`);
  const fields: Record<string, Field> = { image: photo(size, Uint8Array.from(image.data)) };
  for (const [name, value] of Object.entries(labels)) {
    const annotation = annotations[name];
    if (annotation === undefined) {
      const known = Object.keys(annotations).join(', ');
      throw new Error(`${where}: label ${name}: expected one of the annotations, ${known}`);
    }
    fields[name] = fieldOf(annotation, value, size, `${where}: label ${name}`);
  }
  return { id, fields };
}

/** @throws where the value is not what the annotation says */
function fieldOf(annotation: Annotation, value: number | Values, size: Size, where: string): Field {
  const values = typeof value === 'number' ? [value] : value;
  const pixels = size.height * size.width;
  switch (annotation.kind) {
    case 'classes': {
      // Before they are bytes: 256 more is the same byte.
      assertClasses(assertLength(values, pixels, where), annotation.classes.length, where, true);
      return classMap(size, Uint8Array.from(values));
    }
    case 'label':
      assertLength(values, 1, where);
      assertClasses(values, annotation.classes.length, where, false);
      return labelField(values[0]);
    case 'numbers':
      return numbersField(Array.from(assertLength(values, annotation.length, where)));
    case 'depth':
    case 'disparity': {
      const measured = Float32Array.from(assertLength(values, pixels, where));
      const valid = Uint8Array.from(measured, (one) => Number(Number.isFinite(one) && one > 0));
      // What is not known stays 0: NaN would pass through a mask of 0.
      const known = measured.map((one, i) => (valid[i] === 1 ? one : 0));
      return (annotation.kind === 'depth' ? depthMap : disparityMap)(size, known, valid);
    }
    default:
      throw new Error(
        `${where}: a stream has classes, depth, disparity, label or numbers, got ${annotation.kind}; use defineDataset`,
      );
  }
}

function assertLength(values: Values, length: number, where: string): Values {
  if (values.length === length) return values;
  throw new Error(`${where}: expected ${length} numbers, got ${values.length}`);
}

/** @throws for a value that is no whole number of 0 … 255: pixels of 0 … 1 would all become 0 or 1 */
function assertGreys(values: Values, where: string): void {
  for (let i = 0; i < values.length; i++) {
    const one = values[i];
    if (Number.isInteger(one) && one >= 0 && one <= 255) continue;
    throw new Error(
      `${where}: expected whole numbers of 0 … 255, got ${one}; of pixels of 0 … 1, Math.round(255 * p)`,
    );
  }
}

function assertClasses(values: Values, count: number, where: string, mayBeVoid: boolean): void {
  for (let i = 0; i < values.length; i++) {
    const one = values[i];
    if ((Number.isInteger(one) && one >= 0 && one < count) || (mayBeVoid && one === 255)) continue;
    const rest = mayBeVoid ? ', or 255 for void' : '';
    throw new Error(`${where}: expected classes 0 … ${count - 1}${rest}, got ${one}`);
  }
}
