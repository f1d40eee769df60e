import type * as tf from '@tensorflow/tfjs';
import type { Lowering } from '../lowering/lowering.ts';
import type { Attrs, OutputShape, TraceNode, TraceValue } from '../capture/value.ts';

/** How one TensorFlow.js kernel is captured and lowered. */
export interface Kernel {
  /** Name in TensorFlow.js's kernel registry. */
  readonly name: string;
  /** One line for `docs/kernels.md`: the ONNX nodes it becomes. */
  readonly lowering: string;
  /** The result is a list, even of one entry. */
  readonly list?: true;
  /** Shapes and types of the outputs. */
  readonly infer: (
    inputs: Readonly<Record<string, TraceValue>>,
    attrs: Attrs,
  ) => readonly OutputShape[];
  /** Emits ONNX nodes and defines every output of the node. */
  readonly lower: (ctx: Lowering, node: TraceNode) => void;
}

/** A TensorFlow.js kernel that is captured as the TensorFlow.js ops it is composed of. */
export interface Composition {
  /** Name in TensorFlow.js's kernel registry. */
  readonly name: string;
  /** One line for `docs/kernels.md`: the ops it becomes. */
  readonly lowering: string;
  /** When a kernel of the same name has a lowering: true for the calls to compose instead. */
  when?(attrs: Attrs, inputs: Readonly<Record<string, tf.Tensor>>): boolean;
  /** Computes the outputs by other ops; no gradient is taken through them. */
  compose(inputs: Readonly<Record<string, tf.Tensor>>, attrs: Attrs): tf.Tensor | tf.Tensor[];
}

const registry = new Map<string, Kernel>();
const composed = new Map<string, Composition>();

/** Adds kernels to the registry. Throws when a name is taken. */
export function defineKernels(...kernels: readonly Kernel[]): void {
  for (const kernel of kernels) {
    if (registry.has(kernel.name)) throw new Error(`kernel ${kernel.name} is defined twice`);
    registry.set(kernel.name, kernel);
  }
}

/** Adds compositions to the registry. Throws when a name is taken. */
export function defineCompositions(...compositions: readonly Composition[]): void {
  for (const composition of compositions) {
    if (composed.has(composition.name)) {
      throw new Error(`kernel ${composition.name} is composed twice`);
    }
    composed.set(composition.name, composition);
  }
}

/** Takes what is known of a kernel out of the registry: for another lowering of it. */
export function forgetKernel(name: string): void {
  registry.delete(name);
  composed.delete(name);
}

/** All kernels that are lowered, by name. */
export const kernels: ReadonlyMap<string, Kernel> = registry;

/** All kernels that are captured as their parts, by name. */
export const compositions: ReadonlyMap<string, Composition> = composed;

/** Output of the shape and type of an input. */
export const like = (value: TraceValue): readonly OutputShape[] => [
  { shape: value.shape, dtype: value.dtype },
];
