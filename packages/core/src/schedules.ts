/** Learning rate at a step, counted from 0. Pure: the same step, the same rate. */
export type Schedule = (step: number) => number;

/**
 * The same rate at every step.
 * @example
 * ```ts
 * import { constant } from '@scene-mtl/core';
 * constant(0.01)(500); // → 0.01
 * ```
 */
export const constant =
  (rate: number): Schedule =>
  () =>
    rate;

/**
 * Polynomial decay, `rate · (1 − i/max)^power` (Kendall et al. 2018, appendix A.1: power 0.9); 0 from
 * step `max` on.
 * @example
 * ```ts
 * import { poly } from '@scene-mtl/core';
 * poly(0.01, 100)(0); // → 0.01
 * poly(0.01, 100, 1)(75); // → 0.0025
 * ```
 */
export function poly(rate: number, max: number, power = 0.9): Schedule {
  checkSteps('poly', max);
  return (i) => rate * Math.max(0, 1 - i / max) ** power;
}

/**
 * Half a cosine from `rate` to 0, `½ rate (1 + cos(π i/max))` (Loshchilov & Hutter 2017, eq. 5).
 * @example
 * ```ts
 * import { cosine } from '@scene-mtl/core';
 * [0, 50, 100].map(cosine(0.2, 100)); // → [0.2, 0.1, 0.0]
 * ```
 */
export function cosine(rate: number, max: number): Schedule {
  checkSteps('cosine', max);
  return (i) => 0.5 * rate * (1 + Math.cos(Math.PI * Math.min(1, i / max)));
}

/**
 * `rate · factorⁿ`, n being how many of `milestones` are at or below the step.
 * @example
 * ```ts
 * import { steps } from '@scene-mtl/core';
 * [0, 10, 20].map(steps(0.1, [10, 20])); // → [0.100, 0.010, 0.001]
 * ```
 */
export function steps(rate: number, milestones: readonly number[], factor = 0.1): Schedule {
  return (i) => rate * factor ** milestones.filter((m) => m <= i).length;
}

/**
 * A linear rise before another schedule: `(i + 1)/n · schedule(i)` for i < n. The schedule's own
 * steps go on counting, so its end does not move.
 * @example
 * ```ts
 * import { constant, warmUp } from '@scene-mtl/core';
 * [0, 1, 3, 4].map(warmUp(4, constant(0.1))); // → [0.025, 0.050, 0.100, 0.100]
 * ```
 */
export function warmUp(n: number, schedule: Schedule): Schedule {
  checkSteps('warmUp', n);
  return (i) => (i < n ? ((i + 1) / n) * schedule(i) : schedule(i));
}

function checkSteps(where: string, n: number): void {
  if (!Number.isInteger(n) || n < 1) {
    throw new Error(`${where}: expected a whole number of steps, at least 1, got ${n}`);
  }
}
