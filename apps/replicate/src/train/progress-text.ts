import type { Progress } from '@scene-mtl/core';
import { duration } from '@scene-mtl/lab';

/**
 * Steps, rate and time left, weights, losses: one line. The rate is known from the second reading on: until the first
 * one data were opened, scenes drawn and the step compiled, which says nothing of the steps to come.
 * @param now a clock, ms
 */
export function progressText(
  now: () => number = () => performance.now(),
): (progress: Pick<Progress, 'step' | 'steps' | 'values' | 'engine'>) => string {
  let first: { readonly step: number; readonly at: number } | undefined;
  return ({ step, steps, values, engine }) => {
    const at = now();
    first ??= { step, at };
    const rate = (step - first.step) / ((at - first.at) / 1000);
    const speed =
      rate > 0
        ? [`${rate.toFixed(1)} steps/s on ${engine}`, `${duration((steps - step) / rate)} left`]
        : [`on ${engine}`];
    const named = (prefix: string, title: (task: string) => string) =>
      Object.entries(values)
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, value]) => `${title(key.slice(prefix.length))} ${value.toFixed(3)}`);
    return [
      `step ${step}/${steps}`,
      ...speed,
      ...named('weight/', (task) => `w(${task})`),
      ...named('loss/', (task) => task),
    ].join('  ');
  };
}
