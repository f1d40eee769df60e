import type { Verdict } from '../experiment/item.ts';
import type { TaskName } from '../paper/table1.ts';
import { compare, evidenceOf, judge, type Comparison } from './comparison.ts';
import type { RowRecords } from './paired-table.ts';

/**
 * What Table 1 claims, judged over the seeds that were run. Where the data has two of the tasks, the
 * network of these two stands for that of three, in claims of their own.
 * @param tasks those that the data has
 */
export function table1Verdicts(rows: readonly RowRecords[], tasks: readonly TaskName[]): Verdict[] {
  const find = (slug: string): RowRecords | undefined =>
    rows.find(({ row, records }) => row.slug === slug && records.length > 0);
  const whole = find(`uncertainty-${tasks.join('-')}`);
  const against = (others: readonly (RowRecords | undefined)[]): Comparison[] =>
    whole
      ? others.flatMap((other) =>
          other ? compare(whole.records, other.records, other.records[0].spec.tasks) : [],
        )
      : [];
  const claim = (source: string, what: string, comparisons: readonly Comparison[]): Verdict => ({
    claim: what,
    source,
    judgement: judge(comparisons),
    evidence: evidenceOf(comparisons),
  });
  const three = tasks.length > 2;
  const named = (text: string): string => (three ? text : `${text} (${tasks.join(' and ')})`);
  const equal = find('equal-weights');
  const semantic = find('semantic-only');
  const drop = equal && semantic ? compare(equal.records, semantic.records, ['semantic']) : [];
  const verdicts: Verdict[] = [
    claim(
      'section 5, Table 1',
      named(
        `Learning ${three ? 'three' : 'two'} tasks with uncertainty weighting beats every single-task network`,
      ),
      against(tasks.map((task) => find(`${task}-only`))),
    ),
    claim(
      'section 5, Table 1',
      named('Uncertainty weighting beats approximately optimal fixed weights'),
      against([find('optimal-weights')]),
    ),
    claim(
      'section 5, Table 1',
      named('Uncertainty weighting beats equal weights'),
      against([equal]),
    ),
    {
      claim: named('With equal weights the semantic task gets worse than alone'),
      source: 'Table 1',
      judgement: judge(drop.map(turned)),
      evidence: evidenceOf(drop),
    },
  ];
  if (!three) return verdicts;
  return [
    ...verdicts,
    claim(
      'caption of Table 1',
      'Three tasks together beat every pair of them',
      [
        'uncertainty-semantic-instance',
        'uncertainty-semantic-depth',
        'uncertainty-instance-depth',
      ].flatMap((slug) => {
        const pair = find(slug);
        const name = pair?.row.tasks.join(' + ');
        return against([pair]).map((c) => ({ ...c, evidence: `against ${name}: ${c.evidence}` }));
      }),
    ),
  ];
}

const turned = (comparison: Comparison): Comparison => ({
  ...comparison,
  outcome:
    comparison.outcome === 'open' ? 'open' : comparison.outcome === 'better' ? 'worse' : 'better',
});
