import type * as tf from '@tensorflow/tfjs';

/** Element types of captured values. */
export type CapturedType = 'float32' | 'int32' | 'bool';

/** Where a captured value comes from. */
export type Source =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'constant'; readonly data: tf.backend_util.TypedArray }
  | { readonly kind: 'variable'; readonly variable: tf.Variable }
  | { readonly kind: 'node'; readonly node: TraceNode }
  /** In a region: what its node gives it. */
  | { readonly kind: 'parameter'; readonly index: number };

/** One value of a captured step: a shape and a type, no numbers. */
export interface TraceValue {
  readonly shape: readonly number[];
  readonly dtype: CapturedType;
  readonly source: Source;
}

/** Attributes of a kernel, as TensorFlow.js gives them. */
export type Attrs = Readonly<Record<string, unknown>>;

/** One kernel invocation of a captured step. */
export interface TraceNode {
  readonly kernel: string;
  /** Inputs by name; kernels that take a list name them '0', '1', … */
  readonly inputs: Readonly<Record<string, TraceValue>>;
  readonly attrs: Attrs;
  readonly outputs: readonly TraceValue[];
  /** What it runs, of a loop or a condition. */
  readonly regions?: readonly Region[];
  /**
   * Line of the caller's code, outside TensorFlow.js and this package; '' until a second capture has
   * it from the first.
   */
  site: string;
}

/** Nodes that another node runs, as a function of parameters: of that node's inputs, or of what a turn gives the next. */
export interface Region {
  readonly parameters: readonly TraceValue[];
  /** In order of execution. */
  readonly nodes: readonly TraceNode[];
  readonly results: readonly TraceValue[];
}

/** A variable that the step reads, assigns, or both. */
export interface TraceVariable {
  readonly variable: tf.Variable;
  /** The value at the start of the step, when the step reads it. */
  readonly read?: TraceValue;
  /** The value at the end of the step, when the step assigns it. */
  readonly write?: TraceValue;
}

/** A whole captured step, nodes in order of execution. */
export interface Trace {
  readonly nodes: readonly TraceNode[];
  readonly inputs: Readonly<Record<string, TraceValue>>;
  readonly outputs: Readonly<Record<string, TraceValue>>;
  readonly variables: readonly TraceVariable[];
}

/** Shape and type of a kernel's output. */
export interface OutputShape {
  readonly shape: readonly number[];
  readonly dtype: CapturedType;
}
