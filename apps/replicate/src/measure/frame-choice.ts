import type { FrameErrors } from './frame-errors.ts';

/** Shown quantiles of a task's error: nearly the best frame, a typical one, nearly the worst. */
export const shownQuantiles = [0.05, 0.5, 0.95] as const;

/** Frames in the order of a task's error, least first; of equal ones the earlier comes first. */
export function ranked(errors: readonly (number | null)[]): number[] {
  return errors
    .flatMap((error, frame) => (error === null ? [] : [{ error, frame }]))
    .sort((a, b) => a.error - b.error || a.frame - b.frame)
    .map(({ frame }) => frame);
}

/** The frame at a quantile q of a task's error: place ⌊q (n − 1) + ½⌋ in their order. */
export function frameAt(errors: readonly (number | null)[], q: number): number | undefined {
  const order = ranked(errors);
  return order[Math.floor(q * (order.length - 1) + 0.5)];
}

/**
 * Frames on which all tasks do badly together: those with the highest mean rank over the tasks, where
 * the rank of a frame in a task is its place in the order of errors over the number of frames. Frames
 * without a truth for some task are not ranked.
 */
export function worstTogether(errors: FrameErrors, count: number): number[] {
  const lists = Object.values(errors);
  const ranks = lists.map((list) => {
    const order = ranked(list);
    return new Map(order.map((frame, place) => [frame, (place + 1) / order.length]));
  });
  const frames = [...(ranks[0]?.keys() ?? [])].filter((f) => ranks.every((r) => r.has(f)));
  const mean = (f: number) => ranks.reduce((sum, r) => sum + (r.get(f) as number), 0);
  return frames.sort((a, b) => mean(b) - mean(a) || a - b).slice(0, count);
}
