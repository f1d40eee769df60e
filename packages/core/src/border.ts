import type * as tf from '@tensorflow/tfjs';
import type { LayerContext } from './layers/forward.ts';

/**
 * Where a network can be cut between what its outputs share and what is one output's alone: shapes of one
 * example's tensors there, in their order; or why there is no such place.
 */
export type Border =
  { readonly shapes: readonly (readonly number[])[] } | { readonly missing: string };

/**
 * The tensors on the border: those that two outputs or more depend on, and that a layer of one output alone
 * (or an output itself) reads. What goes into the network is none of them.
 * @param only where there is one output: what its head reads
 */
export function borderOf(
  outputs: readonly tf.SymbolicTensor[],
  only: tf.SymbolicTensor,
): tf.SymbolicTensor[] {
  if (outputs.length === 1) return [only];
  const reached = new Map<tf.SymbolicTensor, Set<tf.SymbolicTensor>>();
  for (const output of outputs) {
    const waiting = [output];
    for (let tensor = waiting.pop(); tensor; tensor = waiting.pop()) {
      const by = reached.get(tensor) ?? new Set();
      if (by.has(output)) continue;
      reached.set(tensor, by.add(output));
      waiting.push(...tensor.inputs);
    }
  }
  const isShared = (tensor: tf.SymbolicTensor) => (reached.get(tensor)?.size ?? 0) > 1;
  const read = [...reached.keys()].flatMap((tensor) => (isShared(tensor) ? [] : tensor.inputs));
  return [...new Set([...read, ...outputs])].filter(
    (tensor) => isShared(tensor) && tensor.inputs.length > 0,
  );
}

/** What may be said of a network's border before it runs. */
export function describedBorder(
  border: readonly tf.SymbolicTensor[],
  layers: readonly tf.layers.Layer[],
): Border {
  const masking = layers.find(
    (layer) => layer.getClassName() === 'Masking' || (layer as { maskZero?: boolean }).maskZero,
  );
  if (masking) {
    return { missing: `the layer ${masking.name} masks steps for the layers after it` };
  }
  if (border.length === 0) {
    return { missing: 'its outputs have nothing but the input in common' };
  }
  return { shapes: border.map(({ shape }) => shape.slice(1) as number[]) };
}

/**
 * Runs the layers between some tensors of a model and its outputs.
 * @param given values of tensors of the model, all that the outputs depend on
 */
export function evaluated(
  outputs: readonly tf.SymbolicTensor[],
  given: ReadonlyMap<tf.SymbolicTensor, tf.Tensor>,
  context: LayerContext,
): tf.Tensor[] {
  const known = new Map(given);
  const valueOf = (symbol: tf.SymbolicTensor): tf.Tensor => {
    const value = known.get(symbol);
    if (value) return value;
    const inputs = symbol.inputs.map(valueOf);
    const { sourceLayer, nodeIndex } = symbol;
    const made = sourceLayer.apply(inputs.length === 1 ? inputs[0] : inputs, { ...context });
    const { outputTensors } = sourceLayer.inboundNodes[nodeIndex];
    for (const [i, one] of [made].flat().entries()) known.set(outputTensors[i], one as tf.Tensor);
    return known.get(symbol) as tf.Tensor;
  };
  return outputs.map(valueOf);
}
