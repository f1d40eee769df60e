import type { Entry } from '../entry.ts';

/** Statements of Ruder 2017, "An Overview of Multi-Task Learning in Deep Neural Networks", as experiments. */
export const ruder2017: readonly Entry[] = [
  {
    name: 'scenes',
    summary:
      'Street scenes with classes on few frames: one task, all tasks on the same frames, the others labelled everywhere, and with shuffled labels as control; over labelled frames and width, and how many labelled frames the other tasks are worth.',
    load: async () => (await import('./scenes/scenes.ts')).scenes,
  },
  {
    name: 'why',
    summary:
      'Section 4, why it works: implicit data augmentation, attention focusing, eavesdropping, representation bias and regularisation, each on made numbers with a dose and controls. --mechanism <name> runs one; --trials <n> sets the seeds.',
    load: async () => (await import('./why/why.ts')).why,
  },
  {
    name: 'sharing',
    summary:
      'Hard sharing, soft sharing and every architecture between on the same tasks, with equal steps and with equal time: parameters, multiply-adds, milliseconds, Δm with intervals, and how much of each stage is shared in the end.',
    load: async () => (await import('./sharing/sharing.ts')).sharing,
  },
  {
    name: 'sharing-roads',
    summary:
      'The same on 1-D ALVINN: nine tasks from one row of a made picture of a road, two hidden layers, every architecture with equal steps and with equal time. --trials <n> sets the seeds.',
    load: async () => (await import('./sharing-roads/sharing-roads.ts')).sharingRoads,
  },
];
