import * as tf from '@tensorflow/tfjs';
import type { StoredTensor } from './safetensors.ts';
import { dtypeOf } from './stored-types.ts';

/** Variables by the names under which they are stored. */
export type NamedVariables = ReadonlyMap<string, tf.Variable>;

/**
 * Copies the values of variables, for a checkpoint.
 * @example
 * ```ts
 * import { restoreVariables, storeVariables } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * const w = tf.variable(tf.tensor1d([1, 2]));
 * const stored = storeVariables(new Map([['w', w]]));
 * w.assign(tf.tensor1d([0, 0]));
 * restoreVariables(new Map([['w', w]]), stored, 'the copy');
 * w.arraySync(); // → [1, 2]
 * ```
 */
export function storeVariables(variables: NamedVariables): Map<string, StoredTensor> {
  const stored = new Map<string, StoredTensor>();
  for (const [name, variable] of variables) {
    const data = variable.dataSync<'float32'>().slice();
    stored.set(name, { shape: variable.shape, data });
  }
  return stored;
}

/**
 * Gives variables the values of a checkpoint.
 * @throws unless both have the same names, shapes and types; nothing is changed then
 */
export function restoreVariables(
  variables: NamedVariables,
  tensors: ReadonlyMap<string, StoredTensor>,
  where: string,
): void {
  const missing = [...variables.keys()].filter((name) => !tensors.has(name));
  const over = [...tensors.keys()].filter((name) => !variables.has(name));
  if (missing.length > 0 || over.length > 0) {
    throw new Error(
      `${where}: expected the tensors of this model; missing [${missing.join(', ')}], ` +
        `not known [${over.join(', ')}]`,
    );
  }
  for (const [name, variable] of variables) {
    const { shape, data } = tensors.get(name) as StoredTensor;
    if (dtypeOf({ data }) !== variable.dtype) {
      throw new Error(
        `${where}: tensor ${name}: expected ${variable.dtype}, got ${dtypeOf({ data })}`,
      );
    }
    if (shape.join() !== variable.shape.join()) {
      throw new Error(
        `${where}: tensor ${name}: expected shape [${variable.shape.join(', ')}], got [${shape.join(', ')}]`,
      );
    }
  }
  for (const [name, variable] of variables) {
    const { shape, data } = tensors.get(name) as StoredTensor;
    const value = tf.tensor(data as Float32Array, [...shape], variable.dtype);
    variable.assign(value);
    value.dispose();
  }
}
