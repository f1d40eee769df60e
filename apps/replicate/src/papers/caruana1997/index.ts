import type { Entry } from '../entry.ts';

/** Experiments of Caruana 1997, "Multitask Learning". */
export const caruana1997: readonly Entry[] = [
  {
    name: 'alvinn',
    summary:
      'Caruana 1997, section 2.1: steering learned from one row of a picture of a road, alone and with seven extra tasks (lanes, edges, centre, greys). Made data, seconds a run; --trials <n> sets the seeds, each with roads of its own.',
    load: async () => (await import('./alvinn/alvinn.ts')).alvinn,
  },
];
