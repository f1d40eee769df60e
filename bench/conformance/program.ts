/** What a spec computed up to a value that it reads: kernel calls on tensors that it wrote, as data. */

/** Element types that a step can take. */
export type Dtype = 'float32' | 'int32' | 'bool';

export type Numbers = Float32Array | Int32Array | Uint8Array;

/** A tensor that a spec, or TensorFlow.js in its name, made from numbers. */
export interface Written {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly data: Numbers;
}

/** A value as a kernel takes it: the one made last in its memory, in a shape and type of the moment. */
export interface Operand {
  /** Index among the tensors written, or of the call that made it. */
  readonly from: 'written' | 'call';
  readonly index: number;
  /** Which output of the call. */
  readonly output: number;
  readonly shape: readonly number[];
  readonly dtype: string;
}

/** One kernel call. */
export interface Call {
  readonly kernel: string;
  readonly inputs: Readonly<Record<string, Operand>>;
  /** Whether the kernel takes a list, named 0, 1, …. */
  readonly list: boolean;
  readonly attrs: Readonly<Record<string, unknown>>;
}

/** Calls in order, and what is asked for: one value, or whatever the last call gives. */
export interface Program {
  readonly written: readonly Written[];
  readonly calls: readonly Call[];
  readonly result?: Operand;
}

/** Numbers of one value, as the step gave them. */
export interface Computed {
  readonly shape: readonly number[];
  readonly dtype: Dtype | 'complex64';
  readonly data: Numbers;
}

/** What came of a program: numbers and how many of its inputs were constants; or an error. */
export type Outcome =
  | { readonly values: readonly Computed[]; readonly constants: 'none' | 'integers' | 'all' }
  | { readonly error: string; readonly at: 'compile' | 'run' };
