/** A point of a learning curve: labelled frames, and what a network learned from them reaches. */
export interface LearningPoint {
  readonly frames: number;
  /** More is better. */
  readonly value: number;
}

/** A number of frames; beyond the ends of the curve only on which side of it. */
export interface Equivalent {
  readonly frames: number;
  readonly beyond: 'fewer' | 'more' | undefined;
}

/**
 * The nearest curve that never falls, by least squares (pool adjacent violators, Ayer et al. 1955): more labels
 * are no worse, and where a curve says so it is the spread of the seeds.
 * @param points in the order of their frames
 */
export function rising(points: readonly LearningPoint[]): LearningPoint[] {
  const pools: { sum: number; count: number }[] = [];
  for (const { value } of points) {
    pools.push({ sum: value, count: 1 });
    for (;;) {
      const [before, last] = pools.slice(-2);
      if (!last || before.sum / before.count <= last.sum / last.count) break;
      pools.splice(-2, 2, { sum: before.sum + last.sum, count: before.count + last.count });
    }
  }
  const values = pools.flatMap(({ sum, count }) => new Array<number>(count).fill(sum / count));
  return points.map(({ frames }, i) => ({ frames, value: values[i] }));
}

/**
 * With how many labelled frames the curve reaches a value: between its points it runs straight over the
 * logarithm of the frames.
 * @param curve one that never falls, at least one point
 */
export function framesFor(curve: readonly LearningPoint[], value: number): Equivalent {
  const [first, last] = [curve[0], curve[curve.length - 1]];
  if (value < first.value) return { frames: first.frames, beyond: 'fewer' };
  if (value > last.value) return { frames: last.frames, beyond: 'more' };
  const at = curve.findIndex((point) => point.value >= value);
  if (at === 0) return { frames: first.frames, beyond: undefined };
  const [a, b] = [curve[at - 1], curve[at]];
  const part = (value - a.value) / (b.value - a.value);
  return { frames: a.frames * (b.frames / a.frames) ** part, beyond: undefined };
}

/** A number of frames in words: `83`, `more than 600`. */
export const framesText = ({ frames, beyond }: Equivalent): string =>
  `${beyond === undefined ? '' : `${beyond} than `}${Math.round(frames)}`;
