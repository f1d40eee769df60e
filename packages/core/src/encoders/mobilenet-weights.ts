import type * as tf from '@tensorflow/tfjs';
import { encoderPart, loadWeights } from './load-weights.ts';
import { readTfjsWeights } from './tfjs-weights.ts';

/** A weight of the stem, or of one of a block's two convolutions and their normalisations. */
const PLACE = /^(?:stem|block(\d+)\/(depth|point)wise)\/(conv|bn)\/(\w+)$/;

/**
 * Name in the published MobileNet v1 of a weight of `mobileNet`:
 * `encoder/block3/depthwise/bn/gamma` is `conv_dw_3_bn/gamma`, and so it is in every copy of the encoder that an
 * architecture has: `depth/encoder/…`, `expert2/…`. `undefined` for any other weight.
 */
export function mobileNetName(weight: string): string | undefined {
  const found = PLACE.exec(encoderPart(weight) ?? '');
  if (!found) return undefined;
  const [, block, half, kind, leaf] = found;
  const layer = block === undefined ? 'conv1' : `conv_${half === 'depth' ? 'dw' : 'pw'}_${block}`;
  return `${layer}${kind === 'bn' ? '_bn' : ''}/${leaf}`;
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
