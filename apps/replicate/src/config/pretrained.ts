import { createHash } from 'node:crypto';
import { loadMobileNet, readTfjsWeights, type MultiTaskModel } from '@scene-mtl/core';
import type { Config } from './schema.ts';

type Encoder = Config['network']['encoder'];
type MobileNet = Extract<Encoder, { kind: 'mobilenet' }>;

/**
 * Identity of ImageNet weights: the first 16 hex digits of the SHA-256 of the tensors that the first
 * `blocks` blocks of MobileNet v1 take, by name, in the order of the names. Files that are not read
 * may be absent, and their order and grouping do not matter.
 * @param folder of `model.json`
 * @throws naming the file that cannot be read, and what to do
 */
export async function weightsChecksum(folder: string, blocks: number): Promise<string> {
  const tensors = await remedied(blocks, () =>
    readTfjsWeights(folder, (name) => taken(name, blocks)),
  );
  const hash = createHash('sha256');
  for (const [name, { data }] of [...tensors].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (taken(name, blocks)) hash.update(name).update(data);
  }
  return hash.digest('hex').slice(0, 16);
}

/** Whether a published tensor belongs to the stem or to one of the first `blocks` blocks. */
function taken(name: string, blocks: number): boolean {
  const block = /^conv_(?:dw|pw)_(\d+)(?:_bn)?\//.exec(name)?.[1];
  return block === undefined ? /^conv1(_bn)?\//.test(name) : Number(block) <= blocks;
}

/**
 * A configuration whose encoder begins with the weights in a folder. A folder that cannot be read is
 * an error only where the configuration does not say yet which weights these are: a run that goes on
 * from a checkpoint needs none.
 */
export async function withPretrained(config: Config, folder: string): Promise<Config> {
  const { encoder } = config.network;
  if (encoder.kind !== 'mobilenet') {
    throw new Error(
      `--pretrained ${folder}: these are of MobileNet v1, the encoder is ${encoder.kind}; ` +
        `use --profile camvid, or another configuration with network.encoder.kind = mobilenet`,
    );
  }
  let checksum: string;
  try {
    checksum = await weightsChecksum(folder, encoder.blocks);
  } catch (error) {
    if (encoder.weights === null) throw error;
    checksum = encoder.weights.checksum;
  }
  return withEncoder(config, { ...encoder, weights: { checksum, folder } });
}

/** What decides a run's numbers does not include where its weights lie. */
export function withoutWeightsFolder<C extends Pick<Config, 'network'>>(config: C): C {
  const { encoder, init } = config.network;
  const placeless = {
    ...config,
    network: { ...config.network, init: init.map((from) => ({ ...from, folder: null })) },
  };
  if (encoder.kind !== 'mobilenet' || encoder.weights === null) return placeless;
  return withEncoder(placeless, { ...encoder, weights: { ...encoder.weights, folder: null } });
}

/**
 * Gives the encoder of a fresh network the weights that its configuration names, if it names any.
 * @throws when they are not there, not whole, or not those of the configuration
 */
export async function loadPretrained(
  { model }: Pick<MultiTaskModel, 'model'>,
  { network: { encoder } }: Pick<Config, 'network'>,
): Promise<void> {
  if (encoder.kind !== 'mobilenet' || encoder.weights === null) return;
  const { checksum, folder } = encoder.weights;
  if (folder === null) {
    throw new Error(
      `this run begins with ImageNet weights of MobileNet v1 (checksum ${checksum}): give their ` +
        `folder by --pretrained DIR, or set network.encoder.weights=null to train from scratch`,
    );
  }
  const found = await weightsChecksum(folder, encoder.blocks);
  if (found !== checksum) {
    throw new Error(
      `${folder}: expected the weights with checksum ${checksum}, got ${found}; give --pretrained ` +
        `the folder with which the run was defined`,
    );
  }
  await remedied(encoder.blocks, () => loadMobileNet(model, folder));
}

function withEncoder<C extends Pick<Config, 'network'>>(config: C, encoder: MobileNet): C {
  return { ...config, network: { ...config.network, encoder } };
}

async function remedied<T>(blocks: number, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw new Error(
      `${(cause as Error).message}; --pretrained expects MobileNet v1 as TensorFlow.js stores it ` +
        `(model.json and its shards) with the first ${blocks} blocks whole, or build fewer by ` +
        `--set network.encoder.blocks=…`,
      { cause },
    );
  }
}
