import type * as tf from '@tensorflow/tfjs';
import { encoderPart, loadWeights } from './load-weights.ts';
import { readTfjsWeights } from './tfjs-weights.ts';

/**
 * Name in the published MobileNet v1 of a weight of `mobileNet`:
 * `encoder/block3/depthwise/bn/gamma` is `conv_dw_3_bn/gamma`, and so it is in a task's own encoder,
 * `depth/encoder/…`. `undefined` for any other weight.
 */
export function mobileNetName(weight: string): string | undefined {
  const [part, ...rest] = encoderPart(weight)?.split('/') ?? [];
  if (part === undefined) return undefined;
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
