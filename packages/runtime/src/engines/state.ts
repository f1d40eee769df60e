import type * as tf from '@tensorflow/tfjs';
import type { Trace } from '../capture/value.ts';

/** The values of variables, where steps read and write them. */

export type Values = Float32Array | Int32Array | Uint8Array;

/** A variable's values. Where a step may not write them in place it writes `next`, and the two swap. */
export interface Stored {
  now: Values;
  next?: Values;
  /** How often it was written. */
  version: number;
}

/** The values of the variables of one step, or of several that work on the same ones; one that is there stays. */
export type State = Map<tf.Variable, Stored>;

/** The present values of the variables of a state. */
export function* valuesOf(state: State): Generator<[tf.Variable, Values]> {
  for (const [variable, { now }] of state) yield [variable, now];
}

/** Reloads a state from its variables. */
export function reload(state: State): void {
  for (const [variable, stored] of state) {
    (stored.now as Float32Array).set(variable.dataSync());
    stored.version++;
  }
}

/**
 * Adds the variables of a trace to a state, with their present values, where it has them not.
 * @returns those of the trace, in its order
 */
export function storeVariables(state: State, trace: Trace): Stored[] {
  return trace.variables.map(({ variable }) => {
    const stored = state.get(variable) ?? { now: copyOf(variable), version: 0 };
    state.set(variable, stored);
    return stored;
  });
}

function copyOf(variable: tf.Variable): Values {
  const data = variable.dataSync();
  if (variable.dtype === 'float32') return new Float32Array(data);
  return variable.dtype === 'int32' ? new Int32Array(data) : new Uint8Array(data);
}
