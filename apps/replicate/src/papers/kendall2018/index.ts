import type { SceneExperiment } from '../../scenes/kind.ts';
import type { Entry } from '../entry.ts';

/** Every table and figure that is made from trained runs, in the order of the paper. */
export const kendall2018: readonly Entry<SceneExperiment>[] = [
  {
    name: 'table1',
    summary: 'Table 1: three single tasks, fixed weights, uncertainty weighting.',
    load: async () => (await import('./table1/table1.ts')).table1,
  },
  {
    name: 'figure2',
    summary:
      'Figure 2: weight grids of two tasks (11 and 10 points as published, and the pair that the paper leaves out) beside learned weights.',
    load: async () => (await import('./figure2/figure2.ts')).figure2,
  },
  {
    name: 'figure3',
    summary:
      'Objects found in centre votes by OPTICS, DBSCAN and connected components: pictures, AP, number of objects, from predicted and from true vectors.',
    load: async () => (await import('./figure3/figure3.ts')).figure3,
  },
  {
    name: 'figure4',
    summary:
      'How often an object in several visible pieces stays one object, by clustering method, on validation frames and on frames generated for it.',
    load: async () => (await import('./figure4/figure4.ts')).figure4,
  },
  {
    name: 'table2',
    summary:
      'IoU and iIoU over classes and categories, AP, AP50, AP100m, AP50m and disparity errors of the runs of Table 1; longer runs by --set training.steps=N.',
    load: async () => (await import('./table2/table2.ts')).table2,
  },
  {
    name: 'figure5',
    summary:
      'Photograph, truth, prediction and error of every task, for frames that a rule chooses: the 5th, 50th and 95th percentile of each task’s error.',
    load: async () => (await import('./figure5/figure5.ts')).figure5,
  },
  {
    name: 'figure6',
    summary:
      'Figure 6: s = log σ² of each task over the first 250 iterations from starts between −2 and 5, at both learning rates that the paper states and in three forms of the loss.',
    load: async () => (await import('./figure6/figure6.ts')).figure6,
  },
  {
    name: 'figure7',
    summary:
      'Figure 7 and appendix B: σ², losses and weights of the run with all tasks of Table 1, σ² beside its stationary value, the ratio of the weights.',
    load: async () => (await import('./figure7/figure7.ts')).figure7,
  },
  {
    name: 'figure9',
    summary:
      'Correlation of the tasks’ errors, in one network and in networks trained apart; errors by class, size and occlusion; the worst frames.',
    load: async () => (await import('./figure9/figure9.ts')).figure9,
  },
  {
    name: 'ablations',
    summary:
      'What the paper asserts without an experiment: the approximation of the softmax likelihood, weights learned directly, noise that is recovered; and other weightings on the same tasks.',
    load: async () => (await import('./ablations/ablations.ts')).ablations,
  },
];
