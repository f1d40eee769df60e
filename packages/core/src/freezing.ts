import type * as tf from '@tensorflow/tfjs';
import { ownerName } from './layers/scope.ts';
import type { Network } from './network.ts';
import type { Weight } from './ownership.ts';

/** Chooses weights of a network, by owner, name, or both. */
export type Choice = (weight: Pick<Weight, 'name' | 'owner'>) => boolean;

/**
 * The choice of whole parts of a network: `shared`, `between`, a task, or the beginning of the
 * weights' names up to a `/` (`encoder/stem`, `depth/hidden`).
 * @throws when a part has no weight, naming those that there are
 * @example
 * ```ts
 * import { partsOf } from '@scene-mtl/core';
 * const weight = (name: string, owner: 'shared' | { task: string }) => ({ name, owner }) as never;
 * const weights = [weight('encoder/stem/kernel', 'shared'), weight('depth/output/bias', { task: 'depth' })];
 * weights.map(partsOf({ weights }, ['depth'])); // → [false, true]
 * weights.map(partsOf({ weights }, ['encoder/stem'])); // → [true, false]
 * ```
 */
export function partsOf({ weights }: Pick<Network, 'weights'>, parts: readonly string[]): Choice {
  const inPart = (part: string, { name, owner }: Pick<Weight, 'name' | 'owner'>): boolean =>
    ownerName(owner) === part || name.startsWith(`${part}/`);
  const unknown = parts.find((part) => !weights.some((weight) => inPart(part, weight)));
  if (unknown !== undefined) {
    const there = [...new Set(weights.map(({ owner }) => ownerName(owner)))].join(', ');
    throw new Error(
      `part ${unknown}: the network has none; expected one of ${there}, or the beginning of a ` +
        `weight's name, for example ${weights[0].name.split('/').slice(0, 2).join('/')}`,
    );
  }
  return (weight) => parts.some((part) => inPart(part, weight));
}

/**
 * The network with some of its weights frozen: they get no gradient, no weight decay and no place in
 * an optimiser, so that training leaves them as they are, bit by bit.
 *
 * A layer all of whose weights are frozen runs as in inference even in training: it normalises by
 * its moving averages, and these do not move (nor does it drop anything out). Otherwise the outputs
 * of a frozen part would change with every batch that passes through it. So an output is the same
 * before and after training, bit by bit, where all weights on its way are frozen. A layer of which
 * only some weights are frozen runs on as the others need it, its moving averages included.
 *
 * The model itself is the same one; freezing twice adds to what is frozen.
 * @example
 * ```ts
 * import { dilatedResidual, frozen, multiTaskModel, parametersOf, partsOf } from '@scene-mtl/core';
 * import { depth, semantic } from '@scene-mtl/vision-heads';
 * const encoder = dilatedResidual({ stem: 4, channels: [4, 4, 4], blocks: [1, 1, 1], aspp: null });
 * const network = multiTaskModel({ encoder, tasks: [semantic(19), depth()], size: [32, 64], seed: 1 });
 * // The encoder and the semantic head stay; depth is trained.
 * const { trained } = parametersOf(frozen(network, partsOf(network, ['shared', 'semantic'])));
 * trained.every(({ task }) => task === 'depth'); // → true
 * ```
 */
export function frozen<N extends Network>(network: N, choice: Choice): N {
  const weights = network.weights.map((weight) =>
    choice(weight) ? { ...weight, frozen: true } : weight,
  );
  const layers = frozenLayers({ model: network.model, weights });
  return {
    ...network,
    weights,
    forward: (inputs, options) =>
      network.forward(inputs, {
        ...options,
        frozen: new Set([...layers, ...(options.frozen ?? [])]),
      }),
  };
}

/**
 * Layers that run as in inference: those all of whose weights are frozen, and those without weights
 * (a dropout) that stand in a scope all of whose weights are, by the layers' names.
 */
export function frozenLayers({
  model,
  weights,
}: Pick<Network, 'model' | 'weights'>): Set<tf.layers.Layer> {
  const layers = new Set<tf.layers.Layer>(weights.map(({ layer }) => layer));
  for (const { layer, frozen: still } of weights) if (!still) layers.delete(layer);
  if (layers.size === 0) return layers;
  for (const layer of model.layers) {
    const scope = layer.name.slice(0, layer.name.lastIndexOf('/') + 1);
    if (layer.weights.length > 0 || scope === '') continue;
    const own = weights.filter(({ name }) => name.startsWith(scope));
    if (own.length > 0 && own.every(({ frozen: still }) => still)) layers.add(layer);
  }
  return layers;
}
