import { stream, type Random } from '@scene-mtl/data';
import type * as tf from '@tensorflow/tfjs';

/**
 * Whose a parameter is: `shared` by two tasks or more, one that lies `between` the tasks' own networks
 * and couples them (a mixing coefficient), or one task's alone. A part of a network is named by its
 * owner: `shared`, `between`, or the task.
 */
export type Owner = 'shared' | 'between' | { readonly task: string };

/** `shared`, `between`, or the task's name. */
export const ownerName = (owner: Owner): string => (typeof owner === 'string' ? owner : owner.task);

/**
 * Where a layer stands: the prefix of its name, the seed of its initial weights and their owner. The
 * weights of a layer depend on the seed and on its full name only, not on the order of construction.
 */
export interface Scope {
  /** Full name, `stage2/block1`; letters, digits, `_`, `-`, `.` and `/`. */
  readonly name: string;
  readonly seed: number;
  readonly owner: Owner;
}

/**
 * The scope `name` inside `scope`.
 * @example
 * ```ts
 * import { inside } from '@scene-mtl/core';
 * inside({ name: 'stage2', seed: 1, owner: 'shared' }, 'block1').name; // → 'stage2/block1'
 * ```
 */
export const inside = (scope: Scope, name: string): Scope => ({
  ...scope,
  name: scope.name === '' ? name : `${scope.name}/${name}`,
});

const owners = new WeakMap<tf.layers.Layer, Owner>();

/**
 * States whose a layer's weights are. The layers of this package state it by their scope; a network
 * takes no layer with weights of which nobody has.
 */
export function owned<L extends tf.layers.Layer>(layer: L, { owner }: Pick<Scope, 'owner'>): L {
  owners.set(layer, owner);
  return layer;
}

/** What {@link owned} was told of a layer. */
export const statedOwner = (layer: tf.layers.Layer): Owner | undefined => owners.get(layer);

/** The stream from which the weight `name` of a scope is drawn. */
export const initialStream = (scope: Scope, name: string): Random =>
  stream(scope.seed, 'initial', `${scope.name}/${name}`);
