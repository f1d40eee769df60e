import type { Entry } from '../entry.ts';

/** Experiments of Abu-Mostafa 1990 and 1995, learning from hints. */
export const abuMostafa1990: readonly Entry[] = [
  {
    name: 'hints',
    summary:
      'Learning from hints: oddness, invariance, monotonicity, convexity, range, approximation and a catalyst as virtual examples without labels; their value over the number of examples, schedules, false hints, the mirrored road. --study <name> runs one; --trials <n> sets the seeds.',
    load: async () => (await import('./hints/hints.ts')).hints,
  },
  {
    name: 'scene-hints',
    summary:
      'Hints on street scenes where few frames have labels: mirror, light, disparity over the rows, learned from the frames without any, and false ones as control.',
    load: async () => (await import('./scene-hints/scene-hints.ts')).sceneHints,
  },
];
