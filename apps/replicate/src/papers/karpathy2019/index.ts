import type { Entry } from '../entry.ts';

/** What the questions of the talk come to, as software. */
export const karpathy2019: readonly Entry[] = [
  {
    name: 'maintenance',
    summary:
      'Karpathy 2019: five changes of a trained network of street scenes (a head tuned, added, replaced, a group unfrozen, all refreshed), which heads stay the same bits, and what each costs from kept features and end to end.',
    load: async () => (await import('./maintenance/maintenance.ts')).maintenance,
  },
];
