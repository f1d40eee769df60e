import type { Verdict } from '../experiment/item.ts';
import { compare, evidenceOf, judge, type Comparison } from './comparison.ts';
import type { RowRecords } from './paired-table.ts';

/** What Table 1 claims, judged over the seeds that were run. */
export function table1Verdicts(rows: readonly RowRecords[]): Verdict[] {
  const find = (slug: string): RowRecords | undefined =>
    rows.find(({ row, records }) => row.slug === slug && records.length > 0);
  const three = find('uncertainty-semantic-instance-depth');
  const singles = ['semantic-only', 'instance-only', 'depth-only'].flatMap((s) => find(s) ?? []);
  const against = (others: readonly (RowRecords | undefined)[]): Comparison[] =>
    three
      ? others.flatMap((other) =>
          other ? compare(three.records, other.records, other.row.tasks) : [],
        )
      : [];
  const claim = (source: string, what: string, comparisons: readonly Comparison[]): Verdict => ({
    claim: what,
    source,
    judgement: judge(comparisons),
    evidence: evidenceOf(comparisons),
  });
  const equal = find('equal-weights');
  const semantic = find('semantic-only');
  const drop = equal && semantic ? compare(equal.records, semantic.records, ['semantic']) : [];
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
