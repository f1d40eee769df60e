import * as tf from '@tensorflow/tfjs';
import { complexKernels, type Complex } from '../kernels/complex.ts';
import type { CaptureBackend } from './backend.ts';
import { callSite } from './call-site.ts';
import { CaptureError } from './errors.ts';
import type { Attrs } from './value.ts';

type Inputs = Readonly<Record<string, tf.TensorInfo | null | undefined>>;

/** Whether a call of a kernel takes complex numbers or makes them. */
export const isComplexCall = (name: string, inputs: Inputs, attrs: Attrs): boolean =>
  name === 'Complex' ||
  attrs['dtype'] === 'complex64' ||
  Object.values(inputs).some((info) => info?.dtype === 'complex64');

/** Captures a kernel of complex numbers as kernels of their parts. */
export function captureComplex(
  backend: CaptureBackend,
  name: string,
  inputs: Inputs,
  attrs: Attrs,
): tf.TensorInfo {
  const ofParts = complexKernels[name];
  if (!ofParts) {
    throw new CaptureError(
      `compile: ${name} at ${callSite()} takes no complex numbers; take them apart by tf.real and tf.imag`,
    );
  }
  const parts: Record<string, Complex> = {};
  for (const [key, info] of Object.entries(inputs)) {
    if (!info) continue;
    const real = info.dtype === 'complex64' ? backend.partsOf(info) : undefined;
    const x = info as tf.Tensor;
    parts[key] = real ?? { real: x, imag: tf.zerosLike(tf.cast(x, 'float32')) };
  }
  const made = ofParts(parts, attrs);
  return 'dataId' in made ? made : backend.complexOf(made);
}
