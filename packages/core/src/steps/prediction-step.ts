import * as tf from '@tensorflow/tfjs';
import type { MultiTaskModel } from '../model.ts';
import { float, type FloatSpec } from './step.ts';

/** A network's inference as a step to be compiled. */
export interface PredictionStep {
  readonly signature: { readonly image: FloatSpec };
  /** `image` `[B, H, W, 3]` → output `[B, H, W, C]` by task. */
  readonly run: (inputs: { readonly image: tf.Tensor }) => Record<string, tf.Tensor>;
}

/**
 * The network alone: `image` `[B, H, W, 3]` → one output per task, with moving averages.
 * @example
 * ```ts
 * import { dilatedResidual, multiTaskModel, predictionStep } from '@scene-mtl/core';
 * import { depth } from '@scene-mtl/vision-heads';
 * import * as tf from '@tensorflow/tfjs';
 * const encoder = dilatedResidual({ stem: 4, channels: [4, 4, 4], blocks: [1, 1, 1], aspp: null });
 * const network = multiTaskModel({ encoder, tasks: [depth()], size: [16, 16], seed: 1 });
 * const { run } = predictionStep(network, 2);
 * run({ image: tf.zeros([2, 16, 16, 3]) }).depth.shape; // → [2, 16, 16, 1]
 * ```
 */
export function predictionStep(network: MultiTaskModel, batchSize: number): PredictionStep {
  const [H, W] = network.size;
  return {
    signature: { image: float(batchSize, H, W, 3) },
    run: (inputs) => tf.tidy(() => ({ ...network.forward(inputs, { training: false }).outputs })),
  };
}
