import type { Choice } from '../freezing.ts';
import { loadWeights } from '../encoders/load-weights.ts';
import type { Network } from '../network.ts';
import type { StoredTensor } from './safetensors.ts';

/**
 * Gives the chosen weights of a network, moving averages among them, the values that they have in a
 * checkpoint of another run: the trunk of one, the head of another. The rest of either is left out.
 * @param where names the checkpoint in errors
 * @returns names of the weights that were given values
 * @throws when the checkpoint lacks one of them or has another shape, with both; nothing is changed then
 * @example
 * ```ts
 * import { dilatedResidual, initialise, multiTaskModel, partsOf, storeVariables } from '@scene-mtl/core';
 * import { depth } from '@scene-mtl/vision-heads';
 * const encoder = dilatedResidual({ stem: 4, channels: [4, 4, 4], blocks: [1, 1, 1], aspp: null });
 * const [first, second] = [1, 2].map((seed) => multiTaskModel({ encoder, tasks: [depth()], size: [16, 16], seed }));
 * const stored = storeVariables(new Map(first.weights.map(({ name, variable }) => [name, variable])));
 * // The second network with the encoder of the first; its head stays as it is.
 * const given = initialise(second, partsOf(second, ['encoder']), stored, 'the first');
 * given.every((name) => name.startsWith('encoder/')); // → true
 * ```
 */
export function initialise(
  { model, weights }: Pick<Network, 'model' | 'weights'>,
  choice: Choice,
  tensors: ReadonlyMap<string, StoredTensor>,
  where: string,
): string[] {
  const chosen = new Set(weights.filter(choice).map(({ name }) => name));
  try {
    return loadWeights(model, tensors, (name) => (chosen.has(name) ? name : undefined));
  } catch (cause) {
    throw new Error(`${where}: ${(cause as Error).message}`, { cause });
  }
}
