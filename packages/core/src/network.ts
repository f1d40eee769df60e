import * as tf from '@tensorflow/tfjs';
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
  /** The encoder's last features, `[B, H / s, W / s, C]` of images; absent where the pass began behind them. */
  readonly shared?: tf.Tensor;
  /** What lies between the layers that tasks share and each task's own, `[B, …]`, where {@link Network.border} says so. */
  readonly border?: readonly tf.Tensor[];
  /** What the moving averages become: to be assigned once a step, by `commit`. Empty in inference. */
  readonly statistics: readonly Statistic[];
}

/** Inputs and weights to outputs, and who owns the weights. */
export interface Network {
  /** Standard layers only; its outputs are the heads', in their order. */
  readonly model: tf.LayersModel;
  /** Names of the tasks, in the order of the model's outputs. */
  readonly heads: readonly string[];
  /** Shapes of one example's inputs, by name. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /** Every weight once, in the model's order. */
  readonly weights: readonly Weight[];
  /** Where it can be cut between what tasks share and what is one task's own. */
  readonly border: Border;
  /**
   * Runs the network: a pure function of the inputs and the weights, which assigns nothing.
   * @param inputs by the model's input names; of images `image` `[B, H, W, 3]`, normalised. Others
   *   are left out
   * @throws when one is missing
   */
  forward(inputs: Readonly<Record<string, tf.Tensor>>, options: ForwardOptions): Forward;
}

/** What a training step needs of a network. */
export type Runnable = Pick<Network, 'inputs' | 'forward'> & Partial<Pick<Network, 'border'>>;

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
}

/** Prefix of every layer of the encoder; a head's layers begin with its task's name. */
export const ENCODER_SCOPE = 'encoder';

/** Names that mean another part of a network, or of a checkpoint. */
const TAKEN = [ENCODER_SCOPE, 'shared', 'between', 'weighting', 'weighting-state', 'optimiser'];

/**
 * Hard parameter sharing (Caruana 1997): one encoder for all tasks, one head per task. Same options
 * and seed, same bytes of every weight.
 * @throws when heads are missing or share a name, or a weight's stated owner is not who it serves
 * @example
 * ```ts
 * import { countParameters, dense, network, parametersOf, stagedEncoder, type Head } from '@scene-mtl/core';
 * // Two lines through 3 numbers, without an image.
 * const encoder = stagedEncoder('mlp', [
 *   { name: 'hidden', stride: 1, channels: 4, build: (x, scope) => dense(x, { ...scope, name: 'encoder/hidden' }, { units: 4 }) },
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
export function network({ input, encoder, heads, seed }: NetworkOptions): Network {
  checkNames(heads.map((head) => head.name));
  const symbol = tf.input({ shape: [...input.shape], name: input.name });
  const stages = encoder.build(symbol, { name: ENCODER_SCOPE, seed, owner: 'shared' });
  const outputs = heads.map((head) =>
    head.build(stages, { name: head.name, seed, owner: { task: head.name } }),
  );
  const names = heads.map((head) => head.name);
  const model = tf.model({ inputs: symbol, outputs, name: `${encoder.name}-multi-task` });
  const weights = weightsOf(model, new Map(names.map((name, i) => [name, outputs[i]])));
  model.layers.forEach(followForward);
  const shared = lastFeatures(stages);
  const border = borderOf(outputs, shared);
  return {
    model,
    heads: names,
    inputs: { [input.name]: input.shape },
    weights,
    border: describedBorder(border, model.layers),
    forward: forwardOf(model, names, shared, border),
  };
}

/** The forward pass of a model whose outputs are those of `tasks`. */
function forwardOf(
  model: tf.LayersModel,
  tasks: readonly string[],
  shared: tf.SymbolicTensor,
  border: readonly tf.SymbolicTensor[],
): Network['forward'] {
  // A second view of the same layers: what is exported has the tasks' outputs only. The features and the border
  // stand last, so that the layers run in the order in which the outputs alone would run them.
  const { inputs, outputs, name, inputNames } = model;
  const seen = [...new Set([...outputs, shared, ...border])];
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
      ...(!instead && { shared: valueOf(shared) }),
      border: instead ?? border.map(valueOf),
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
