import * as tf from '@tensorflow/tfjs';
import { complexKernels } from '../kernels/complex.ts';
import { compositions, kernels } from '../kernels/kernel.ts';
import { CAPTURE, CaptureBackend } from './backend.ts';
import { captureComplex, isComplexCall } from './complex.ts';
import { evaluate, runOnNumbers, type Known } from './evaluate.ts';
import { inferred, noLowering } from './refusals.ts';
import type { Attrs } from './value.ts';

let backend: CaptureBackend | undefined;

/** The capture backend with its kernels, registered with TensorFlow.js when first asked for. */
export function captureBackend(): CaptureBackend {
  if (backend) return backend;
  const made = new CaptureBackend();
  tf.registerBackend(CAPTURE, () => made, 0);
  const names = new Set([
    ...kernels.keys(),
    ...compositions.keys(),
    ...Object.keys(complexKernels),
    ...tf.getKernelsForBackend('cpu').map(({ kernelName }) => kernelName),
  ]);
  backend = made;
  for (const name of names) registerCaptured(name);
  return made;
}

/** Registers a kernel with the capture backend, in the place of what was there; without one it waits for it. */
export function registerCaptured(name: string): void {
  if (!backend) return;
  const there = tf.getKernelsForBackend(CAPTURE).some(({ kernelName }) => kernelName === name);
  if (there) tf.unregisterKernel(name, CAPTURE);
  const made = backend;
  const ofReal = name === 'Identity' ? sharing(made) : composing(made, name);
  const kernelFunc: tf.KernelFunc = (call) => {
    const inputs = call.inputs as unknown as Readonly<Record<string, tf.TensorInfo>>;
    const attrs = (call.attrs ?? {}) as Attrs;
    return isComplexCall(name, inputs, attrs)
      ? captureComplex(made, name, inputs, attrs)
      : ofReal(call);
  };
  tf.registerKernel({ kernelName: name, backendName: CAPTURE, kernelFunc });
}

function recording(made: CaptureBackend, name: string): tf.KernelFunc | undefined {
  const kernel = kernels.get(name);
  return (
    kernel &&
    (({ inputs, attrs }) => {
      const infos = made.record(name, inputs, attrs ?? {}, kernel.infer);
      return infos.length === 1 && !kernel.list ? infos[0] : infos;
    })
  );
}

/** Captures a kernel as its parts, or else as one op; or computes it. */
function composing(made: CaptureBackend, name: string): tf.KernelFunc {
  const otherwise = recording(made, name);
  const composition = compositions.get(name);
  if (!composition) return otherwise ?? folding(made, name);
  return (call) => {
    const attrs = (call.attrs ?? {}) as Attrs;
    const inputs = call.inputs as unknown as Record<string, tf.Tensor>;
    if (otherwise && composition.when && !composition.when(attrs, inputs)) return otherwise(call);
    return inferred(name, () => composition.compose(inputs, attrs));
  };
}

/** Without a lowering, what depends on no input is still computed: it is the same in every step. */
function folding(made: CaptureBackend, name: string): tf.KernelFunc {
  return ({ inputs, attrs = {} }) => {
    const numbers: Record<string, Known> = {};
    for (const [key, info] of Object.entries(inputs as Record<string, tf.TensorInfo | null>)) {
      if (!info) continue;
      const value = made.traceValue(info.dataId);
      const data = evaluate(value);
      if (!data) throw noLowering(name);
      numbers[key] = { data, shape: info.shape, dtype: value.dtype };
    }
    const infos = runOnNumbers(name, numbers, attrs as Attrs).map(({ data, shape, dtype }) => ({
      dataId: made.write(data, [...shape], dtype),
      shape: [...shape],
      dtype,
    }));
    return infos.length === 1 ? infos[0] : infos;
  };
}

/** A clone is the same value: what is known of it (its ReLU, its padding) stays known. */
function sharing(made: CaptureBackend): tf.KernelFunc {
  return ({ inputs }) => {
    const x = inputs['x'] as tf.TensorInfo;
    made.traceValue(x.dataId);
    made.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  };
}
