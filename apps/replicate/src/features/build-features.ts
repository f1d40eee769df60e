import { statfs } from 'node:fs/promises';
import type { Continuation } from '@scene-mtl/core';
import { imageOf, randomStream } from '@scene-mtl/data';
import {
  horizontalFlip,
  openFeatureCache,
  type Dataset,
  type FeaturePlace,
} from '@scene-mtl/datasets';
import type { ProgressLine } from '@scene-mtl/lab';
import { compile, type CompileOptions } from '@scene-mtl/runtime';
import { normalised, type Normalisation } from '@scene-mtl/vision-heads/targets';
import type { Config } from '../config/schema.ts';

/** What there was to do. */
export interface BuiltFeatures {
  /** Images, mirrored ones counted too. */
  readonly images: number;
  /** Those whose features were computed; the others were there. */
  readonly made: number;
  /** Of all of them, bytes. */
  readonly bytes: number;
  readonly seconds: number;
}

/**
 * Computes the features of every training image that are not kept yet, mirrored ones too where training
 * mirrors. Images go through the network in the same groups whatever is there, so that a building that
 * was stopped goes on to the same bytes.
 * @throws when they would take more than `maximumBytes`, or more than the disk has left
 */
export async function buildFeatures(options: {
  readonly cut: Continuation;
  readonly place: FeaturePlace;
  readonly dataset: Dataset;
  readonly config: Pick<Config, 'size' | 'training'>;
  readonly normalisation: Normalisation;
  readonly maximumBytes: number;
  readonly compile: CompileOptions;
  readonly line: ProgressLine;
}): Promise<BuiltFeatures> {
  const { cut, place, dataset, config, normalisation, maximumBytes, line } = options;
  const { size, training } = config;
  const { batchSize, flip } = training;
  const started = performance.now();
  const cache = openFeatureCache(place);
  const ids = dataset.list('train');
  const mirrors = [...(flip < 1 ? [0] : []), ...(flip > 0 ? [1] : [])];
  const images = ids.length * mirrors.length;
  const bytes = images * cache.entryBytes;
  await cache.makeRoom(maximumBytes, bytes);

  const [H, W] = [size.height, size.width];
  const imagesOf = async (group: readonly string[], mirror: number): Promise<Uint8Array[]> => {
    const samples = await Promise.all(group.map((id) => dataset.read(id, 'train', size)));
    const turned = samples.map(horizontalFlipped(mirror));
    return turned.map((sample) => imageOf(sample).data);
  };
  const signature = { image: { shape: [batchSize, H, W, 3], dtype: 'float32' } } as const;
  const compiled = await compile((inputs) => cut.features(inputs), signature, options.compile);
  let [done, made] = [0, 0];
  try {
    await compiled.push();
    for (let first = 0; first < ids.length; first += batchSize) {
      const group = ids.slice(first, first + batchSize);
      for (const mirror of mirrors) {
        const all = await imagesOf(group, mirror);
        done += all.length;
        const missing = all.flatMap((image, i) => (cache.read(image) ? [] : [i]));
        if (missing.length > 0) {
          if (made === 0) await assertRoom(cache.folder, (images - done) * cache.entryBytes);
          const image = new Float32Array(batchSize * H * W * 3);
          all.forEach((one, i) => image.set(normalised(one, normalisation), i * H * W * 3));
          const outputs = await compiled.run({ image });
          for (const i of missing) await cache.write(all[i], exampleOf(outputs, i, place));
          made += missing.length;
        }
        line.update(() => `features of ${done} of ${images} images`);
      }
    }
  } finally {
    await compiled.dispose();
  }
  return { images, made, bytes, seconds: (performance.now() - started) / 1000 };
}

/** What was kept, in a line. */
export const keptText = (
  { images, made, bytes, seconds }: BuiltFeatures,
  { training }: Pick<Config, 'training'>,
): string =>
  `features of ${images} images as ${training.features}, ${(bytes / 1e6).toFixed(1)} MB: ` +
  `${made} computed, ${images - made} there, ${seconds.toFixed(1)} s`;

/** Mirrors for sure, or never. */
const horizontalFlipped = (probability: number) => {
  const flip = horizontalFlip(probability);
  return (sample: Parameters<typeof flip>[0]) => flip(sample, randomStream('features', 0, 0, 0));
};

/** Example `i` of a batch of features. */
const exampleOf = (
  outputs: Readonly<Record<string, ArrayLike<number>>>,
  i: number,
  { arrays }: FeaturePlace,
): Record<string, Float32Array> =>
  Object.fromEntries(
    arrays.map(([name, length]) => {
      const whole = outputs[name] as Float32Array;
      return [name, whole.subarray(i * length, (i + 1) * length)] as const;
    }),
  );

/** @throws when the disk has less left than is to be written */
async function assertRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= bytes) return;
  throw new Error(
    `${folder}: the features take ${(bytes / 1e6).toFixed(1)} MB more, the disk has ` +
      `${((bavail * bsize) / 1e6).toFixed(1)} MB left; keep them as f16, or elsewhere by --runs`,
  );
}
