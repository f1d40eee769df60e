import type * as tf from '@tensorflow/tfjs';
import type { Scope } from '../layers/scope.ts';

/** The shared part of a multi-task network: image in, features out. Holds no weights itself. */
export interface Encoder {
  readonly name: string;
  /** Input px per feature cell. The input's sides must be divisible by it. */
  readonly outputStride: number;
  /** Channels of the features. */
  readonly channels: number;
  /**
   * Adds the encoder to a `tf.layers` graph.
   * @param image symbolic normalised image `[B, H, W, 3]`
   * @param scope prefix of the layers' names, and the seed of their weights
   * @returns features `[B, H / outputStride, W / outputStride, channels]`
   */
  build(image: tf.SymbolicTensor, scope: Scope): tf.SymbolicTensor;
}
