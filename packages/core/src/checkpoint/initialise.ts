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
