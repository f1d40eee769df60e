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
 * weights of a layer depend on the seed and on its full name only (or on another one, under which they are drawn),
 * not on the order of construction.
 */
export interface Scope {
  /** Full name, `stage2/block1`; letters, digits, `_`, `-`, `.` and `/`. */
  readonly name: string;
  readonly seed: number;
  readonly owner: Owner;
  /** Name under which initial weights are drawn; scopes of one begin alike. Default: its own. */
  readonly drawnAs?: string;
}

const joined = (outer: string, name: string): string => (outer === '' ? name : `${outer}/${name}`);

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
  name: joined(scope.name, name),
  ...(scope.drawnAs !== undefined && { drawnAs: joined(scope.drawnAs, name) }),
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

const coefficients = new WeakSet<tf.layers.Layer>();

/** States that a layer's weights are coefficients of a sum, no filters: weight decay leaves them alone. */
export function undecayed<L extends tf.layers.Layer>(layer: L): L {
  coefficients.add(layer);
  return layer;
}

/** What {@link undecayed} was told of a layer. */
export const isUndecayed = (layer: tf.layers.Layer): boolean => coefficients.has(layer);

/** The stream from which the weight `name` of a scope is drawn. */
export const initialStream = (scope: Scope, name: string): Random =>
  stream(scope.seed, 'initial', `${scope.drawnAs ?? scope.name}/${name}`);
