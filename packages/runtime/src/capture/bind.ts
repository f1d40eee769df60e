import * as tf from '@tensorflow/tfjs';
import type { CaptureBackend } from './backend.ts';

/** A variable whose value is symbolic for the time of a capture. */
export interface Bound {
  readonly variable: tf.Variable;
  readonly symbol: tf.Tensor;
  /** Where its numbers stay meanwhile. */
  readonly own: object;
}

/** Points a variable at a symbol. Its numbers stay where they are, untouched. */
export function bind(target: CaptureBackend, variable: tf.Variable): Bound {
  const { dtype, shape, dataId: own } = variable;
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
    // Left alone: a step that uses it is told of its type.
    return { variable, symbol: variable, own };
  }
  const symbol = tf.keep(target.tensorOf(shape, dtype, { kind: 'variable', variable }));
  target.incRef(symbol.dataId);
  const binding = variable as { dataId: object };
  binding.dataId = symbol.dataId;
  return { variable, symbol, own };
}

/** Undoes {@link bind}, after an assignment too; the engine's counts of tensors stay right. */
export function release(target: CaptureBackend, { variable, symbol, own }: Bound): void {
  if (symbol === variable) return;
  if (variable.isDisposed) return symbol.dispose();
  if (variable.dataId !== symbol.dataId) variable.assign(symbol);
  (variable as { dataId: object }).dataId = own;
  target.disposeData(symbol.dataId);
  symbol.dispose();
}
