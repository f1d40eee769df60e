import { methodNeeded, type MetricsRecord } from '@scene-mtl/core';

/**
 * What a run's gradients said, in a few lines: means over all looks, and the rule of thumb with its number.
 * @param price of the looks of this process, and of the training that it was part of, s
 */
export function gradientReport(
  log: readonly MetricsRecord[],
  price: { readonly seconds: number; readonly of: number },
): string {
  const looks = log.filter(({ kind }) => kind === 'gradients').map(({ values }) => values);
  if (looks.length === 0) return 'gradients: never two tasks with a gradient in one batch';
  const mean = (key: string): number => {
    const seen = looks.flatMap((look) => look[key] ?? []);
    return seen.reduce((a, b) => a + b, 0) / seen.length;
  };
  const pairs = [...new Set(looks.flatMap(Object.keys))].filter((key) => key.startsWith('cosine/'));
  const cosines = pairs.map((key) => `${key.slice('cosine/'.length)} ${mean(key).toFixed(2)}`);
  // What is infinite is written as null: dependent gradients, of the worst condition.
  const conditions = looks.map((look) => look['conditionNumber'] ?? Infinity).sort((a, b) => a - b);
  const toMean = mean('cosineToMean');
  const share = (100 * price.seconds) / price.of;
  return [
    `gradients, ${looks.length} looks (${price.seconds.toFixed(1)} s, ${share.toFixed(1)} % of this process's training):`,
    `  cosines ${cosines.join(', ')}; ${(100 * mean('conflicts')).toFixed(0)} % of pairs conflict`,
    `  magnitude similarity ${mean('magnitudeSimilarity').toFixed(2)}, condition number ${conditions[conditions.length >> 1].toFixed(1)} (median)`,
    `  mean cosine to the mean gradient ${toMean.toFixed(2)}: ${methodNeeded(toMean)} (rule of thumb of Gama & Grassi 2025: about 0.7 or more, equal weights are as good; about 0.3, methods help)`,
  ].join('\n');
}
