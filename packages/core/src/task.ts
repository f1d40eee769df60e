import type { Sample } from '@scene-mtl/data';
import type * as tf from '@tensorflow/tfjs';
import type { StageFeatures } from './encoders/encoder.ts';
import type { Scope } from './layers/scope.ts';

/**
 * The noise model of a task's loss, which decides its form under uncertainty weighting
 * (Kendall et al. 2018, equations 5, 8 and 10).
 */
export type Likelihood = 'softmax' | 'gaussian' | 'laplace';

/** What a head is trained towards for one sample. */
export interface Target {
  /** `[…places, C]` row-major, C = `Task.targetChannels`. Class ids are whole numbers. */
  readonly value: Float32Array;
  /** `[…places]`: 1 where `value` counts, 0 where it is ignored. */
  readonly mask: Float32Array;
}

/** One metric of a task: its name, unit and the direction that is better. */
export interface MetricInfo {
  readonly name: string;
  /** Short unit for tables: `%`, `px`, `m⁻¹`. */
  readonly unit: string;
  readonly better: 'higher' | 'lower';
}

/** How a task's target is made: all of a task that a thread which makes batches needs. */
export interface TargetEncoder {
  readonly name: string;
  /** Channels of `Target.value`. */
  readonly targetChannels: number;
  /**
   * Axes over which the task has an answer, between batch and channels. Default: those of the picture,
   * `[H, W]`; `[]`: one answer for the whole example.
   * @param size of the picture, `[H, W]` px
   */
  readonly places?: (size: readonly [number, number]) => readonly number[];
  /** True when the sample carries this task's annotation. */
  has(sample: Sample): boolean;
  /** Ground truth → target and mask, at the sample's size. */
  encode(sample: Sample): Target;
}

/**
 * One head of the network: how its target is made, how it reads the shared features, its loss, and
 * how its output becomes a prediction. A task holds no state; `Prediction` is what `decode` gives.
 */
export interface Task<Prediction = unknown> extends TargetEncoder {
  readonly likelihood: Likelihood;
  /** Channels of the decoder's output. */
  readonly outputChannels: number;
  /**
   * Every metric, the primary one (for model selection and Δm) first. Their names only: what
   * computes them is joined to the task by the program that evaluates, so that heads need no metrics.
   */
  readonly metrics: readonly [MetricInfo, ...MetricInfo[]];

  /**
   * Adds this task's decoder to a `tf.layers` graph.
   * @param features shared features `[B, H/s, W/s, C]`, or of another rank for heads that take it
   * @param size output size in px `[H, W]`
   * @param options the decoder's width and scope
   * @returns symbolic output `[B, …places, outputChannels]`
   */
  decoder(
    features: tf.SymbolicTensor,
    size: readonly [number, number],
    options: DecoderOptions,
  ): tf.SymbolicTensor;
  /**
   * Mean loss over the masked places, a scalar; 0 when the mask is empty.
   * @param output `[B, …places, outputChannels]`
   * @param target `[B, …places, targetChannels]`
   * @param mask `[B, …places, 1]`
   */
  loss(output: tf.Tensor, target: tf.Tensor, mask: tf.Tensor): tf.Scalar;
  /**
   * One example's output → prediction.
   * @param output `[…places, outputChannels]` row-major
   */
  decode(output: Float32Array, height: number, width: number): Prediction;
}

/** Shape of a decoder: see `Task.decoder`. */
export interface DecoderOptions {
  /** Channels of the decoder's hidden layer (the paper: 256). */
  readonly width: number;
  /** Kernel of the hidden layer: the paper's body says 3, its appendix says 1. */
  readonly kernel: 1 | 3;
  /** Part of the numbers before the last layer that training drops out, see `dropoutLayer`. Default 0. */
  readonly dropout?: number;
  /** Prefix of the layers' names (the task's), seed and owner of their weights. */
  readonly scope: Scope;
  /** Every stage of the encoder, for a decoder that reads more than the shared features. */
  readonly stages: readonly StageFeatures[];
}
