import * as tf from '@tensorflow/tfjs';
import type { Architecture, Drive, Penalty, StageSharing } from './architectures/architecture.ts';
import { hardSharing } from './architectures/hard-sharing.ts';
import { borderOf, describedBorder, evaluated, type Border } from './border.ts';
import { lastFeatures, type Encoder, type StageFeatures } from './encoders/encoder.ts';
import type { Scope } from './layers/scope.ts';
import { followForward, gathered, type Statistic } from './layers/forward.ts';
import { weightsOf, type Weight } from './ownership.ts';

/** How a forward pass runs. */
export interface ForwardOptions {
  /** True: normalisation by statistics of the batch, which the pass reports. False: moving averages. */
  readonly training: boolean;
  /** Layers that run as in inference even in training. Default: none. */
  readonly frozen?: ReadonlySet<tf.layers.Layer>;
  /**
   * Tensors in place of {@link Forward.border}, in their order: only the layers behind them run. Of a network
   * whose border has shapes.
   */
  readonly border?: readonly tf.Tensor[];
}

/** What a forward pass gives. */
export interface Forward {
  /** By task; of images `[B, H, W, C]`. */
  readonly outputs: Readonly<Record<string, tf.Tensor>>;
  /**
   * The encoder's last features, `[B, H / s, W / s, C]` of images; absent where the pass began behind them, or
   * where the tasks do not all read the same.
   */
  readonly shared?: tf.Tensor;
  /** What lies between the layers that tasks share and each task's own, `[B, …]`, where {@link Network.border} says so. */
  readonly border?: readonly tf.Tensor[];
  /** What penalties look at, by their names; absent where the pass began behind the input. */
  readonly watched?: ReadonlyMap<string, readonly tf.Tensor[]>;
  /** What the moving averages become: to be assigned once a step, by `commit`. Empty in inference. */
  readonly statistics: readonly Statistic[];
}

/** Inputs and weights to outputs, and who owns the weights. */
export interface Network {
  /** Its outputs are the heads', in their order; of standard layers, but for `computed` ones. */
  readonly model: tf.LayersModel;
  /** Names of the tasks, in the order of the model's outputs. */
  readonly heads: readonly string[];
  /** Shapes of one example's inputs, by name. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /** Every weight once, in the model's order. */
  readonly weights: readonly Weight[];
  /** Where it can be cut between what tasks share and what is one task's own. */
  readonly border: Border;
  /** What of its weights is made small along with the losses. */
  readonly penalties: readonly Penalty[];
  /** What it takes from outside with each batch of training. */
  readonly drive?: Drive;
  /** How much each stage of the encoder is shared, first stage first, by the weights as they are now. */
  sharing(): readonly StageSharing[];
  /**
   * Runs the network: a pure function of the inputs and the weights, which assigns nothing.
   * @param inputs by the model's input names; of images `image` `[B, H, W, 3]`, normalised. Others
   *   are left out
   * @throws when one is missing
   */
  forward(inputs: Readonly<Record<string, tf.Tensor>>, options: ForwardOptions): Forward;
}

/** What a training step needs of a network. */
export type Runnable = Pick<Network, 'inputs' | 'forward'> &
  Partial<Pick<Network, 'border' | 'penalties' | 'drive'>>;

/** What gives one task its output. */
export interface Head {
  /** The task's name, prefix of the head's layers. */
  readonly name: string;
  /**
   * Adds the head to a `tf.layers` graph.
   * @param stages those of the encoder; the last one's features are what all heads share
   * @param scope named after the task, which owns the head's weights
   */
  build(stages: readonly StageFeatures[], scope: Scope): tf.SymbolicTensor;
}

/** What {@link network} is built from. */
export interface NetworkOptions {
  /** Name of the input, and its shape without the batch's: `[H, W, 3]` or `[n]`. */
  readonly input: { readonly name: string; readonly shape: readonly number[] };
  readonly encoder: Encoder;
  /** In the order of the outputs; names are unique. */
  readonly heads: readonly Head[];
  /** Seed of all initial weights. */
  readonly seed: number;
  /** How the heads share the encoder; default hard sharing. */
  readonly architecture?: Architecture;
}

/** Prefix of every layer of the encoder; a head's layers begin with its task's name. */
export const ENCODER_SCOPE = 'encoder';

/** Names that mean another part of a network, or of a checkpoint. */
const TAKEN = [ENCODER_SCOPE, 'shared', 'between', 'weighting', 'weighting-state', 'optimiser'];

/**
 * An encoder, the heads of some tasks and how they share it: by hard parameter sharing (Caruana 1997, one encoder
 * for all) unless another architecture is given. Same options and seed, same bytes of every weight.
 * @throws when heads are missing or share a name, or a weight's stated owner is not who it serves, naming the
 *   architecture
 * @example
 * ```ts
 * import { countParameters, dense, inside, network, parametersOf, stagedEncoder, type Head } from '@scene-mtl/core';
 * // Two lines through 3 numbers, without an image.
 * const encoder = stagedEncoder('mlp', [
 *   { name: 'hidden', stride: 1, channels: 4, build: (x, scope) => dense(x, inside(scope, 'hidden'), { units: 4 }) },
 * ]);
 * const head = (name: string): Head => ({
 *   name,
 *   build: ([{ features }], scope) => dense(features, scope, { units: 1 }),
 * });
 * const input = { name: 'x', shape: [3] };
 * const lines = network({ input, encoder, heads: [head('left'), head('right')], seed: 1 });
 * const { shared, task } = countParameters(parametersOf(lines));
 * // 3 · 4 weights and 4 biases; twice 4 weights and a bias.
 * [shared, task]; // → [16, 10]
 * ```
 */
export function network(options: NetworkOptions): Network {
  const { input, encoder, heads, seed, architecture = hardSharing.make() } = options;
  const names = heads.map((head) => head.name);
  checkNames(names);
  const symbol = tf.input({ shape: [...input.shape], name: input.name });
  const built = architecture.build({ input: symbol, encoder, heads, seed });
  const { penalties = [], drive } = built;
  const outputs = names.map((name) => built.outputs[name]);
  const model = tf.model({ inputs: symbol, outputs, name: `${encoder.name}-multi-task` });
  const weights = checkedWeights(
    architecture,
    model,
    new Map(names.map((name, i) => [name, outputs[i]])),
  );
  model.layers.forEach(followForward);
  const read = new Set(names.map((name) => lastFeatures(built.stages[name])));
  const [only] = read;
  const border = borderOf(outputs, only);
  return {
    model,
    heads: names,
    inputs: { [input.name]: input.shape },
    weights,
    border: describedBorder(border, model.layers),
    penalties,
    ...(drive && { drive }),
    sharing: () => built.sharing(),
    forward: forwardOf(model, names, read.size === 1 ? only : undefined, border, penalties),
  };
}

/** The weights with their owners. @throws naming the architecture whose owners are not those of the graph */
function checkedWeights(
  { name }: Architecture,
  model: tf.LayersModel,
  outputs: ReadonlyMap<string, tf.SymbolicTensor>,
): Weight[] {
  try {
    return weightsOf(model, outputs);
  } catch (cause) {
    throw new Error(`${name}: ${(cause as Error).message}`, { cause });
  }
}

/** The forward pass of a model whose outputs are those of `tasks`. */
function forwardOf(
  model: tf.LayersModel,
  tasks: readonly string[],
  shared: tf.SymbolicTensor | undefined,
  border: readonly tf.SymbolicTensor[],
  penalties: readonly Penalty[],
): Network['forward'] {
  // A second view of the same layers: what is exported has the tasks' outputs only. The features and the border
  // stand last, so that the layers run in the order in which the outputs alone would run them.
  const { inputs, outputs, name, inputNames } = model;
  const watched = penalties.flatMap(({ watches = [] }) => watches);
  const seen = [...new Set([...outputs, ...(shared ? [shared] : []), ...border, ...watched])];
  const whole = tf.model({ inputs, outputs: seen, name: `${name}-whole` });
  return (given, { training, frozen, border: instead }) => {
    const fed = inputNames.map((input) => {
      const tensor = given[input];
      if (tensor) return tensor;
      const names = Object.keys(given).join(', ');
      throw new Error(`${name}: expected an input ${input}, got [${names}]`);
    });
    const { result, statistics } = gathered({ training, ...(frozen && { frozen }) }, (context) => {
      if (!instead) return whole.apply(fed, { ...context }) as tf.Tensor[];
      const fedInside = border.map((symbol, i) => [symbol, instead[i]] as const);
      const known = new Map([
        ...inputs.map((symbol, i) => [symbol, fed[i]] as const),
        ...fedInside,
      ]);
      return evaluated(outputs, known, context);
    });
    const valueOf = (symbol: tf.SymbolicTensor) => result[seen.indexOf(symbol)];
    return {
      outputs: Object.fromEntries(tasks.map((task, i) => [task, result[i]])),
      ...(!instead && shared && { shared: valueOf(shared) }),
      border: instead ?? border.map(valueOf),
      ...(!instead && {
        watched: new Map(
          penalties.map(({ name, watches = [] }) => [name, watches.map(valueOf)] as const),
        ),
      }),
      statistics,
    };
  };
}

function checkNames(names: readonly string[]): void {
  const valid = names.every((name) => /^[A-Za-z][A-Za-z0-9_-]*$/.test(name));
  if (names.length === 0 || new Set(names).size < names.length || !valid) {
    throw new Error(
      `network: expected one or more tasks with distinct names of letters, digits, _ and -, ` +
        `got [${names.join(', ')}]`,
    );
  }
  const taken = names.find((name) => TAKEN.includes(name));
  if (taken !== undefined) {
    throw new Error(`network: the name ${taken} is taken; rename that task`);
  }
}
