import type { Table } from '@scene-mtl/eval';
import type { JunitCase, JunitSuite } from '@scene-mtl/lab';
import type { GateMetric, GateReport, GateTask } from './gate-runs.ts';

/** A drop as it is said: with a sign, as many digits as its metric has, or more where it is small. */
export function signed(value: number, digits: number): string {
  if (value === 0) return '0';
  const text = Math.abs(value).toFixed(digits);
  const shown = Number(text) === 0 ? Math.abs(value).toPrecision(1) : text;
  return `${value < 0 ? '−' : '+'}${shown}`;
}

/** A value, or a dash. */
export const numberText = (value: number | null, digits: number): string =>
  value === null ? '–' : value.toFixed(digits);

/** What happened to a metric, in one line. */
export function sentenceOf(task: string, metric: GateMetric): string {
  const { name, unit, before, after, drop, interval, epsilon, digits, outcome } = metric;
  const values =
    `${task}/${name} ${numberText(before, digits)} → ${numberText(after, digits)} ${unit}`.trim();
  if (drop === null) return `${values}: ${outcome}, no number to be compared`;
  const range = interval ? interval.map((end) => signed(end, digits)).join(' … ') : 'unknown';
  return `${values}: ${outcome}, drop ${signed(drop, digits)} (95 % interval over frames ${range}), ε ${Number(epsilon.toPrecision(3))}`;
}

/** What a task that only one run has comes to. */
const onlyOne = ({ runs, passes }: GateTask): string => {
  if (runs === 'only new') return 'new: nothing to be compared with';
  return passes ? 'taken away on purpose' : 'the new run has lost it (--removed lets it go)';
};

/** Every metric of every task, those that decide marked by what they came to. */
export function gateTable(report: GateReport): Table {
  const { before, after, data, rule, interval } = report;
  return {
    title: `${after.run} against ${before.run}`,
    corner: 'metric',
    columns: [
      { name: 'old' },
      { name: 'new' },
      { name: 'drop' },
      { name: '95 % interval', kind: 'text' },
      { name: 'ε' },
      { name: 'finding', kind: 'text' },
      { name: 'gate', kind: 'text' },
    ],
    rows: report.tasks.flatMap((task) =>
      task.metrics.map((metric, k) => {
        const { name, unit, digits, drop, epsilon } = metric;
        return {
          header: `${task.task}/${name}${unit && `, ${unit}`}`,
          ...(k === 0 && { ruleAbove: true }),
          cells: [
            numberText(metric.before, digits),
            numberText(metric.after, digits),
            drop === null ? null : signed(drop, digits),
            metric.interval ? metric.interval.map((end) => signed(end, digits)).join(' … ') : null,
            task.runs === 'both' ? String(Number(epsilon.toPrecision(3))) : null,
            task.runs === 'both' ? metric.outcome : onlyOne(task),
            verdictOf(task, metric, k),
          ],
        };
      }),
    ),
    notes: [
      `${data.frames} frames of ${data.name} ${data.split}; steps ${before.step} (old) and ${after.step} (new). A drop above 0 is worse. Both networks are judged on the same frames of each of ${interval.resamples} resamples.`,
      rule === 'interval'
        ? 'A task passes when the bad end of the interval of its drop is at most ε: what cannot be told is not let through.'
        : 'A task passes when its drop is at most ε, whatever its interval says.',
      'Metrics that decide nothing have no entry under “gate”.',
      ...report.notes,
    ],
  };
}

function verdictOf(task: GateTask, { gated, passes }: GateMetric, k: number): string | null {
  if (task.runs !== 'both') return k === 0 ? verdict(task.passes) : null;
  return gated ? verdict(passes) : null;
}

const verdict = (passes: boolean): string => (passes ? 'passes' : 'refused');

/** The frames that got worse, a line each, under the name of their task. */
export function worseLines({ tasks }: GateReport): string[] {
  return tasks.flatMap(({ task, worse, metrics: [{ name, unit, digits }] }) => {
    if (worse.length === 0) return [];
    return [
      `${task}: frames with the largest drops of ${name}${unit && `, ${unit}`}`,
      ...worse.map(
        ({ frame, before, after, drop }) =>
          `  ${frame}  ${before.toFixed(digits)} → ${after.toFixed(digits)}  (${signed(drop, digits)})`,
      ),
    ];
  });
}

/** The gate as tests of continuous integration: one a metric that decides, one a task of one run alone. */
export function gateSuite({ after, before, tasks }: GateReport): JunitSuite {
  return {
    name: `${after.run} against ${before.run}`,
    cases: tasks.flatMap((task) =>
      task.runs === 'both'
        ? task.metrics.filter(({ gated }) => gated).map((metric) => caseOf(task, metric))
        : [loneCase(task)],
    ),
  };
}

function caseOf({ task, worse }: GateTask, metric: GateMetric): JunitCase {
  const name = `${task}/${metric.name}`;
  const sentence = sentenceOf(task, metric);
  if (metric.passes) return { name, output: sentence };
  const frames = worse.map(({ frame, before, after }) => `${frame}: ${before} → ${after}`);
  return { name, failure: { message: sentence, text: [sentence, ...frames].join('\n') } };
}

function loneCase(task: GateTask): JunitCase {
  const message = onlyOne(task);
  if (!task.passes) return { name: task.task, failure: { message, text: message } };
  return { name: task.task, skipped: message };
}

/** What was refused, and why. */
export const refusedOf = ({ tasks }: GateReport): string[] =>
  tasks.flatMap(({ task, runs, metrics, passes }) => {
    if (passes) return [];
    if (runs !== 'both') return [`${task} (lost)`];
    return metrics
      .filter((metric) => metric.gated && !metric.passes)
      .map(({ name, outcome }) => `${task}/${name} (${outcome})`);
  });
