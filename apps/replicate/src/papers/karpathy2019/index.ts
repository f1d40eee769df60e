import type { Entry } from '../entry.ts';

/** Questions of Karpathy's talk of 2019, "Multi-Task Learning in the Wilderness", asked of networks here. */
export const karpathy2019: readonly Entry[] = [
  {
    name: 'maintenance',
    summary:
      'Five changes of a trained network of street scenes (a head tuned, added, replaced, a group unfrozen, all refreshed), which heads stay the same bits, and what each costs from kept features and end to end.',
    load: async () => (await import('./maintenance/maintenance.ts')).maintenance,
  },
  {
    name: 'spectrum',
    summary:
      'One network a task, one for all, and groups in between: parameters, milliseconds an image through the exported ONNX, every metric, Δm with intervals over seeds.',
    load: async () => (await import('./spectrum/spectrum.ts')).spectrum,
  },
];
