import type { Entry } from '../entry.ts';

/** Experiments of Caruana 1997, "Multitask Learning". */
export const caruana1997: readonly Entry[] = [
  {
    name: 'alvinn',
    summary:
      'Caruana 1997, section 2.1 and table 1: nine tasks learned from one row of a picture of a road, each alone with 2, 4, 8 and 16 hidden units and all in one network, with four controls. Made data; --trials <n> sets the seeds, each with roads of its own.',
    load: async () => (await import('./alvinn/alvinn.ts')).alvinn,
  },
  {
    name: 'inputs-as-outputs',
    summary:
      'Caruana 1997, table 6: a function of two numbers learned with another one as an input, as an output, and without it. Made data, seconds a run; --trials <n> sets the seeds.',
    load: async () => (await import('./inputs-as-outputs/inputs-as-outputs.ts')).inputsAsOutputs,
  },
  {
    name: 'peaks',
    summary:
      'Caruana 1997, section 3.3 and figure 5: 120 functions in one network, and how alike they use its hidden units by how many features they share. Made data; --trials <n> sets the seeds.',
    load: async () => (await import('./peaks/peaks.ts')).peaks,
  },
  {
    name: 'lambda',
    summary:
      'Caruana 1997, figure 7: steering over the weight of the extra tasks. Shares runs with alvinn; --trials <n> sets the seeds.',
    load: async () => (await import('./lambda/lambda.ts')).lambda,
  },
  {
    name: 'n-curve',
    summary:
      'Caruana 1997, figure 8: how many more examples steering alone needs to be as good as with eight extra tasks. Shares runs with alvinn; --trials <n> sets the seeds.',
    load: async () => (await import('./n-curve/n-curve.ts')).nCurve,
  },
  {
    name: 'early-stopping',
    summary:
      'Caruana 1997, section 7.2: when each task of one network is best, what one common stop costs, and rates that let them peak together. Shares runs with alvinn; --trials <n> sets the seeds.',
    load: async () => (await import('./early-stopping/early-stopping.ts')).earlyStopping,
  },
];
