import type * as tf from '@tensorflow/tfjs';
import type { Encoder, StageFeatures } from '../encoders/encoder.ts';
import type { Head } from '../network.ts';

/** What an {@link Architecture} is built into: the parts of one network. */
export interface ArchitecturePlace {
  /** The network's input, `[B, H, W, 3]` of images or `[B, n]`. */
  readonly input: tf.SymbolicTensor;
  /** Its stages may be built once, once per task, or anything between; each time in a scope of another name. */
  readonly encoder: Encoder;
  /** In the order of the network's outputs; names are distinct. */
  readonly heads: readonly Head[];
  /** Of all initial weights. */
  readonly seed: number;
}

/**
 * Something of the weights that is made small along with the losses: a distance, a norm. A step adds its gradient to
 * that of the losses, after these were balanced, as it does with weight decay: no balancer weighs it.
 */
export interface Penalty {
  /** In logs `penalty/<name>`; unlike any other of the architecture. */
  readonly name: string;
  /** Tensors of the graph that it looks at besides weights; default none. */
  readonly watches?: readonly tf.SymbolicTensor[];
  /**
   * λ Ω of the weights as they are now, differentiable by them; runs inside the step.
   * @param watched what `watches` are of the main stream's batch, in their order
   */
  value(watched: readonly tf.Tensor[]): tf.Scalar;
}

/**
 * What an architecture takes from outside with each batch, as a pure function of the batch's number: noise that it
 * draws, a temperature that falls, the time to look back at what the weights were.
 */
export interface Drive {
  /** Shapes of its float32 inputs, by name. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /** Their values at a batch, counted from 0. */
  inputsAt(batch: number): Readonly<Record<string, Float32Array>>;
  /** Assigns variables that layers and penalties read; runs inside the step, before its forward pass. */
  take(inputs: Readonly<Record<string, tf.Tensor>>): void;
  /** Those variables, where they are no layer's weights, by a stable name: part of a checkpoint. */
  readonly state: Readonly<Record<string, tf.Variable>>;
}

/** How much of one stage the tasks have in common. */
export interface StageSharing {
  /** Name of the encoder's stage. */
  readonly stage: string;
  /**
   * 0: each task has the stage for itself; 1: all have one. Comparable between architectures: see each one's
   * documentation for what is measured.
   */
  readonly degree: number;
  /** What it was measured by, by name: `alpha/depth→semantic`, `distance/depth+semantic`, `trace norm`. */
  readonly values: Readonly<Record<string, number>>;
}

/** What an {@link Architecture} made of a place. */
export interface Sharing {
  /** Symbolic output of each head, by its task. */
  readonly outputs: Readonly<Record<string, tf.SymbolicTensor>>;
  /** What each head reads, by its task; the last one's features are those that most heads take. */
  readonly stages: Readonly<Record<string, readonly StageFeatures[]>>;
  /** Default: none. */
  readonly penalties?: readonly Penalty[];
  readonly drive?: Drive;
  /** How much each stage is shared, first stage first, by the weights as they are now. */
  sharing(): readonly StageSharing[];
}

/**
 * How the heads of a network share its encoder. It adds layers to a `tf.layers` graph, standard ones where that can be
 * (plain TensorFlow.js does not load `computed` ones), and states the owner of each by its scope: `shared` where two
 * tasks or more depend on it, `between` where it couples the networks of tasks, else the task. The network checks that
 * against the graph, see `weightsOf`.
 */
export interface Architecture {
  /** As in the registry. */
  readonly name: string;
  /** @throws when the tasks, the encoder or the options do not fit each other, naming what is wrong */
  build(place: ArchitecturePlace): Sharing;
}
