import * as tf from '@tensorflow/tfjs';

/** Body of a composite kernel: tensors by name and attributes in, one or more tensors out. */
export type CompositeBody = (
  inputs: Record<string, tf.Tensor>,
  attrs: Record<string, unknown>,
) => tf.Tensor | tf.Tensor[];

/** Eager backends that get every composite kernel; a name that is never used costs nothing. */
const eagerBackends = ['cpu', 'wasm', 'webgl', 'webgpu', 'tensorflow'];

const bodies = new Map<string, CompositeBody>();

/**
 * Registers `kernelName` on every eager backend as a composition of TensorFlow.js ops, so that a
 * kernel of ours that the capture backend lowers as one op also runs, and differentiates, eagerly.
 * Ops called inside a kernel are not taped, so the gradient registered for the kernel is used.
 */
export function compositeKernel(kernelName: string, body: CompositeBody): void {
  bodies.set(kernelName, body);
  for (const backendName of eagerBackends) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) =>
        tf.tidy(() => body(inputs as unknown as Record<string, tf.Tensor>, (attrs ?? {}) as never)),
    });
  }
}

/** True in a gradient function while a gradient of that gradient is asked for. */
export const isDifferentiatedAgain = (): boolean =>
  (tf.engine() as unknown as { isTapeOn(): boolean }).isTapeOn();

/**
 * Runs a composite kernel in a gradient function. Where that gradient is itself differentiated, the
 * ops that the kernel is composed of run in its place: they have gradients, of any order.
 */
export function runBackward(
  kernelName: string,
  inputs: Record<string, tf.Tensor>,
  attrs: Readonly<Record<string, unknown>> = {},
): tf.Tensor | tf.Tensor[] {
  const body = bodies.get(kernelName) as CompositeBody;
  return isDifferentiatedAgain()
    ? body(inputs, attrs)
    : tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(kernelName, inputs, attrs as never);
}
