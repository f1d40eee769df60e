import * as tf from '@tensorflow/tfjs';
import type { Encoder } from './encoders/encoder.ts';
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

/** A shared encoder with one decoder per task. */
export interface MultiTaskModel {
  /** Input `image` `[B, H, W, 3]`; outputs `[B, H, W, Task.outputChannels]` in task order. */
  readonly model: tf.LayersModel;
  readonly encoder: Encoder;
  readonly tasks: readonly Task[];
  readonly size: readonly [number, number];
  /**
   * Runs the network.
   * @param image `[B, H, W, 3]`, normalised
   * @param training true: batch statistics, and the moving averages are updated
   * @returns output `[B, H, W, C]` by task name
   */
  forward(image: tf.Tensor4D, training: boolean): Record<string, tf.Tensor4D>;
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
  const model = tf.model({ inputs: input, outputs, name: `${encoder.name}-multi-task` });
  return {
    model,
    encoder,
    tasks,
    size,
    forward(image, training) {
      const result = model.apply(image, { training }) as tf.Tensor4D | tf.Tensor4D[];
      const list = Array.isArray(result) ? result : [result];
      return Object.fromEntries(tasks.map((task, i) => [task.name, list[i]]));
    },
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
