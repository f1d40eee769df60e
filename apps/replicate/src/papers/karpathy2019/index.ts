import type { Entry } from '../entry.ts';

/** Questions of Karpathy's talk of 2019, "Multi-Task Learning in the Wilderness", asked of networks here. */
export const karpathy2019: readonly Entry[] = [
  {
    name: 'spectrum',
    summary:
      'One network a task, one for all, and groups in between: parameters, milliseconds an image through the exported ONNX, every metric, Δm with intervals over seeds.',
    load: async () => (await import('./spectrum/spectrum.ts')).spectrum,
  },
];
