import * as tf from '@tensorflow/tfjs';
import { evaluated } from './border.ts';
import { isRandom } from './layers/dropout.ts';
import { gathered } from './layers/forward.ts';
import { heldBy } from './layers/held.ts';
import { frozenLayers } from './freezing.ts';
import type { Network, Runnable } from './network.ts';

/** A network cut where training begins to change it: see {@link continuation}. */
export interface Continuation extends Runnable {
  /** Names of the inputs, in a fixed order; shapes are in `inputs`. */
  readonly names: readonly string[];
  /** Layers on whose weights the inputs depend, in the model's order. */
  readonly before: ReadonlySet<tf.layers.Layer>;
  /**
   * The inputs from the network's own: what is worth keeping.
   * @param inputs those of the network
   * @returns by name, `[B, …]`
   */
  features(inputs: Readonly<Record<string, tf.Tensor>>): Record<string, tf.Tensor>;
}

/**
 * The rest of a partly frozen network: from the last tensors that training cannot change (of a frozen
 * trunk its features) to the outputs of some tasks, on the same variables. So a head is trained on
 * features that were computed once, and the whole network has what it learned.
 *
 * An input is `features/<layer>`. Where the cut lies follows from what is frozen: with the trunk's last
 * stage trained too, before that one. Layers that only enlarge what they get (an upsampling at the begin
 * of a head) come after the cut, since what they read is smaller.
 * @param network what `frozen` gave
 * @param tasks whose outputs are wanted
 * @throws naming a task that the network has not, or whose output training cannot change, or a penalty that looks at
 *   features
 * @example
 * ```ts
 * import { continuation, dilatedResidual, frozen, multiTaskModel, partsOf } from '@scene-mtl/core';
 * import { depth, semantic } from '@scene-mtl/vision-heads';
 * const encoder = dilatedResidual({ stem: 4, channels: [4, 4, 8], blocks: [1, 1, 1], aspp: null });
 * const whole = multiTaskModel({ encoder, tasks: [semantic(19), depth()], size: [32, 64], seed: 1 });
 * const fixed = frozen(whole, partsOf(whole, ['shared', 'semantic']));
 * Object.values(continuation(fixed, ['depth']).inputs); // → [[4, 8, 8]]
 * ```
 */
export function continuation(network: Network, tasks: readonly string[]): Continuation {
  const { model } = network;
  const layers = frozenLayers(network);
  const { penalties, drive } = network;
  const watching = penalties.find(({ watches = [] }) => watches.length > 0);
  if (watching) {
    throw new Error(
      `continuation: the penalty ${watching.name} looks at what lies before the cut; train through the whole network`,
    );
  }
  const outputs = tasks.map((task) => outputOf(network, task));
  const still = stillness(layers);
  for (const [i, output] of outputs.entries()) {
    if (!still(output)) continue;
    throw new Error(
      `continuation: nothing that the output of ${tasks[i]} depends on is trained; freeze less`,
    );
  }
  const cut = cutBefore(outputs, still);
  const named = new Map(cut.map((symbol) => [`features/${symbol.sourceLayer.name}`, symbol]));
  const names = [...named.keys()];
  const trunk = tf.model({ inputs: model.inputs, outputs: cut, name: `${model.name}-features` });
  const ahead = new Set(trunk.layers);
  return {
    names,
    before: ahead,
    penalties,
    ...(drive && { drive }),
    inputs: Object.fromEntries(
      [...named].map(([name, { shape }]) => [name, shape.slice(1) as number[]]),
    ),
    features(inputs) {
      const fed = model.inputNames.map((name) => inputs[name]);
      const made = trunk.apply(fed, { training: false }) as tf.Tensor | tf.Tensor[];
      const all = Array.isArray(made) ? made : [made];
      return Object.fromEntries(names.map((name, i) => [name, all[i]]));
    },
    forward(given, { training, frozen }) {
      const fed = new Map([...named].map(([name, symbol]) => [symbol, fedBy(given, name)]));
      const context = { training, frozen: new Set([...layers, ...(frozen ?? [])]) };
      const { result, statistics } = gathered(context, (kwargs) =>
        tf.tidy(() => evaluated(outputs, fed, kwargs)),
      );
      return {
        outputs: Object.fromEntries(tasks.map((task, i) => [task, result[i]])),
        shared: fedBy(given, names[0]),
        statistics,
      };
    },
  };
}

/**
 * The tasks whose outputs training cannot change: all that lies on their way is frozen.
 * @example
 * ```ts
 * import { dilatedResidual, frozen, multiTaskModel, partsOf, untouchedTasks } from '@scene-mtl/core';
 * import { depth, semantic } from '@scene-mtl/vision-heads';
 * const encoder = dilatedResidual({ stem: 4, channels: [4, 4, 4], blocks: [1, 1, 1], aspp: null });
 * const whole = multiTaskModel({ encoder, tasks: [semantic(19), depth()], size: [16, 16], seed: 1 });
 * untouchedTasks(frozen(whole, partsOf(whole, ['shared', 'semantic']))); // → ['semantic']
 * untouchedTasks(frozen(whole, partsOf(whole, ['semantic']))); // → []
 * ```
 */
export function untouchedTasks(network: Network): string[] {
  const still = stillness(frozenLayers(network));
  return network.heads.filter((task) => still(outputOf(network, task)));
}

function outputOf({ model, heads }: Network, task: string): tf.SymbolicTensor {
  const i = heads.indexOf(task);
  if (i >= 0) return model.outputs[i];
  throw new Error(`continuation: the network has no task ${task}; it has ${heads.join(', ')}`);
}

function fedBy(given: Readonly<Record<string, tf.Tensor>>, name: string): tf.Tensor {
  const tensor = given[name];
  if (tensor) return tensor;
  throw new Error(
    `continuation: expected an input ${name}, got [${Object.keys(given).join(', ')}]`,
  );
}

/** Whether a tensor of a graph is one that training cannot change. */
function stillness(frozen: ReadonlySet<tf.layers.Layer>): (symbol: tf.SymbolicTensor) => boolean {
  const known = new Map<tf.SymbolicTensor, boolean>();
  const still = (symbol: tf.SymbolicTensor): boolean => {
    let answer = known.get(symbol);
    if (answer === undefined) {
      const { sourceLayer: layer, inputs } = symbol;
      const holds = layer.weights.length + heldBy(layer).size > 0;
      const isFixed = frozen.has(layer) || (!holds && !isRandom(layer));
      answer = isFixed && inputs.every(still);
      known.set(symbol, answer);
    }
    return answer;
  };
  return still;
}

/** The still tensors that others are computed from, each once, in the order in which they are met. */
function cutBefore(
  outputs: readonly tf.SymbolicTensor[],
  still: (symbol: tf.SymbolicTensor) => boolean,
): tf.SymbolicTensor[] {
  const found = new Set<tf.SymbolicTensor>();
  const seen = new Set<tf.SymbolicTensor>();
  const visit = (symbol: tf.SymbolicTensor): void => {
    if (seen.has(symbol)) return;
    seen.add(symbol);
    if (still(symbol)) found.add(smallest(symbol));
    else symbol.inputs.forEach(visit);
  };
  outputs.forEach(visit);
  return [...found];
}

const sizeOf = ({ shape }: tf.SymbolicTensor): number =>
  shape.slice(1).reduce<number>((product, side) => product * (side ?? 1), 1);

/** What a tensor is an enlargement of, itself where it is none. */
function smallest(symbol: tf.SymbolicTensor): tf.SymbolicTensor {
  const { sourceLayer: layer, inputs } = symbol;
  const [input] = inputs;
  const enlarges =
    layer.weights.length === 0 && inputs.length === 1 && sizeOf(input) < sizeOf(symbol);
  return enlarges ? smallest(input) : symbol;
}
