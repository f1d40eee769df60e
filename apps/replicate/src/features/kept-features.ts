import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Continuation, Network } from '@scene-mtl/core';
import type { FeaturePlace } from '@scene-mtl/datasets';
import type { CompileOptions } from '@scene-mtl/runtime';
import type { Config } from '../config/schema.ts';

/** Where features are kept, and how many; decides no number of a run. */
export interface FeatureStore {
  /** Folder of all kept features. */
  readonly folder: string;
  /** Largest size of all of them, bytes. */
  readonly maximumBytes: number;
}

/** Largest size of kept features where nothing else is said, bytes. */
const FEATURE_BYTES = 4e9;

/** Where features are kept in a folder of all runs. */
export const featureStore = (runs: string, maximumBytes = FEATURE_BYTES): FeatureStore => ({
  folder: join(runs, 'data', 'features'),
  maximumBytes,
});

/**
 * Makes sure that the same images are seen again and again, or their features could not be kept.
 * @throws naming what to set
 */
export function assertKeepable({ features, zoom, jitter, hints }: Config['training']): void {
  if (features === 'none') return;
  if (Object.keys(hints).length > 0) {
    throw new Error(
      `training.features ${features}: features are kept of the images as they are, but training.hints ` +
        `moves them; leave one of both out`,
    );
  }
  for (const [key, value, still] of [
    ['zoom', zoom, 1],
    ['jitter', jitter, 0],
  ] as const) {
    if (value === still) continue;
    throw new Error(
      `training.features ${features}: features are kept of images that come again, but training.${key} ` +
        `${value} makes others each time; set training.${key}=${still}, or training.features=none`,
    );
  }
}

/**
 * Which kept features are those of a network as its weights are now: known by the values of all weights
 * before the cut, the encoder's shape, the size of the images and the engine, whose rounding they have.
 */
export function featurePlace(options: {
  readonly network: Pick<Network, 'weights'>;
  readonly cut: Pick<Continuation, 'names' | 'inputs' | 'before'>;
  readonly config: Pick<Config, 'network' | 'size' | 'training'>;
  readonly store: FeatureStore;
  readonly engine: CompileOptions['engine'];
}): FeaturePlace {
  const { network, cut, config, store, engine = 'onnx' } = options;
  const { encoder } = config.network;
  const { features } = config.training;
  if (features === 'none') throw new Error('featurePlace: expected features that are kept');
  const { height, width } = config.size;
  return {
    folder: store.folder,
    source: {
      trunk: trunkHash(network, cut),
      encoder: JSON.stringify(
        encoder.kind === 'mobilenet' ? { ...encoder, weights: null } : encoder,
      ),
      size: `${height}×${width}`,
      engine,
    },
    type: features,
    arrays: cut.names.map((name) => [name, cut.inputs[name].reduce((a, b) => a * b, 1)] as const),
  };
}

/** SHA-256 of the weights on which features depend, moving averages included; the first 16 hex digits. */
function trunkHash(
  { weights }: Pick<Network, 'weights'>,
  { before }: Pick<Continuation, 'before'>,
): string {
  const hash = createHash('sha256');
  for (const { name, variable, layer } of weights) {
    if (!before.has(layer)) continue;
    hash.update(`${name} ${variable.shape.join('×')}\n`);
    const { buffer, byteOffset, byteLength } = variable.dataSync<'float32'>();
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex').slice(0, 16);
}
