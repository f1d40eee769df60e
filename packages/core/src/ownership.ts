import type * as tf from '@tensorflow/tfjs';
import { heldBy, replacedBy } from './layers/held.ts';
import { ownerName, statedOwner, type Owner } from './layers/scope.ts';

/** One tensor of a network that outlives a step. */
export interface Weight {
  /** Stable name, `encoder/stem/conv/kernel`: the key in checkpoints. */
  readonly name: string;
  readonly owner: Owner;
  readonly variable: tf.Variable;
  /** The layer that it belongs to. */
  readonly layer: tf.layers.Layer;
  /** False for what no gradient changes, such as a moving average. */
  readonly trainable: boolean;
  /** True where training leaves it as it is: see `frozen`. */
  readonly frozen: boolean;
  /** True where other weights give its numbers: nothing trains it, and no checkpoint holds it. See `replaced`. */
  readonly computed?: true;
}

/**
 * The weights of a model in its own order, what layers hold for others last, each with the owner that was stated where it was made,
 * checked against the graph: what is `shared` or lies `between` must reach two outputs (or the only
 * one there is), what is a task's must reach that task's output and no other.
 * @param outputs by task
 * @throws naming the weight, what was stated, and what it reaches
 */
export function weightsOf(
  model: tf.LayersModel,
  outputs: ReadonlyMap<string, tf.SymbolicTensor>,
): Weight[] {
  const reached = reachedBy(outputs);
  const layers = new Map(
    model.layers.flatMap((layer) => layer.weights.map((weight) => [weight, layer] as const)),
  );
  const own = model.weights.map((weight): Weight => {
    const name = weight.originalName;
    const layer = layers.get(weight) as tf.layers.Layer;
    const owner = checkedOwner(name, layer, reached.get(layer) ?? new Set(), [...outputs.keys()]);
    const known = replacedBy(weight);
    if (known) {
      const still = { trainable: false, frozen: false, computed: true } as const;
      return { name, owner, variable: known, layer, ...still };
    }
    // `read` of a layer's weight gives the variable itself.
    const variable = weight.read() as tf.Variable;
    return { name, owner, variable, layer, trainable: weight.trainable, frozen: false };
  });
  const others = model.layers.flatMap((layer) =>
    [...heldBy(layer)].map(([short, variable]): Weight => {
      const name = `${layer.name}/${short}`;
      const owner = checkedOwner(name, layer, reached.get(layer) ?? new Set(), [...outputs.keys()]);
      return { name, owner, variable, layer, trainable: true, frozen: false };
    }),
  );
  return [...own, ...others];
}

function checkedOwner(
  name: string,
  layer: tf.layers.Layer,
  reached: ReadonlySet<string>,
  tasks: readonly string[],
): Owner {
  const owner = statedOwner(layer);
  if (owner === undefined) {
    throw new Error(
      `weight ${name}: nobody has stated whose it is; make its layer by a function that takes a ` +
        `scope, or state it by owned(layer, scope)`,
    );
  }
  const stated = ownerName(owner);
  const there = [...reached].join(', ') || 'no output';
  if (typeof owner === 'string') {
    if (reached.size >= Math.min(2, tasks.length)) return owner;
    throw new Error(
      `weight ${name}: stated as ${stated}, but it reaches ${there} only; state it as that task's`,
    );
  }
  if (!tasks.includes(stated)) {
    throw new Error(
      `weight ${name}: stated as of task ${stated}, expected one of ${tasks.join(', ')}`,
    );
  }
  if (reached.size === 1 && reached.has(stated)) return owner;
  throw new Error(
    `weight ${name}: stated as of task ${stated} alone, but it reaches ${there}; state it as shared`,
  );
}

/** The outputs that each layer has a path to. */
function reachedBy(
  outputs: ReadonlyMap<string, tf.SymbolicTensor>,
): Map<tf.layers.Layer, Set<string>> {
  const reached = new Map<tf.layers.Layer, Set<string>>();
  for (const [task, output] of outputs) {
    const seen = new Set<tf.SymbolicTensor>();
    const waiting = [output];
    for (let tensor = waiting.pop(); tensor; tensor = waiting.pop()) {
      if (seen.has(tensor)) continue;
      seen.add(tensor);
      const tasks = reached.get(tensor.sourceLayer) ?? new Set();
      reached.set(tensor.sourceLayer, tasks.add(task));
      waiting.push(...tensor.inputs);
    }
  }
  return reached;
}
