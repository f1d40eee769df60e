import * as tf from '@tensorflow/tfjs';
import type { LayerContext } from './forward.ts';
import { owned, type Scope } from './scope.ts';

/** What a {@link computed} layer is made of. */
export interface ComputedOptions {
  /** Shape of one example's output. */
  readonly shape: readonly number[];
  /**
   * Its output, `[B, …shape]`.
   * @param inputs `[B, …]`, in their order
   */
  call(inputs: readonly tf.Tensor[], context: LayerContext): tf.Tensor;
}

/** A layer that plain TensorFlow.js does not have: a model with one is exported to ONNX alone. */
class Computed extends tf.layers.Layer {
  static readonly className = 'Computed';
  private readonly options: ComputedOptions;
  constructor(scope: Scope, options: ComputedOptions) {
    super({ name: scope.name });
    this.options = options;
    owned(this, scope);
  }
  override computeOutputShape(): tf.Shape {
    return [null, ...this.options.shape];
  }
  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: unknown): tf.Tensor {
    return tf.tidy(() => this.options.call([inputs].flat(), (kwargs ?? {}) as LayerContext));
  }
}

/**
 * A layer that computes what no standard one does; it may `hold` weights.
 * @param inputs symbolic `[B, …]`
 * @returns symbolic `[B, …shape]`
 * @example
 * ```ts
 * import { computed } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * const x = tf.input({ shape: [3] });
 * const scope = { name: 'half', seed: 1, owner: 'shared' } as const;
 * const y = computed([x], scope, { shape: [3], call: ([of]) => tf.div(of, 2) });
 * (tf.model({ inputs: x, outputs: y }).predict(tf.tensor([[2, 4, 6]])) as tf.Tensor).arraySync(); // → [[1, 2, 3]]
 * ```
 */
export function computed(
  inputs: readonly tf.SymbolicTensor[],
  scope: Scope,
  options: ComputedOptions,
): tf.SymbolicTensor {
  const layer = new Computed(scope, options);
  return layer.apply(inputs.length === 1 ? inputs[0] : [...inputs]) as tf.SymbolicTensor;
}

/** Names of the layers of a model that only this package has. */
export const computedLayers = ({ layers }: Pick<tf.LayersModel, 'layers'>): string[] =>
  layers.filter((layer) => layer instanceof Computed).map(({ name }) => name);
