/** Parts of the steps that budgets of time are rounded to, so that small differences of speed change no run. */
const ROUNDED = 20;

/**
 * Steps that an architecture makes in the time in which hard sharing makes all of its own, by the speeds of both;
 * never more than those. Undefined where a speed is not known yet.
 * @param own steps a second
 * @param hard those of hard sharing
 */
export function stepsInTime(
  steps: number,
  own: number | undefined,
  hard: number | undefined,
): number | undefined {
  if (own === undefined || hard === undefined) return undefined;
  const part = Math.min(1, Math.max(1 / ROUNDED, Math.round((ROUNDED * own) / hard) / ROUNDED));
  return Math.max(1, Math.round(part * steps));
}

/** What a table says of it. */
export const EQUAL_TIME =
  'Equal time: as many steps as it makes in the time of hard sharing, by the speeds of the first seed’s runs, in twentieths of the steps, never more than all.';
