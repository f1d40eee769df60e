import type * as tf from '@tensorflow/tfjs';
import type { Scope } from '../layers/scope.ts';

/** One of the steps of an {@link Encoder}: what it adds to the graph, and what comes out. */
export interface Stage {
  /** `stem`, `stage1` …: unique in its encoder. */
  readonly name: string;
  /** Input px (or cells) per cell of its output, counted from the encoder's input. */
  readonly stride: number;
  /** Channels of its output. */
  readonly channels: number;
  /**
   * Adds the stage to a `tf.layers` graph.
   * @param x output of the stage before, or the encoder's input
   * @param scope that of the whole encoder: prefix of the layers' names, seed and owner of their weights
   * @returns features `[B, …, channels]`, each side of the input divided by `stride`
   */
  build(x: tf.SymbolicTensor, scope: Scope): tf.SymbolicTensor;
  /**
   * Where it is made of several steps one behind the other, those: `build` adds them in this order. Each gives
   * features of the stage's own shape.
   */
  readonly steps?: readonly ((x: tf.SymbolicTensor, scope: Scope) => tf.SymbolicTensor)[];
}

/** A stage's output in a graph. */
export interface StageFeatures extends Pick<Stage, 'name' | 'stride' | 'channels'> {
  /** `[B, …, channels]`. */
  readonly features: tf.SymbolicTensor;
}

/**
 * What turns an input into features, as stages one behind the other: heads may read any of them, and
 * tasks may share some, mix them in between, or have all of their own. Holds no weights itself.
 */
export interface Encoder {
  readonly name: string;
  readonly stages: readonly [Stage, ...Stage[]];
  /** Stride of the last stage. The input's sides must be divisible by it. */
  readonly outputStride: number;
  /** Channels of the last stage. */
  readonly channels: number;
  /**
   * Adds all stages to a `tf.layers` graph.
   * @param input symbolic input, of images normalised ones `[B, H, W, 3]`
   * @returns the output of every stage, in order; the last is what all heads read by default
   */
  build(input: tf.SymbolicTensor, scope: Scope): StageFeatures[];
}

/**
 * An encoder from its stages.
 * @throws when two stages share a name
 */
export function stagedEncoder(name: string, stages: readonly [Stage, ...Stage[]]): Encoder {
  const names = stages.map((stage) => stage.name);
  if (new Set(names).size < names.length) {
    throw new Error(`encoder ${name}: expected stages of distinct names, got ${names.join(', ')}`);
  }
  const { stride, channels } = stages[stages.length - 1];
  return {
    name,
    stages,
    outputStride: stride,
    channels,
    build(input, scope) {
      let x = input;
      return stages.map((stage) => {
        x = stage.build(x, scope);
        return { name: stage.name, stride: stage.stride, channels: stage.channels, features: x };
      });
    },
  };
}

/** The features that all heads read by default: those of the last stage. */
export const lastFeatures = (stages: readonly StageFeatures[]): tf.SymbolicTensor =>
  stages[stages.length - 1].features;
