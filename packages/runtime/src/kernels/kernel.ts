import type { Lowering } from '../lowering/lowering.ts';
import type { Attrs, OutputShape, TraceNode, TraceValue } from '../capture/value.ts';

/** How one TensorFlow.js kernel is captured and lowered. */
export interface Kernel {
  /** Name in TensorFlow.js's kernel registry. */
  readonly name: string;
  /** One line for `docs/kernels.md`: the ONNX nodes it becomes. */
  readonly lowering: string;
  /** Shapes and types of the outputs. */
  infer(inputs: Readonly<Record<string, TraceValue>>, attrs: Attrs): readonly OutputShape[];
  /** Emits ONNX nodes and defines every output of the node. */
  lower(ctx: Lowering, node: TraceNode): void;
}

const registry = new Map<string, Kernel>();

/** Adds kernels to the registry. Throws when a name is taken. */
export function defineKernels(...kernels: readonly Kernel[]): void {
  for (const kernel of kernels) {
    if (registry.has(kernel.name)) throw new Error(`kernel ${kernel.name} is defined twice`);
    registry.set(kernel.name, kernel);
  }
}

/** All kernels, by name. */
export const kernels: ReadonlyMap<string, Kernel> = registry;

/** Output of the shape and type of an input. */
export const like = (value: TraceValue): readonly OutputShape[] => [
  { shape: value.shape, dtype: value.dtype },
];
