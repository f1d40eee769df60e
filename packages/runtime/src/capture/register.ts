import * as tf from '@tensorflow/tfjs';
import { compositions, kernels } from '../kernels/kernel.ts';
import { CAPTURE, CaptureBackend } from './backend.ts';
import { callSite } from './call-site.ts';
import { CaptureError } from './errors.ts';
import type { Attrs } from './value.ts';

let backend: CaptureBackend | undefined;

/** The capture backend with its kernels, registered with TensorFlow.js when first asked for. */
export function captureBackend(): CaptureBackend {
  if (backend) return backend;
  const made = new CaptureBackend();
  tf.registerBackend(CAPTURE, () => made, 0);
  const recording = (name: string): tf.KernelFunc | undefined => {
    const kernel = kernels.get(name);
    return (
      kernel &&
      (({ inputs, attrs }) => {
        const infos = made.record(name, inputs, attrs ?? {}, kernel.infer);
        return infos.length === 1 && !kernel.list ? infos[0] : infos;
      })
    );
  };
  const composing = (name: string, otherwise?: tf.KernelFunc): tf.KernelFunc | undefined => {
    const composition = compositions.get(name);
    if (!composition) return otherwise;
    return (call) => {
      const attrs = (call.attrs ?? {}) as Attrs;
      const inputs = call.inputs as unknown as Record<string, tf.Tensor>;
      if (otherwise && composition.when && !composition.when(attrs, inputs)) return otherwise(call);
      return composition.compose(inputs, attrs);
    };
  };
  const refusing =
    (name: string): tf.KernelFunc =>
    () => {
      throw new CaptureError(
        `compile: the op ${name} at ${callSite()} has no lowering; docs/kernels.md lists those that have. ` +
          'Compute it outside the step and pass the result in, or run the step on an eager engine',
      );
    };
  // A clone is the same value: what is known of it (its ReLU, its padding) stays known.
  const sharing: tf.KernelFunc = ({ inputs }) => {
    const x = inputs['x'] as tf.TensorInfo;
    made.traceValue(x.dataId);
    made.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  };
  const names = new Set([
    ...kernels.keys(),
    ...compositions.keys(),
    ...tf.getKernelsForBackend('cpu').map(({ kernelName }) => kernelName),
  ]);
  for (const name of names) {
    const kernelFunc =
      name === 'Identity' ? sharing : (composing(name, recording(name)) ?? refusing(name));
    tf.registerKernel({ kernelName: name, backendName: CAPTURE, kernelFunc });
  }
  return (backend = made);
}
