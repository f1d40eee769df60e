import * as tf from '@tensorflow/tfjs';

/**
 * Gradients and layers that differ from TensorFlow.js' own hold inside a step alone, while
 * `compile()` captures it or an engine runs it. Outside, whatever TensorFlow.js computes is as if this
 * package had not been imported; where it has no gradient and throws, ours serves there too.
 */

type Refuses = (saved: readonly tf.Tensor[], attrs: Readonly<Record<string, unknown>>) => boolean;

const replaced = new Map<string, tf.GradConfig>();
let depth = 0;

// TensorFlow.js gives undefined for a kernel without one, whatever its types say.
const gradientOf = (name: string): tf.GradConfig | undefined => tf.getGradient(name);

/**
 * The gradient of a kernel inside steps.
 * @param refuses true where TensorFlow.js' own gradient, which saves the same tensors, throws
 */
export function gradientInSteps(config: tf.GradConfig, refuses?: Refuses): void {
  const { kernelName, gradFunc } = config;
  replaced.set(kernelName, config);
  const own = gradientOf(kernelName);
  if (!own) return tf.registerGradient(config);
  if (!refuses) return;
  tf.registerGradient({
    ...own,
    gradFunc: (dy, saved, attrs) =>
      (refuses(saved, attrs) ? gradFunc : own.gradFunc)(dy, saved, attrs),
  });
}

/** Names of the kernels whose gradient is another one inside steps. */
export const gradientsInSteps = (): string[] => [...replaced.keys()];

/** True while a step is captured or run. */
export const isInsideStep = (): boolean => depth > 0;

/** Runs a step's code. A tape keeps the gradients that it was recorded with. */
export function insideStep<T>(body: () => T): T {
  if (depth > 0) return body();
  const own = [...replaced.keys()].map((name) => [name, gradientOf(name)] as const);
  for (const config of replaced.values()) tf.registerGradient(config);
  depth++;
  try {
    return body();
  } finally {
    depth--;
    for (const [name, config] of own) {
      if (config) tf.registerGradient(config);
      else tf.unregisterGradient(name);
    }
  }
}

type LayerCall = (
  this: tf.layers.Layer,
  inputs: tf.Tensor | tf.Tensor[],
  kwargs: Readonly<Record<string, unknown>> | null,
) => tf.Tensor | tf.Tensor[];

/**
 * What the layers of a class do inside steps.
 * @param made any layer of the class, which TensorFlow.js does not export; with a name of its own, so
 * that it takes none of those that TensorFlow.js numbers
 * @param replace the layer's result, or undefined where its own `call` serves
 */
export function layerInSteps<L>(
  made: tf.layers.Layer,
  replace: (
    layer: L & tf.layers.Layer,
    x: tf.Tensor,
    kwargs: Readonly<Record<string, unknown>>,
  ) => tf.Tensor | undefined,
): void {
  let prototype = Object.getPrototypeOf(made) as { call: LayerCall };
  while (!Object.hasOwn(prototype, 'call')) {
    prototype = Object.getPrototypeOf(prototype) as { call: LayerCall };
  }
  const { call } = prototype;
  prototype.call = function (this: tf.layers.Layer, inputs, kwargs) {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    const layer = this as L & tf.layers.Layer;
    const own = isInsideStep() ? replace(layer, x, kwargs ?? {}) : undefined;
    return own ?? call.call(this, inputs, kwargs);
  };
}
