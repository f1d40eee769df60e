import * as tf from '@tensorflow/tfjs';

/** Graph models written by hand, as the converter reads them. */

const types = { float32: 'DT_FLOAT', int32: 'DT_INT32', bool: 'DT_BOOL' } as const;
type Type = keyof typeof types;

/** A node: `[name, op, inputs, attributes]`. */
export type NodeText = readonly [
  name: string,
  op: string,
  inputs: readonly string[],
  attr?: Readonly<Record<string, unknown>>,
];

/** Attributes that name functions. */
export const calls = (functions: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(functions).map(([key, name]) => [key, { func: { name } }]),
  ) as Record<string, unknown>;

/** An attribute that is a type. */
export const typed = (key: string, type: Type) => ({ [key]: { type: types[type] } });

const nodeOf = ([name, op, input, attr = {}]: NodeText) => ({ name, op, input, attr });

/** A function of a model: arguments with their types, nodes, and what it returns. */
export interface FunctionText {
  readonly name: string;
  readonly args: Readonly<Record<string, Type>>;
  readonly nodes: readonly NodeText[];
  readonly returns: readonly string[];
}

/** A whole model. */
export interface ModelText {
  readonly inputs: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly dtype: Type }>
  >;
  readonly constants: Readonly<Record<string, tf.TensorLike | { readonly int32: tf.TensorLike }>>;
  readonly nodes: readonly NodeText[];
  readonly functions?: readonly FunctionText[];
  /** Names of the nodes that it gives. Default: `y`. */
  readonly outputs?: readonly string[];
}

const isInt = (value: unknown): value is { readonly int32: tf.TensorLike } =>
  typeof value === 'object' && value !== null && 'int32' in value;

/** Loads a model; constants are float32, or int32 as `{ int32: 3 }`, and may be read in functions too. */
export function load({
  inputs,
  constants,
  nodes,
  functions = [],
  outputs = ['y'],
}: ModelText): Promise<tf.GraphModel> {
  const tensors = Object.entries(constants).map(([name, value]) => {
    const dtype: Type = isInt(value) ? 'int32' : 'float32';
    return { name, dtype, x: tf.tensor(isInt(value) ? value.int32 : value, undefined, dtype) };
  });
  const consts = tensors.map(({ name, dtype }) =>
    nodeOf([name, 'Const', [], typed('dtype', dtype)]),
  );
  const placeholders = Object.entries(inputs).map(([name, { shape, dtype }]) =>
    nodeOf([
      name,
      'Placeholder',
      [],
      { ...typed('dtype', dtype), shape: { shape: { dim: shape.map((size) => ({ size })) } } },
    ]),
  );
  const library = functions.map(({ name, args, nodes: inner, returns }) => {
    const read = new Set(inner.flatMap(([, , names]) => names.map((one) => one.split(':')[0])));
    return {
      signature: {
        name,
        inputArg: Object.entries(args).map(([arg, type]) => ({ name: arg, type: types[type] })),
        outputArg: returns.map((_, i) => ({ name: `r${i}` })),
      },
      nodeDef: [...inner.map(nodeOf), ...consts.filter((node) => read.has(node.name))],
      ret: Object.fromEntries(returns.map((from, i) => [`r${i}`, from])),
    };
  });
  const bytes = tensors.map(({ x }) => Buffer.from(x.dataSync().slice().buffer));
  const all = new Uint8Array(Buffer.concat(bytes));
  return tf.loadGraphModel(
    tf.io.fromMemory({
      modelTopology: {
        versions: { producer: 1 },
        node: [...placeholders, ...consts, ...nodes.map(nodeOf)],
        library: { function: library },
      },
      signature: { outputs: Object.fromEntries(outputs.map((name) => [name, { name }])) },
      weightSpecs: tensors.map(({ name, dtype, x }) => ({ name, dtype, shape: x.shape })),
      weightData: all.buffer,
    }),
  );
}
