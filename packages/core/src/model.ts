import * as tf from '@tensorflow/tfjs';
import type { Encoder } from './encoders/encoder.ts';
import { gathered, reportStatistics, type Statistic } from './layers/statistics.ts';
import type { Task } from './task.ts';

/** What {@link multiTaskModel} is built from. */
export interface MultiTaskModelOptions {
  readonly encoder: Encoder;
  /** The heads, in the order of the model's outputs; names are unique. */
  readonly tasks: readonly Task[];
  /** Input size `[H, W]` in px, both divisible by the encoder's output stride. */
  readonly size: readonly [number, number];
  /** Decoder shared in form, not in weights. Default width 64, kernel 3. */
  readonly decoder?: { readonly width?: number; readonly kernel?: 1 | 3 };
  /** Seed of all initial weights. */
  readonly seed: number;
}

/** How a forward pass runs. */
export interface ForwardOptions {
  /** True: normalisation by statistics of the batch, which the pass reports. False: moving averages. */
  readonly training: boolean;
}

/** What a forward pass gives. */
export interface Forward {
  /** `[B, H, W, C]` by task name. */
  readonly outputs: Readonly<Record<string, tf.Tensor>>;
  /** The representation that all heads read, `[B, H / s, W / s, C]`. */
  readonly shared: tf.Tensor;
  /** What the moving averages become: to be assigned once a step, by `commit`. Empty in inference. */
  readonly statistics: readonly Statistic[];
}

/** A shared encoder with one decoder per task. */
export interface MultiTaskModel {
  /** Input `image` `[B, H, W, 3]`; outputs `[B, H, W, Task.outputChannels]` in task order. */
  readonly model: tf.LayersModel;
  readonly encoder: Encoder;
  readonly tasks: readonly Task[];
  readonly size: readonly [number, number];
  /**
   * Runs the network: a pure function of the inputs and the weights, which assigns nothing.
   * @param inputs by the model's input names: `image` `[B, H, W, 3]`, normalised. Others are left out
   * @throws when one is missing
   */
  forward(inputs: Readonly<Record<string, tf.Tensor>>, options: ForwardOptions): Forward;
}

/** Prefix of every layer of the encoder; a decoder's layers begin with its task's name. */
export const ENCODER_SCOPE = 'encoder';

/**
 * Builds the network of Kendall et al. 2018, figure 1: one encoder shared by all tasks, one decoder
 * per task. Same options and seed, same bytes of every weight.
 * @throws when tasks are missing or share a name, or the size does not fit the encoder's stride
 */
export function multiTaskModel(options: MultiTaskModelOptions): MultiTaskModel {
  const { encoder, tasks, size, decoder = {}, seed } = options;
  checkTasks(tasks);
  for (const side of size) {
    if (!Number.isInteger(side) || side < 1 || side % encoder.outputStride !== 0) {
      throw new Error(
        `multiTaskModel: expected a size divisible by ${encoder.name}'s output stride ` +
          `${encoder.outputStride}, got ${size[0]}×${size[1]}`,
      );
    }
  }
  const input = tf.input({ shape: [size[0], size[1], 3], name: 'image' });
  const features = encoder.build(input, { name: ENCODER_SCOPE, seed });
  const { width = 64, kernel = 3 } = decoder;
  const outputs = tasks.map((task) =>
    task.decoder(features, size, { width, kernel, seed, name: task.name }),
  );
  const name = `${encoder.name}-multi-task`;
  const model = tf.model({ inputs: input, outputs, name });
  model.layers.forEach(reportStatistics);
  return { model, encoder, tasks, size, forward: forwardOf(model, tasks, features) };
}

/** The forward pass of a model whose outputs are those of `tasks`. */
function forwardOf(
  model: tf.LayersModel,
  tasks: readonly Task[],
  features: tf.SymbolicTensor,
): MultiTaskModel['forward'] {
  // A second view of the same layers: what is exported has the tasks' outputs only. The features
  // stand last, so that the layers run in the order in which the outputs alone would run them.
  const { inputs, outputs, name, inputNames } = model;
  const whole = tf.model({ inputs, outputs: [...outputs, features], name: `${name}-whole` });
  return (given, { training }) => {
    const fed = inputNames.map((input) => {
      const tensor = given[input];
      if (tensor) return tensor;
      throw new Error(
        `${name}: expected an input ${input}, got [${Object.keys(given).join(', ')}]`,
      );
    });
    const { result, statistics } = gathered(
      training,
      (context) => whole.apply(fed, { ...context }) as tf.Tensor[],
    );
    return {
      outputs: Object.fromEntries(tasks.map((task, i) => [task.name, result[i]])),
      shared: result[tasks.length],
      statistics,
    };
  };
}

function checkTasks(tasks: readonly Task[]): void {
  const names = tasks.map((task) => task.name);
  const valid = names.every((name) => /^[A-Za-z][A-Za-z0-9_-]*$/.test(name));
  if (names.length === 0 || new Set(names).size < names.length || !valid) {
    throw new Error(
      `multiTaskModel: expected one or more tasks with distinct names of letters, digits, _ and -, ` +
        `got [${names.join(', ')}]`,
    );
  }
  if (names.includes(ENCODER_SCOPE)) {
    throw new Error(`multiTaskModel: the name ${ENCODER_SCOPE} is taken; rename that task`);
  }
}
