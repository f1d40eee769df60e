import type { Best } from '../checkpoint/checkpoint.ts';

/** A metric that chooses among evaluations. */
interface Selection {
  readonly metric: string;
  readonly better: 'higher' | 'lower';
}

/** Steps of the checkpoints that stay however old they are. */
export const stepsOf = (
  best: Best | undefined,
  bests: Readonly<Record<string, Best>> = {},
): number[] => [...(best ? [best] : []), ...Object.values(bests)].map(({ step }) => step);

/** The best of each metric; what there was where none is better now. */
export function bestsOf(
  bests: Readonly<Record<string, Best>> | undefined,
  snapshots: readonly { readonly name: string; readonly better: Selection['better'] }[] = [],
  metrics: Readonly<Record<string, number | null>>,
  step: number,
): Readonly<Record<string, Best>> | undefined {
  const found = snapshots.flatMap(({ name: metric, better }) => {
    const now = betterOf(bests?.[metric], { metric, better }, metrics, step);
    return now ? [[metric, now] as const] : [];
  });
  const isSame = found.every(([metric, now]) => bests?.[metric] === now);
  return isSame ? bests : Object.fromEntries(found);
}

/**
 * The best evaluation so far, `best` itself where this one is not better, or its metric is not finite.
 * @throws naming the metric where the evaluation has none of its name
 */
export function betterOf(
  best: Best | undefined,
  select: Selection | undefined,
  metrics: Readonly<Record<string, number | null>>,
  step: number,
): Best | undefined {
  if (!select) return best;
  const value = metrics[select.metric];
  if (value === undefined) {
    const names = Object.keys(metrics).join(', ');
    throw new Error(`train: evaluate gave [${names}], not ${select.metric}, which selects`);
  }
  if (value === null) return best;
  const wins = !best || (select.better === 'higher' ? value > best.value : value < best.value);
  return wins ? { step, metric: select.metric, value } : best;
}
