import type { Architecture } from './architectures/architecture.ts';
import { lastFeatures, type Encoder } from './encoders/encoder.ts';
import { isRandom } from './layers/dropout.ts';
import { network, type Head, type Network } from './network.ts';
import type { Task } from './task.ts';

/** What {@link multiTaskModel} is built from. */
export interface MultiTaskModelOptions {
  readonly encoder: Encoder;
  /** The heads, in the order of the model's outputs; names are unique. */
  readonly tasks: readonly Task[];
  /** Input size `[H, W]` in px, both divisible by the encoder's output stride. */
  readonly size: readonly [number, number];
  /** Decoder shared in form, not in weights. Default width 64, kernel 3; dropout by task, of others 0. */
  readonly decoder?: {
    readonly width?: number;
    readonly kernel?: 1 | 3;
    readonly dropout?: Readonly<Record<string, number>>;
  };
  /** Seed of all initial weights. */
  readonly seed: number;
  /** How the tasks share the encoder; default hard sharing. */
  readonly architecture?: Architecture;
}

/**
 * A network of images: an encoder, which the tasks share, with one decoder per task. Input `image` `[B, H, W, 3]`,
 * outputs `[B, H, W, Task.outputChannels]` in task order.
 */
export interface MultiTaskModel extends Network {
  readonly encoder: Encoder;
  readonly tasks: readonly Task[];
  readonly size: readonly [number, number];
}

/**
 * Builds the network of Kendall et al. 2018, figure 1: one encoder shared by all tasks, one decoder
 * per task; or another architecture of the same parts. Same options and seed, same bytes of every weight.
 * @throws when tasks are missing or share a name, the size does not fit the encoder's stride, or a head that is to
 *   drop something out has no layer that does
 * @example
 * ```ts
 * import { dilatedResidual, multiTaskModel } from '@scene-mtl/core';
 * import { depth, semantic } from '@scene-mtl/vision-heads';
 * const encoder = dilatedResidual({ stem: 4, channels: [4, 4, 4], blocks: [1, 1, 1], aspp: null });
 * const { model } = multiTaskModel({ encoder, tasks: [semantic(19), depth()], size: [32, 64], seed: 1 });
 * model.outputShape; // → [[null, 32, 64, 19], [null, 32, 64, 1]]
 * ```
 */
export function multiTaskModel(options: MultiTaskModelOptions): MultiTaskModel {
  const { encoder, tasks, size, decoder = {}, seed, architecture } = options;
  for (const side of size) {
    if (!Number.isInteger(side) || side < 1 || side % encoder.outputStride !== 0) {
      throw new Error(
        `multiTaskModel: expected a size divisible by ${encoder.name}'s output stride ` +
          `${encoder.outputStride}, got ${size[0]}×${size[1]}`,
      );
    }
  }
  const { width = 64, kernel = 3, dropout = {} } = decoder;
  const heads = tasks.map((task): Head => ({
    name: task.name,
    build: (stages, scope) =>
      task.decoder(lastFeatures(stages), size, {
        ...{ width, kernel, scope, stages },
        dropout: dropout[task.name] ?? 0,
      }),
  }));
  const input = { name: 'image', shape: [...size, 3] };
  const parts = { input, encoder, heads, seed, ...(architecture && { architecture }) };
  const made = network(parts);
  assertDropped(made, dropout);
  return { ...made, encoder, tasks, size };
}

/** @throws naming a head that is to drop something out and has no layer that does */
function assertDropped({ model, heads }: Network, rates: Readonly<Record<string, number>>): void {
  for (const name of heads) {
    const drops = model.layers.some(
      (layer) => isRandom(layer) && layer.name.startsWith(`${name}/`),
    );
    if (drops || !(rates[name] > 0)) continue;
    throw new Error(
      `multiTaskModel: dropout ${rates[name]} of ${name}: its decoder has no layer that drops anything out; ` +
        `use dropoutLayer in it, or set 0`,
    );
  }
}
