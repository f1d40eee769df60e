import { compile } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import type { Computed, Dtype, Operand, Outcome, Program, Written } from './program.ts';

/** Runs a program as a step: through `compile()` and its engine. */

type Constants = 'none' | 'integers' | 'all';

type Engine = {
  runKernel(name: string, inputs: object, attrs: object): tf.Tensor | tf.Tensor[];
};

const engine = tf.engine() as unknown as Engine;

const isConstant = (constants: Constants, { dtype }: Written): boolean =>
  constants === 'all' || (constants === 'integers' && dtype !== 'float32');

/** The tensor that a call takes: made in another shape or type, perhaps, which shares its memory. */
function fitted(x: tf.Tensor, { shape, dtype }: Operand): tf.Tensor {
  const typed = x.dtype === dtype ? x : tf.cast(x, dtype as 'float32');
  return tf.util.arraysEqual(typed.shape, [...shape]) ? typed : tf.reshape(typed, [...shape]);
}

function tensorsOf(program: Program, written: readonly tf.Tensor[]): tf.Tensor[] {
  const made: tf.Tensor[][] = [];
  const at = (operand: Operand): tf.Tensor => {
    const { from, index, output } = operand;
    return fitted(from === 'call' ? made[index][output] : written[index], operand);
  };
  for (const { kernel, inputs, list, attrs } of program.calls) {
    const named = Object.fromEntries(
      Object.entries(inputs).map(([name, operand]) => [name, at(operand)]),
    );
    made.push([engine.runKernel(kernel, list ? Object.values(named) : named, { ...attrs })].flat());
  }
  return program.result ? [at(program.result)] : made[made.length - 1];
}

/** The parts of a complex tensor are two outputs. */
const parts = (x: tf.Tensor): tf.Tensor[] =>
  x.dtype === 'complex64' ? [tf.real(x), tf.imag(x)] : [x];

const types: Readonly<Record<string, Dtype>> = {
  '[object Float32Array]': 'float32',
  '[object Int32Array]': 'int32',
  '[object Uint8Array]': 'bool',
};

async function attempt(program: Program, constants: Constants): Promise<readonly Computed[]> {
  const given = program.written.map((one, i) => ({ ...one, name: `x${i}` }));
  const inputs = given.filter((one) => !isConstant(constants, one));
  const signature = Object.fromEntries(
    inputs.map(({ name, shape, dtype }) => [name, { shape, dtype: dtype as Dtype }]),
  );
  let complex: boolean[] = [];
  const step = (tensors: Readonly<Record<string, tf.Tensor>>) => {
    const written = given.map(
      (one) => tensors[one.name] ?? tf.tensor(one.data, [...one.shape], one.dtype as 'float32'),
    );
    const results = tensorsOf(program, written);
    complex = results.map(({ dtype }) => dtype === 'complex64');
    return Object.fromEntries(results.flatMap(parts).map((x, i) => [`y${i}`, x]));
  };
  const compiled = await compile(step, signature, { threads: 1 });
  try {
    const values = Object.fromEntries(inputs.map(({ name, data }) => [name, data]));
    const outputs = await compiled.run(values as never).catch((error: unknown) => {
      throw new RunError(error);
    });
    const names = Object.keys(compiled.outputShapes);
    const all = names.map((name): Computed => {
      const data = outputs[name];
      const dtype = types[Object.prototype.toString.call(data)];
      return { shape: compiled.outputShapes[name], dtype, data };
    });
    return complex.map((is) => {
      const one = all.shift() as Computed;
      if (!is) return one;
      const { data } = all.shift() as Computed;
      const merged = tf.backend_util.mergeRealAndImagArrays(one.data as never, data as never);
      return { ...one, dtype: 'complex64', data: merged };
    });
  } finally {
    await compiled.dispose();
  }
}

class RunError extends Error {
  constructor(cause: unknown) {
    super((cause as Error).message, { cause });
  }
}

/** Where a kernel must know numbers when it is captured they are constants, the integers first. */
const needsNumbers = /depends? on the(ir)? numbers|must not depend on an input/;

/** Compiles and runs a program. Tensors that a spec wrote are inputs of the step, wherever they may be. */
export async function replay(program: Program): Promise<Outcome> {
  let refused: unknown;
  // A kernel with the numbers that it asked for may refuse them.
  for (const constants of ['none', 'integers', 'all'] as const) {
    try {
      return { values: await attempt(program, constants), constants };
    } catch (error) {
      refused = error;
      if (!needsNumbers.test((error as Error).message)) break;
    }
  }
  const { message } = refused as Error;
  return { error: message, at: refused instanceof RunError ? 'run' : 'compile' };
}
