import type { MetricInfo, MetricsRecord } from '@scene-mtl/core';

/** A task at its own best evaluation, and at the one that all share. */
export interface TaskRegret {
  readonly task: string;
  readonly metric: string;
  readonly unit: string;
  readonly best: { readonly step: number; readonly value: number };
  /** Its value at the joint evaluation, and how much worse that is, as a share of its best. */
  readonly joint: { readonly value: number; readonly regret: number };
}

/** What it costs that all tasks are taken from one evaluation. */
export interface Regret {
  /** Steps done at the evaluation with the least mean regret; the earlier of equal ones. */
  readonly step: number;
  readonly mean: number;
  readonly tasks: readonly TaskRegret[];
}

/** A task with its primary metric. */
export interface RegretTask {
  readonly name: string;
  readonly metrics: readonly [MetricInfo & { readonly digits?: number }, ...MetricInfo[]];
}

/**
 * The regret of one joint epoch: of all evaluations the one at which the tasks are, on the mean, least worse than
 * each at its own best, `mean |m(joint) − m(best)| / |m(best)|` over the primary metrics. Undefined with fewer
 * than two tasks, without two evaluations at which all have a number, or where a best is 0.
 */
export function regretOf(
  log: readonly MetricsRecord[],
  tasks: readonly RegretTask[],
): Regret | undefined {
  const seen = log.filter(({ kind }) => kind === 'evaluation');
  const watched = tasks.map(({ name, metrics: [{ name: metric, unit, better }] }) => ({
    ...{ task: name, metric, unit, better },
    values: seen.map(({ values }) => values[`${name}/${metric}`] ?? NaN),
  }));
  const whole = seen.flatMap((_, e) =>
    watched.every(({ values }) => Number.isFinite(values[e])) ? [e] : [],
  );
  if (watched.length < 2 || whole.length < 2) return undefined;
  const bests = watched.map(({ values, better }) =>
    whole.reduce((a, b) =>
      (better === 'higher' ? values[b] > values[a] : values[b] < values[a]) ? b : a,
    ),
  );
  if (watched.some(({ values }, t) => values[bests[t]] === 0)) return undefined;
  const regret = (t: number, e: number): number => {
    const best = watched[t].values[bests[t]];
    return Math.abs(watched[t].values[e] - best) / Math.abs(best);
  };
  const mean = (e: number): number =>
    watched.reduce((sum, _, t) => sum + regret(t, e), 0) / watched.length;
  const joint = whole.reduce((a, b) => (mean(b) < mean(a) ? b : a));
  return {
    step: seen[joint].step,
    mean: mean(joint),
    tasks: watched.map(({ task, metric, unit, values }, t) => ({
      ...{ task, metric, unit },
      best: { step: seen[bests[t]].step, value: values[bests[t]] },
      joint: { value: values[joint], regret: regret(t, joint) },
    })),
  };
}

/** {@link regretOf} in a line a task. */
export function regretText({ step, mean, tasks }: Regret): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return [
    `one joint epoch for all tasks: step ${step}, ${percent(mean)} worse on the mean than each at its own best`,
    ...tasks.map(
      ({ task, metric, unit, best, joint }) =>
        `  ${task}/${metric}: best ${best.value.toFixed(4)} ${unit} at step ${best.step}, ` +
        `${joint.value.toFixed(4)} at step ${step} (${percent(joint.regret)} worse)`,
    ),
  ].join('\n');
}
