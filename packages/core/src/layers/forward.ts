import * as tf from '@tensorflow/tfjs';

/** What a layer's moving statistic becomes when the step that ran the layer is over. */
export interface Statistic {
  readonly variable: tf.Variable;
  /** The new value, of the variable's shape. */
  readonly value: tf.Tensor;
}

/**
 * What a network's forward pass hands to each of its layers, as TensorFlow.js hands `training`.
 * A layer that keeps moving statistics gives them to `report` where there is one, and assigns
 * nothing; without one (a plain `model.apply`) it assigns, as TensorFlow.js' own layers do.
 */
export interface LayerContext {
  readonly training?: boolean;
  /** Takes a moving statistic; absent: the layer assigns it itself. */
  readonly report?: (statistic: Statistic) => void;
  /** Layers that run as in inference even in training. */
  readonly frozen?: ReadonlySet<tf.layers.Layer>;
}

/**
 * Runs a model and gathers what its layers report.
 * @param run calls `apply` of the model with the context
 */
export function gathered<T>(
  options: Pick<LayerContext, 'training' | 'frozen'>,
  run: (context: LayerContext) => T,
): { result: T; statistics: Statistic[] } {
  const kept: Statistic[] = [];
  // A model's `apply` frees all but its outputs when it ends.
  const report = ({ variable, value }: Statistic) =>
    void kept.push({ variable, value: tf.keep(value) });
  const result = run({ ...options, report });
  const statistics = kept.map(({ variable, value }) => ({ variable, value: tf.clone(value) }));
  tf.dispose(kept.map(({ value }) => value));
  return { result, statistics };
}

/**
 * Assigns the moving statistics of a step's forward passes, once. A variable that several passes
 * (or several calls of one layer) report gets the mean of their values, which does not depend on
 * their order. The values stay the caller's to dispose.
 * @example
 * ```ts
 * import { commit } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * const variable = tf.variable(tf.scalar(0), false);
 * // Two passes of one step.
 * commit([{ variable, value: tf.scalar(1) }, { variable, value: tf.scalar(3) }]);
 * variable.arraySync(); // → 2
 * ```
 */
export function commit(statistics: readonly Statistic[]): void {
  const reported = new Map<tf.Variable, tf.Tensor[]>();
  for (const { variable, value } of statistics) {
    const values = reported.get(variable);
    if (values) values.push(value);
    else reported.set(variable, [value]);
  }
  for (const [variable, values] of reported) {
    tf.tidy(() => variable.assign(values.length === 1 ? values[0] : meanOf(values)));
  }
}

const meanOf = (values: readonly tf.Tensor[]): tf.Tensor =>
  tf.div(
    values.reduce((a, b) => tf.add(a, b)),
    values.length,
  );

/**
 * Makes a layer of any kind follow the context of a network's forward pass: frozen it runs as in
 * inference, and what a layer that knows of no `report` (TensorFlow.js' own batch normalisation)
 * assigns while it runs is reported, and its variables hold their old values again when it is done.
 * Without a context the layer does what it always did.
 */
export function followForward(layer: tf.layers.Layer): void {
  const call = layer.call.bind(layer);
  layer.call = (inputs, kwargs) => {
    const { report, frozen } = (kwargs ?? {}) as LayerContext;
    if (frozen?.has(layer)) return call(inputs, { ...kwargs, training: false });
    const variables = report
      ? layer.nonTrainableWeights.map((weight) => weight.read() as tf.Variable)
      : [];
    const before = variables.map((variable) => tf.clone(variable));
    const outputs = call(inputs, kwargs);
    for (const [i, variable] of variables.entries()) {
      if (variable.dataId !== before[i].dataId) {
        report?.({ variable, value: tf.clone(variable) });
        variable.assign(before[i]);
      }
    }
    tf.dispose(before);
    return outputs;
  };
}
