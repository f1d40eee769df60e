import type * as tf from '@tensorflow/tfjs';
import type { LayerWeight } from '../layers/held.ts';
import { layersBetween } from './parts.ts';

/**
 * The kernels of the same layers of several networks, layer by layer: of convolutions, depthwise ones and dense layers.
 * @param built from where to where each network's layers stand, with the prefix of their names
 * @returns for each layer its name without the prefix, and its kernel of each network, in their order
 */
export function sameKernels(
  built: readonly {
    readonly from: tf.SymbolicTensor;
    readonly to: tf.SymbolicTensor;
    readonly prefix: string;
  }[],
): { readonly name: string; readonly kernels: readonly LayerWeight[] }[] {
  const each = built.map(({ from, to, prefix }) =>
    layersBetween(from, to)
      .flatMap((layer) => layer.weights)
      .filter(({ originalName }) => /\/(kernel|depthwise_kernel)$/.test(originalName))
      .map((kernel) => ({ kernel, name: kernel.originalName.slice(prefix.length + 1) })),
  );
  return each[0].map(({ name }, i) => ({ name, kernels: each.map((of) => of[i].kernel) }));
}
