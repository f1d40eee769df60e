import * as tf from '@tensorflow/tfjs';
import type { StoredTensor } from '../checkpoint/safetensors.ts';
import { dtypeOf } from '../checkpoint/stored-types.ts';

/**
 * Gives the weights of a model the values of stored tensors.
 * @param nameOf stored name of one of the model's weights (`encoder/stem/conv/kernel`), or
 *   `undefined` for a weight that is to keep its value
 * @param convert brings a stored tensor into the weight's layout
 * @returns names of the weights that were loaded
 * @throws when no weight has a stored name, or a stored tensor is missing, no float32, or has another shape; nothing
 *   is changed then
 */
export function loadWeights(
  model: tf.LayersModel,
  tensors: ReadonlyMap<string, StoredTensor>,
  nameOf: (weight: string) => string | undefined,
  convert: (stored: StoredTensor) => StoredTensor = (stored) => stored,
): string[] {
  return tf.tidy(() => {
    const loaded = model.weights.flatMap((weight) => {
      const name = weight.originalName;
      const stored = nameOf(name);
      if (stored === undefined) return [];
      const tensor = tensors.get(stored);
      if (!tensor) {
        throw new Error(`loading ${name}: expected a stored tensor ${stored}, there is none`);
      }
      if (dtypeOf(tensor) !== 'float32') {
        throw new Error(`loading ${name} from ${stored}: expected float32, got ${dtypeOf(tensor)}`);
      }
      const { shape, data } = convert(tensor);
      if (shape.join() !== weight.shape.join()) {
        throw new Error(
          `loading ${name} from ${stored}: expected shape [${weight.shape.join(', ')}], ` +
            `got [${shape.join(', ')}]`,
        );
      }
      return [{ name, weight, value: tf.tensor(data as Float32Array, [...shape]) }];
    });
    if (loaded.length === 0) {
      throw new Error(
        `loading weights: none of the ${model.weights.length} weights of the network has a name in the stored ones ` +
          `(first: ${model.weights[0]?.originalName ?? 'it has none'}); is its encoder of their kind?`,
      );
    }
    for (const { weight, value } of loaded) weight.write(value);
    return loaded.map(({ name }) => name);
  });
}

/**
 * Where an encoder's weights may stand: in the one of all tasks or of a task (`encoder/`, `depth/encoder/`), in an expert
 * (`expert2/`, `depth/expert1/`), in a node of a tree that is still to be found (`node3/`).
 */
const COPY = /^(?:[^/]+\/)?(?:encoder|expert\d+|node\d+)\/(.*)$/;

/** What stands behind the name of a copy of the encoder in a weight's name; undefined elsewhere. */
export const encoderPart = (weight: string): string | undefined => COPY.exec(weight)?.[1];
