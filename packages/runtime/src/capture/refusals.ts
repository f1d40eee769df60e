import * as tf from '@tensorflow/tfjs';
import { callSite } from './call-site.ts';
import { CaptureError } from './errors.ts';
import type { TraceValue } from './value.ts';

/** What the capture backend refuses, in words. */

/** What to do in place of keeping it. */
export const KEPT =
  'a captured step is a function of its inputs and of tf.Variables: keep state in a tf.Variable and assign it';

const counted = 'how large its result is depends on the numbers it is given';

/** Why some kernels have no lowering, and what serves in their place. */
const reasons: Readonly<Record<string, string>> = {
  NonMaxSuppressionV3: `${counted}: tf.image.nonMaxSuppressionPadded with padToMaxOutputSize has one size`,
  NonMaxSuppressionV5: `${counted}, and it lowers the scores one after the other`,
  Unique: counted,
  RaggedGather: counted,
  RaggedRange: counted,
  RaggedTensorToTensor: counted,
  StaticRegexReplace: 'a step has no strings',
  StringNGrams: 'a step has no strings',
  StringSplit: 'a step has no strings',
  StringToHashBucketFast: 'a step has no strings',
  Draw: 'it writes to a canvas',
};

/** The error of an op that cannot be captured, with its place. */
export const noLowering = (kernel: string): CaptureError =>
  new CaptureError(
    `compile: the op ${kernel} at ${callSite()} has no lowering` +
      `${reasons[kernel] === undefined ? '' : ` (${reasons[kernel]})`}; docs/kernels.md lists those that have. ` +
      'Compute it outside the step and pass the result in, give it one by registerLowering, or run the step ' +
      'on an eager engine',
  );

/** A value that outlives the call that made it, in words. */
export const survivor = ({ shape, source }: TraceValue): string => {
  const what = source.kind === 'node' ? `the result of ${source.node.kernel}` : 'a value';
  const place = source.kind === 'node' && source.node.site ? `, made at ${source.node.site},` : '';
  return `compile: ${what}, of shape [${shape.join(', ')}]${place} is kept beyond a call of the step`;
};

interface Scopes {
  readonly state: { readonly scopeStack: readonly { readonly name: string }[] };
}

/**
 * `tf.dropout` draws its mask on the CPU and hands it over as a constant, with a seed the same one on
 * every call; only the scope of the op that is under way tells it from a constant that is meant.
 */
export function refuseDropout(): void {
  const { scopeStack } = (tf.engine() as unknown as Scopes).state;
  if (!scopeStack.some(({ name }) => name === 'dropout__op')) return;
  throw new CaptureError(
    `compile: tf.dropout would give the same mask in every step, at ${callSite()}; ` +
      'use dropout(x, rate, seed, stream) of this package with a seed that is an input',
  );
}

/** What a kernel infers; an error where its inputs do not go together, with the place. */
export function inferred<T>(kernel: string, infer: () => T): T {
  try {
    return infer();
  } catch (cause) {
    if (cause instanceof CaptureError) throw cause;
    const why = (cause as Error).message;
    throw new CaptureError(`compile: ${kernel} at ${callSite()}: ${why}`, { cause });
  }
}
