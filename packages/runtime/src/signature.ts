import type * as tf from '@tensorflow/tfjs';
import { CaptureError } from './capture/errors.ts';
import { sizeOf } from './onnx/graph.ts';
import { refuseUnknown } from './options.ts';

/** Shape and type of one per-step input. */
export interface InputSpec {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
}

/** The per-step inputs of a step, by name. A scalar has shape `[]`. */
export type Signature = Readonly<Record<string, InputSpec>>;

/** Shape and type of one per-step input whose first size may be open, `[null, 28, 28, 1]`. */
export interface OpenInputSpec {
  readonly shape: readonly (number | null)[];
  readonly dtype: InputSpec['dtype'];
}

/**
 * The per-step inputs of a step, by name; null for a first size, the batch, that each run has its own of. In one run it
 * is the same for all inputs.
 */
export type OpenSignature = Readonly<Record<string, OpenInputSpec>>;

/** Per-step input values: flat row-major arrays of the size that the signature states. */
export type InputValues<S extends OpenSignature> = {
  readonly [K in keyof S]: S[K]['dtype'] extends 'float32'
    ? Float32Array
    : S[K]['dtype'] extends 'int32'
      ? Int32Array
      : Uint8Array;
};

/** A tensor of the rank of a shape, where the type of the shape says it. */
export type Ranked<D extends readonly (number | null)[]> = number extends D['length']
  ? tf.Tensor
  : D['length'] extends keyof RankedTensors
    ? RankedTensors[D['length']]
    : tf.Tensor;

interface RankedTensors {
  0: tf.Scalar;
  1: tf.Tensor1D;
  2: tf.Tensor2D;
  3: tf.Tensor3D;
  4: tf.Tensor4D;
  5: tf.Tensor5D;
  6: tf.Tensor<tf.Rank.R6>;
}

/** Symbolic or eager tensors of the inputs, as the step sees them, each of the rank of its shape. */
export type InputTensors<S extends OpenSignature> = {
  readonly [K in keyof S]: Ranked<S[K]['shape']>;
};

/** What a step returns: tensors by name. */
export type Outputs = Record<string, tf.Tensor>;

/** Output values of one run, row-major, by the names that the step returned. */
export type OutputValues<O extends Outputs> = {
  readonly [K in keyof O]: Float32Array | Int32Array | Uint8Array;
};

const arrayNames = { float32: 'Float32Array', int32: 'Int32Array', bool: 'Uint8Array' } as const;

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/** A text that two signatures share when they are the same. */
export const signatureKey = (signature: Signature): string =>
  Object.keys(signature)
    .sort()
    .map((name) => `${name}: ${signature[name].dtype}[${signature[name].shape.join(', ')}]`)
    .join('; ');

/**
 * Checks a signature.
 * @throws when a shape is no list of whole numbers ≥ 0, a type is unknown, or the seed is no int32
 * scalar input
 */
export function checkSignature(signature: OpenSignature, seed?: string): void {
  for (const [name, spec] of Object.entries(signature)) {
    refuseUnknown(`compile: input '${name}'`, spec, ['shape', 'dtype']);
    const { shape, dtype } = spec;
    if (!Object.hasOwn(arrayNames, dtype)) {
      throw new Error(
        `compile: input '${name}': expected dtype float32, int32 or bool, got ${String(dtype)}`,
      );
    }
    const fits = (d: number | null, axis: number) =>
      d === null ? axis === 0 : Number.isSafeInteger(d) && d >= 0;
    if (!shape.every(fits)) {
      throw new Error(
        `compile: input '${name}': expected a shape of whole numbers, got [${shape.map(String).join(', ')}]; ` +
          'only the first one may be open, null, for batches of any size',
      );
    }
  }
  if (seed === undefined) return;
  const spec = signature[seed] as OpenInputSpec | undefined;
  if (spec?.dtype !== 'int32' || spec.shape.length !== 0) {
    const got = spec ? `${spec.dtype} [${spec.shape.join(', ')}]` : 'no such input';
    throw new Error(
      `compile: seed '${seed}': expected an int32 scalar of the signature, got ${got}`,
    );
  }
}

/** Whether a signature leaves the size of the batch open. */
export const isOpen = (signature: OpenSignature): boolean =>
  Object.values(signature).some(({ shape }) => shape[0] === null);

/** A signature with a size for the batch. */
export const withBatch = (signature: OpenSignature, batch: number): Signature =>
  Object.fromEntries(
    Object.entries(signature).map(([name, { shape, dtype }]) => [
      name,
      { shape: shape.map((d) => d ?? batch), dtype },
    ]),
  );

/**
 * The size of the batch that inputs of a run have.
 * @throws when an input is no whole number of elements of the batch, or two disagree
 */
export function batchOf(
  signature: OpenSignature,
  inputs: Readonly<Record<string, ArrayLike<number> | undefined>>,
): number {
  let found: { readonly name: string; readonly batch: number } | undefined;
  for (const [name, { shape }] of Object.entries(signature)) {
    if (shape[0] !== null) continue;
    const row = sizeOf(shape.slice(1) as number[]);
    const length = inputs[name]?.length;
    if (length === undefined) continue;
    const batch = length / row;
    if (!Number.isSafeInteger(batch) || batch < 1) {
      throw new Error(
        `run: input '${name}': expected some times ${row} elements for shape [${shape.map(String).join(', ')}], ` +
          `got ${length}`,
      );
    }
    if (found && found.batch !== batch) {
      throw new Error(
        `run: input '${name}' has a batch of ${batch}, input '${found.name}' one of ${found.batch}; expected one ` +
          'size for both',
      );
    }
    found ??= { name, batch };
  }
  if (found) return found.batch;
  const names = Object.keys(signature).filter((name) => signature[name].shape[0] === null);
  throw new Error(
    `run: input '${names[0]}' is missing; the size of the batch is that of its first axis`,
  );
}

type Values = Float32Array | Int32Array | Uint8Array;

/**
 * The inputs of a run as every engine takes them: checked, bools as 0 and 1 (255 is true), in memory
 * of this thread alone (what lies in a SharedArrayBuffer is copied).
 * @throws when one is missing, unknown, or of another type or size than the signature says
 */
export function checkedInputs(
  signature: Signature,
  inputs: Readonly<Record<string, ArrayLike<number>>>,
): Record<string, Values> {
  for (const name of Object.keys(inputs)) {
    if (!Object.hasOwn(signature, name)) {
      throw new Error(
        `run: input '${name}' is not in the signature (${Object.keys(signature).join(', ')})`,
      );
    }
  }
  const values: Record<string, Values> = {};
  for (const [name, spec] of Object.entries(signature)) {
    values[name] = plain(checked(name, spec, inputs[name]), spec);
  }
  return values;
}

function checked(name: string, { shape, dtype }: InputSpec, value: unknown): Values {
  const size = sizeOf(shape);
  if (value instanceof arrays[dtype] && value.length === size) return value;
  // By name, since a typed array may come from another realm.
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (kind === arrayNames[dtype] && (value as Values).length === size) return value as Values;
  const expected = `${arrayNames[dtype]} of ${size} elements for shape [${shape.join(', ')}]`;
  if (value === undefined) {
    throw new Error(`run: input '${name}' is missing; expected a ${expected}`);
  }
  throw new Error(
    `run: input '${name}': expected a ${expected}, got a ${kind} of ${(value as Values).length}; ` +
      'compile the step again for another signature',
  );
}

const isShared = ({ buffer }: Values): boolean =>
  !(buffer instanceof ArrayBuffer) &&
  Object.prototype.toString.call(buffer) === '[object SharedArrayBuffer]';

function plain(value: Values, { dtype }: InputSpec): Values {
  if (dtype === 'bool' && value.some((element) => element > 1)) {
    return Uint8Array.from(value, (element) => (element === 0 ? 0 : 1));
  }
  // A slice is in memory of its own.
  return isShared(value) ? value.slice() : value;
}

/**
 * Checks what a step returned.
 * @throws saying what came, when it is not a record of tensors by name
 */
export function checkOutputs(result: unknown): asserts result is Outputs {
  const refuse = (came: string, remedy: string): never => {
    throw new CaptureError(
      `compile: the step returned ${came}; expected tensors by name, such as { loss }: ${remedy}`,
    );
  };
  if (result === null || (typeof result !== 'object' && typeof result !== 'function')) {
    return refuse(
      result === undefined || result === null ? 'nothing' : `a ${typeof result}`,
      'return what a run is to give, {} for nothing',
    );
  }
  if (typeof (result as PromiseLike<unknown>).then === 'function') {
    // What it does later is of no use to anyone.
    (result as PromiseLike<unknown>).then(undefined, () => undefined);
    return refuse(
      'a promise',
      'a step is captured in one go, so it must not be async; of a graph model call execute, not executeAsync',
    );
  }
  if ('dataId' in result) return refuse('a tensor', 'give it a name, { y: tensor }');
  if (Array.isArray(result)) return refuse('an array', 'give each tensor a name');
  for (const [name, value] of Object.entries(result as Record<string, unknown>)) {
    if (typeof value === 'object' && value !== null && 'dataId' in value) continue;
    const came = value === null || value === undefined ? 'nothing' : `a ${typeof value}`;
    throw new CaptureError(
      `compile: output '${name}' of the step is not a tensor but ${came}; ` +
        'a number known before the step needs no output, one computed in it is a tensor',
    );
  }
}
