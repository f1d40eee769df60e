import type * as tf from '@tensorflow/tfjs';
import type { Encoder, Stage, StageFeatures } from '../encoders/encoder.ts';
import type { Owner, Scope } from '../layers/scope.ts';
import type { Head } from '../network.ts';

/** Parts that architectures are put together from. */

/** The owner of what serves some tasks: the one there is, or `shared`. Of a network with one task all is shared. */
export const ownerFor = (tasks: readonly string[], all: readonly unknown[]): Owner =>
  tasks.length === 1 && all.length > 1 ? { task: tasks[0] } : 'shared';

/**
 * Scope of an encoder, or of a part of it, that serves some tasks: `encoder` where these are all, else
 * `<task>/encoder`, or `<task>.<task>/encoder` of a group.
 */
export const encoderScope = (
  tasks: readonly string[],
  all: readonly unknown[],
  seed: number,
): Scope => ({
  name: tasks.length === all.length ? 'encoder' : `${tasks.join('.')}/encoder`,
  seed,
  owner: ownerFor(tasks, all),
});

/** Adds a stage to the graph, behind `x`. */
export const stageOn = (stage: Stage, x: tf.SymbolicTensor, scope: Scope): StageFeatures => ({
  ...{ name: stage.name, stride: stage.stride, channels: stage.channels },
  features: stage.build(x, scope),
});

/**
 * Adds a head to the graph.
 * @param owner of its weights; default its task, which is right where no other task reads its output
 */
export const headOn = (
  head: Head,
  stages: readonly StageFeatures[],
  seed: number,
  owner: Owner = { task: head.name },
): tf.SymbolicTensor => head.build(stages, { name: head.name, seed, owner });

/** One value per head, by its task. */
export const perHead = <T>(
  heads: readonly Head[],
  of: (head: Head, i: number) => T,
): Record<string, T> => Object.fromEntries(heads.map((head, i) => [head.name, of(head, i)]));

/** The layers that compute one tensor of a graph from another, those without weights included. */
export function layersBetween(from: tf.SymbolicTensor, to: tf.SymbolicTensor): tf.layers.Layer[] {
  const seen = new Set<tf.SymbolicTensor>([from]);
  const layers = new Set<tf.layers.Layer>();
  const visit = (tensor: tf.SymbolicTensor): void => {
    if (seen.has(tensor)) return;
    seen.add(tensor);
    tensor.inputs.forEach(visit);
    // Inputs first, so that weights stand in the order in which the stage made them.
    layers.add(tensor.sourceLayer);
  };
  visit(to);
  return [...layers];
}

/** The trainable weights of some layers, as the variables themselves. */
export const trainableOf = (layers: readonly tf.layers.Layer[]): tf.Variable[] =>
  layers.flatMap((layer) => layer.trainableWeights.map((weight) => weight.read() as tf.Variable));

/**
 * Share of the pairs of tasks that have a stage in common.
 * @param groups how many tasks use each copy of it; tasks that use none are in no group
 * @param tasks of the network
 */
export function pairsSharing(groups: readonly number[], tasks: number): number {
  if (tasks < 2) return 1;
  return groups.reduce((sum, n) => sum + n * (n - 1), 0) / (tasks * (tasks - 1));
}

/** Σ of the trainable numbers of some stages. */
export const sumOfParameters = (stages: readonly { readonly parameters: number }[]): number =>
  stages.reduce((sum, { parameters }) => sum + parameters, 0);

/** @throws when a task is named that the network has not */
export function checkTasks(
  where: string,
  named: readonly string[],
  heads: readonly Pick<Head, 'name'>[],
): void {
  const tasks = heads.map(({ name }) => name);
  const unknown = named.find((name) => !tasks.includes(name));
  if (unknown === undefined) return;
  throw new Error(`${where}: the network has no task ${unknown}; it has ${tasks.join(', ')}`);
}

/** Place of a stage among the encoder's. @throws when it has none of that name */
export function stageIndex(where: string, encoder: Encoder, name: string): number {
  const names = encoder.stages.map((stage) => stage.name);
  const found = names.indexOf(name);
  if (found >= 0) return found;
  throw new Error(`${where}: the encoder has no stage ${name}; it has ${names.join(', ')}`);
}
