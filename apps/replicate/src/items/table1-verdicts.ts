import { metricOf } from '../experiment/over-seeds.ts';
import type { Judgement, Verdict } from '../experiment/item.ts';
import type { TaskName } from '../paper/table1.ts';
import { primaryMetric } from '../train/metrics.ts';
import { paired, type RowRecords } from './paired-table.ts';

/** Fewest seeds from which a comparison is judged. */
const ENOUGH = 3;

const mean = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / values.length;

/** +1 where a larger value is better. */
const sign = (task: TaskName): number => (task === 'semantic' ? 1 : -1);

const text = (value: number, task: TaskName): string =>
  task === 'semantic' ? `${value.toFixed(1)} %` : `${value.toFixed(3)} px`;

/** What the learned row did against another, task by task. */
interface Comparison {
  readonly task: TaskName;
  readonly n: number;
  /** Whole interval better, whole interval worse, or neither. */
  readonly outcome: 'better' | 'worse' | 'open';
  readonly evidence: string;
}

function compare(learned: RowRecords, other: RowRecords): Comparison[] {
  return other.row.tasks.flatMap((task) => {
    const result = paired(learned, other, task);
    if (!result) return [];
    const [low, high] = result.interval.map((edge) => sign(task) * edge).sort((a, b) => a - b);
    const outcome = low > 0 ? 'better' : high < 0 ? 'worse' : 'open';
    const [ours, theirs] = [learned, other].map(({ records }) =>
      mean(metricOf(records, primaryMetric[task])),
    );
    const evidence = `${task} ${text(ours, task)} against ${text(theirs, task)} (${result.n} seed${result.n > 1 ? 's' : ''}, 95 % interval of the difference ${result.interval.map((edge) => edge.toFixed(3)).join(' … ')})`;
    return [{ task, n: result.n, outcome, evidence }];
  });
}

/** All better: reproduced; any worse: not; anything open, or too few seeds: cannot tell. */
function judge(comparisons: readonly Comparison[]): Judgement {
  if (comparisons.length === 0 || comparisons.some(({ n }) => n < ENOUGH)) return 'cannot tell';
  if (comparisons.some(({ outcome }) => outcome === 'worse')) return 'not reproduced';
  return comparisons.every(({ outcome }) => outcome === 'better') ? 'reproduced' : 'cannot tell';
}

const evidenceOf = (comparisons: readonly Comparison[]): string =>
  comparisons.length === 0 ? 'not run' : comparisons.map(({ evidence }) => evidence).join('; ');

/** What Table 1 claims, judged over the seeds that were run. */
export function table1Verdicts(rows: readonly RowRecords[]): Verdict[] {
  const find = (slug: string): RowRecords | undefined =>
    rows.find(({ row, records }) => row.slug === slug && records.length > 0);
  const three = find('uncertainty-semantic-instance-depth');
  const singles = ['semantic-only', 'instance-only', 'depth-only'].flatMap((s) => find(s) ?? []);
  const against = (others: readonly (RowRecords | undefined)[]): Comparison[] =>
    three ? others.flatMap((other) => (other ? compare(three, other) : [])) : [];
  const claim = (source: string, what: string, comparisons: readonly Comparison[]): Verdict => ({
    claim: what,
    source,
    judgement: judge(comparisons),
    evidence: evidenceOf(comparisons),
  });
  const equal = find('equal-weights');
  const semantic = find('semantic-only');
  const drop = equal && semantic ? compare(equal, semantic) : [];
  return [
    claim(
      'section 5, Table 1',
      'Learning three tasks with uncertainty weighting beats every single-task network',
      against(singles),
    ),
    claim(
      'section 5, Table 1',
      'Uncertainty weighting beats approximately optimal fixed weights',
      against([find('optimal-weights')]),
    ),
    claim('section 5, Table 1', 'Uncertainty weighting beats equal weights', against([equal])),
    {
      claim: 'With equal weights the semantic task gets worse than alone',
      source: 'Table 1',
      judgement: judge(drop.map(turned)),
      evidence: evidenceOf(drop),
    },
    claim(
      'caption of Table 1',
      'Three tasks together beat every pair of them',
      against(
        [
          'uncertainty-semantic-instance',
          'uncertainty-semantic-depth',
          'uncertainty-instance-depth',
        ].map(find),
      ),
    ),
  ];
}

const turned = (comparison: Comparison): Comparison => ({
  ...comparison,
  outcome:
    comparison.outcome === 'open' ? 'open' : comparison.outcome === 'better' ? 'worse' : 'better',
});
