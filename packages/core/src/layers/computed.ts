import * as tf from '@tensorflow/tfjs';
import type { LayerContext } from './forward.ts';
import { owned, type Scope } from './scope.ts';

/** What a {@link computed} layer is made of. */
export interface ComputedOptions {
  /** Shape of one example's output. */
  readonly shape: readonly number[];
  /** Start of its weights by their short names; the numbers are the layer's own. */
  readonly weights?: Readonly<Record<string, tf.Tensor>>;
  /**
   * @param inputs `[B, …]`, in their order
   * @param weights as the variables themselves, by their short names
   */
  readonly call: (
    inputs: readonly tf.Tensor[],
    weights: Readonly<Record<string, tf.Variable>>,
    context: LayerContext,
  ) => tf.Tensor;
}

/** A layer that plain TensorFlow.js does not have: a model with one is exported to ONNX alone. */
class Computed extends tf.layers.Layer {
  static readonly className = 'Computed';
  private readonly short: string[] = [];
  private readonly options: ComputedOptions;
  constructor(scope: Scope, options: ComputedOptions) {
    super({ name: scope.name });
    this.options = options;
    owned(this, scope);
    for (const [name, start] of Object.entries(options.weights ?? {})) this.hold(name, start);
  }
  /** Adds a weight and frees `start`, its numbers. */
  hold(name: string, start: tf.Tensor): tf.Variable {
    const weight = this.addWeight(
      `${this.name}/${name}`,
      start.shape,
      'float32',
      tf.initializers.zeros(),
    );
    weight.write(start);
    start.dispose();
    this.short.push(name);
    return weight.read() as tf.Variable;
  }
  override build(): void {
    this.built = true;
  }
  override computeOutputShape(): tf.Shape {
    return [null, ...this.options.shape];
  }
  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: unknown): tf.Tensor {
    const weights = this.short.map((name, i) => [name, this.weights[i].read()] as const);
    const named = Object.fromEntries(weights) as Record<string, tf.Variable>;
    const context = (kwargs ?? {}) as LayerContext;
    return tf.tidy(() => this.options.call([inputs].flat(), named, context));
  }
}

/**
 * A layer that computes what no standard one does.
 * @param inputs symbolic `[B, …]`
 * @returns symbolic `[B, …shape]`
 * @example
 * ```ts
 * import { computed } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * const x = tf.input({ shape: [3] });
 * const half = { weights: { factor: tf.scalar(0.5) }, shape: [3] };
 * const scope = { name: 'half', seed: 1, owner: 'shared' } as const;
 * const y = computed([x], scope, { ...half, call: ([of], { factor }) => tf.mul(of, factor) });
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

/** A place in a graph that holds weights, see {@link carrier}. */
export interface Carrier {
  /** The input itself. */
  readonly x: tf.SymbolicTensor;
  /** Adds a weight and frees `start`, its numbers. */
  hold(name: string, start: tf.Tensor): tf.Variable;
}

/**
 * The input itself, by a layer that holds weights of which others make their own: they belong to the network by this
 * layer, which has to lie before all that use them.
 */
export function carrier(x: tf.SymbolicTensor, scope: Scope): Carrier {
  const layer = new Computed(scope, {
    shape: x.shape.slice(1) as number[],
    call: ([input]) => tf.clone(input),
  });
  return {
    x: layer.apply(x) as tf.SymbolicTensor,
    hold: (name, start) => layer.hold(name, start),
  };
}
