import type { InputTensors, Outputs, Signature } from '../signature.ts';
import { differenceOf } from './compare.ts';
import { CaptureError } from './errors.ts';
import { capture, startAnew, type Captured } from './trace.ts';

/**
 * Captures a step twice: what it makes on its first call (layers, the slots of a `tf.train` optimiser)
 * is in place on the second, starting from the value that the first gave it; and a step that is not
 * the same on every call, whose first would freeze, is refused.
 * @throws CaptureError as `capture` does, or naming the first difference between the two
 */
export function captureTwice<S extends Signature, O extends Outputs>(
  step: (inputs: InputTensors<S>) => O,
  signature: S,
  seed?: string,
): Captured {
  const options = seed === undefined ? {} : { seed };
  const first = capture(step, signature, options);
  const unknown = startAnew(first.created).map(({ name }) => name);
  if (unknown.length > 0) {
    throw new CaptureError(
      `compile: the step makes variables from its inputs (${unknown.join(', ')}); create them before compile()`,
    );
  }
  const again = { ...options, again: true };
  let before = first;
  let after = madeNothing(capture(step, signature, again));
  let difference = differenceOf(before, after);
  if (difference !== undefined && first.created.length > 0) {
    // `minimize` trains what there is before its call: not yet the layers that the first one built.
    before = madeNothing(capture(step, signature, { ...again, places: true }));
    after = madeNothing(capture(step, signature, again));
    difference = differenceOf(before, after);
  }
  if (difference !== undefined) {
    throw new CaptureError(
      `compile: the step is not the same on every call: ${difference}. What varies from call to ` +
        'call (a batch, a counter, a rate) is an input; what lasts is a tf.Variable that the step assigns',
    );
  }
  return before.created.length === 0 ? before : after;
}

function madeNothing(captured: Captured): Captured {
  if (captured.created.length === 0) return captured;
  const names = captured.created.map(({ variable }) => variable.name).join(', ');
  throw new CaptureError(
    `compile: the step creates new variables on every call (${names}); create them before compile()`,
  );
}

/**
 * Checks that a step still does what it did when it was captured.
 * @throws naming the first op that takes something else now
 */
export function checkUnchanged<S extends Signature, O extends Outputs>(
  captured: Captured,
  step: (inputs: InputTensors<S>) => O,
  signature: S,
  seed?: string,
): void {
  const now = capture(step, signature, { ...(seed !== undefined && { seed }), again: true });
  const difference = differenceOf({ ...captured, created: [] }, now);
  if (difference === undefined) return;
  throw new Error(
    `run: the step is no longer what was compiled: ${difference}. ` +
      'Give what changes as an input or as a tf.Variable, or compile again',
  );
}
