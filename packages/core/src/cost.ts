import type { Choice } from './freezing.ts';
import type { Network } from './network.ts';

/** What a part of a network costs. */
export interface Cost {
  /** Numbers that training changes, or would if they were not frozen. */
  readonly parameters: number;
  /** Multiplications with additions of one example's forward pass, in convolutions and dense layers. */
  readonly multiplyAdds: number;
}

/**
 * Parameters and multiply-adds of some of a network's weights: each number of a kernel counts once for
 * every place of its layer's output, and for every time that the network runs the layer. Biases, normalisation,
 * activations and resizing, which cost little beside them, are left out of the multiply-adds.
 * @param choice of the weights; absent: all
 * @example
 * ```ts
 * import { costOf, dilatedResidual, multiTaskModel, partsOf } from '@scene-mtl/core';
 * import { depth } from '@scene-mtl/vision-heads';
 * const encoder = dilatedResidual({ stem: 4, channels: [4, 4, 4], blocks: [1, 1, 1], aspp: null });
 * const network = multiTaskModel({ encoder, tasks: [depth()], size: [16, 16], seed: 1 });
 * // 3·3·3·4 numbers of a kernel at 8×8 places; beside them 4 + 4 of the normalisation.
 * costOf(network, partsOf(network, ['encoder/stem'])); // → { parameters: 116, multiplyAdds: 6912 }
 * ```
 */
export function costOf({ weights }: Pick<Network, 'weights'>, choice: Choice = () => true): Cost {
  let [parameters, multiplyAdds] = [0, 0];
  for (const weight of weights.filter(choice)) {
    const { name, layer, variable, trainable } = weight;
    if (trainable) parameters += variable.size;
    if (/\/(kernel|depthwise_kernel)$/.test(name))
      multiplyAdds += variable.size * placesOf(layer) * layer.inboundNodes.length;
  }
  return { parameters, multiplyAdds };
}

/** Places of a layer's output: its sides without the batch's and the channels. */
function placesOf({ outputShape }: { readonly outputShape: unknown }): number {
  const sides = (outputShape as readonly (number | null)[]).slice(1, -1);
  return sides.reduce<number>((product, side) => product * (side ?? 1), 1);
}
