import * as tf from '@tensorflow/tfjs';
import type { Attrs } from '../capture/value.ts';
import { defineCompositions, type Composition } from './kernel.ts';

/** Kernels without inputs: the CPU backend computes them at once, and they become constants. */

function onCpu(name: string, attrs: Attrs): tf.Tensor {
  const cpu = tf.findBackend('cpu') as tf.KernelBackend & { readSync(id: object): Float32Array };
  const { kernelFunc } = tf.getKernel(name, 'cpu');
  const info = kernelFunc({ inputs: {}, backend: cpu, attrs: attrs as never }) as tf.TensorInfo;
  return tf.tensor(cpu.readSync(info.dataId).slice(), info.shape, info.dtype);
}

const constant = (name: string): Composition => ({
  name,
  lowering: 'constant',
  compose: (_, attrs) => onCpu(name, attrs),
});

defineCompositions(constant('Range'), constant('LinSpace'));
