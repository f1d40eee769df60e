import type { Entry } from '../entry.ts';

/** What LibMTL and the papers behind its methods measure. */
export const libmtl: readonly Entry[] = [
  {
    name: 'toy',
    summary:
      'Every method of the registry on the two-parameter problem of CAGrad and Nash-MTL, from five starts, drawn against the Pareto front.',
    load: async () => (await import('./toy/toy.ts')).toy,
  },
  {
    name: 'balancing',
    summary:
      'Every balancing method of the registry on all tasks of the data, beside one network a task: metrics, Δm in its three definitions, mean rank, steps a second.',
    load: async () => (await import('./balancing/balancing.ts')).balancing,
  },
];
