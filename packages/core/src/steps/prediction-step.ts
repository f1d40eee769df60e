import * as tf from '@tensorflow/tfjs';
import type { MultiTaskModel } from '../model.ts';
import { float, type FloatSpec } from './step.ts';

/** A network's inference as a step to be compiled. */
export interface PredictionStep {
  readonly signature: { readonly image: FloatSpec };
  /** `image` `[B, H, W, 3]` → output `[B, H, W, C]` by task. */
  readonly run: (inputs: { readonly image: tf.Tensor }) => Record<string, tf.Tensor>;
}

/** The network alone: `image` `[B, H, W, 3]` → one output per task, with moving averages. */
export function predictionStep(network: MultiTaskModel, batchSize: number): PredictionStep {
  const [H, W] = network.size;
  return {
    signature: { image: float(batchSize, H, W, 3) },
    run: (inputs) => tf.tidy(() => ({ ...network.forward(inputs, { training: false }).outputs })),
  };
}
