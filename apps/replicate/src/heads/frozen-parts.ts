import { ownerName, partsOf, type Network, type Weight } from '@scene-mtl/core';

type Named = Pick<Weight, 'name' | 'owner'>;

/**
 * The parts to freeze so that only some others are trained: whole owners where none of their weights is,
 * else the shortest beginnings of names that cover the rest.
 * @param trained parts, as `--freeze` names them
 * @throws when the network has no such part
 */
export function frozenParts(
  network: Pick<Network, 'weights'>,
  trained: readonly string[],
): string[] {
  const isTrained = partsOf(network, trained);
  const owners = new Map<string, Named[]>();
  for (const weight of network.weights) {
    const name = ownerName(weight.owner);
    owners.set(name, [...(owners.get(name) ?? []), weight]);
  }
  return [...owners].flatMap(([owner, weights]) =>
    weights.some(isTrained) ? covering(weights, isTrained, 1) : [owner],
  );
}

/** The shortest beginnings of so many words or more that cover the weights that are not trained. */
function covering(
  weights: readonly Named[],
  isTrained: (weight: Named) => boolean,
  words: number,
): string[] {
  const groups = new Map<string, Named[]>();
  for (const weight of weights) {
    const beginning = weight.name.split('/').slice(0, words).join('/');
    groups.set(beginning, [...(groups.get(beginning) ?? []), weight]);
  }
  return [...groups].flatMap(([beginning, inside]) => {
    if (inside.every(isTrained)) return [];
    return inside.some(isTrained) ? covering(inside, isTrained, words + 1) : [beginning];
  });
}
