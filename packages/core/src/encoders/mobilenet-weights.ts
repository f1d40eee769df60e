import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import type { StoredTensor } from '../checkpoint/safetensors.ts';
import { ENCODER_SCOPE } from '../network.ts';
import { loadWeights } from './load-weights.ts';

interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
}

interface WeightGroup {
  readonly paths: readonly string[];
  readonly weights: readonly WeightEntry[];
}

/**
 * Reads float32 tensors of a model in TensorFlow.js form (`model.json` with a `weightsManifest`,
 * and its shards), by name. A group without a wanted tensor is not opened, so that shards that
 * nothing needs may be absent.
 * @param folder the folder of `model.json`
 * @param wanted names to read; default all
 * @throws an error that names the file when one is absent or of the wrong size
 */
export async function readTfjsWeights(
  folder: string,
  wanted: (name: string) => boolean = () => true,
): Promise<Map<string, StoredTensor>> {
  const path = join(folder, 'model.json');
  const text = (await readNamed(path, 'it lists the weights')).toString();
  const model = JSON.parse(text) as { weightsManifest?: WeightGroup[] };
  if (!Array.isArray(model.weightsManifest)) {
    throw new Error(`${path}: expected a weightsManifest, as TensorFlow.js writes it`);
  }
  const tensors = new Map<string, StoredTensor>();
  for (const { paths, weights } of model.weightsManifest) {
    if (!weights.some(({ name }) => wanted(name))) continue;
    const needed = weights.filter(({ name }) => wanted(name)).map(({ name }) => name);
    const shards = await Promise.all(
      paths.map((shard) => readNamed(join(folder, shard), `it holds ${needed.join(', ')}`)),
    );
    const bytes = Buffer.concat(shards);
    let at = 0;
    for (const { name, shape, dtype } of weights) {
      if (dtype !== 'float32') throw new Error(`${path}: ${name}: expected float32, got ${dtype}`);
      const length = 4 * shape.reduce((a, b) => a * b, 1);
      if (at + length > bytes.length) {
        throw new Error(
          `${folder}: ${paths.join(', ')}: expected ${at + length} bytes up to ${name}, got ${bytes.length}`,
        );
      }
      const data = new Float32Array(new Uint8Array(bytes.subarray(at, at + length)).buffer);
      tensors.set(name, { shape, data });
      at += length;
    }
  }
  return tensors;
}

async function readNamed(file: string, why: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new Error(`${file}: cannot be read (${code}); ${why}`, { cause });
  }
}

/**
 * Name in the published MobileNet v1 of a weight of `mobileNet`:
 * `encoder/block3/depthwise/bn/gamma` is `conv_dw_3_bn/gamma`. `undefined` for any other weight.
 */
export function mobileNetName(weight: string): string | undefined {
  const [scope, part, ...rest] = weight.split('/');
  if (scope !== ENCODER_SCOPE) return undefined;
  const leaf = rest.at(-1) ?? '';
  const suffix = rest.at(-2) === 'bn' ? '_bn' : '';
  if (part === 'stem') return `conv1${suffix}/${leaf}`;
  const block = /^block(\d+)$/.exec(part)?.[1];
  if (block === undefined) return undefined;
  return `conv_${rest[0] === 'depthwise' ? 'dw' : 'pw'}_${block}${suffix}/${leaf}`;
}

/**
 * Loads ImageNet weights into a model whose encoder is `mobileNet`, from a folder in TensorFlow.js
 * form. Images then need `symmetricNormalisation`.
 * @returns names of the weights that were loaded
 */
export async function loadMobileNet(model: tf.LayersModel, folder: string): Promise<string[]> {
  const wanted = new Set(model.weights.map((w) => mobileNetName(w.originalName)));
  const tensors = await readTfjsWeights(folder, (name) => wanted.has(name));
  return loadWeights(model, tensors, mobileNetName);
}
