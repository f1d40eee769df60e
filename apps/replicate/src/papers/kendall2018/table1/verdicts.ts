import { compare, type ComparedArm, type Comparison, judge, type Verdict } from '@scene-mtl/lab';
import { primaryQuantities } from '../../../scenes/quantities.ts';

/**
 * What Table 1 claims, judged over the seeds that were run. Where the data has two of the tasks, the
 * network of these two stands for that of three, in claims of their own; with one nothing is claimed.
 * @param tasks those that the data has
 */
export function table1Verdicts(arms: readonly ComparedArm[], tasks: readonly string[]): Verdict[] {
  if (tasks.length < 2) return [];
  const find = (slug: string): ComparedArm | undefined => arms.find((arm) => arm.slug === slug);
  const whole = find(`uncertainty-${tasks.join('-')}`);
  const three = tasks.length > 2;
  const named = (text: string): string => (three ? text : `${text} (${tasks.join(' and ')})`);
  const wins = (source: string, claim: string, slugs: readonly string[]): Verdict => {
    const sets = slugs.map((slug) => against(whole, find(slug), tasks));
    return judge(
      { claim, source },
      sets.flatMap(({ name, common, comparisons }) =>
        // A task alone names its only rival.
        sets.length > 1 && common.length > 1
          ? comparisons.map((c) => ({ ...c, evidence: `against ${name}: ${c.evidence}` }))
          : comparisons,
      ),
      sets
        .filter(({ common, comparisons }) => comparisons.length < common.length)
        .map(({ name }) => name),
    );
  };
  const drop = against(find('equal-weights'), find('semantic-only'), ['semantic']);
  return [
    wins(
      'section 5, Table 1',
      named(
        `Learning ${three ? 'three' : 'two'} tasks with uncertainty weighting beats every single-task network`,
      ),
      tasks.map((task) => `${task}-only`),
    ),
    wins(
      'section 5, Table 1',
      named('Uncertainty weighting beats approximately optimal fixed weights'),
      ['optimal-weights'],
    ),
    wins('section 5, Table 1', named('Uncertainty weighting beats equal weights'), [
      'equal-weights',
    ]),
    judge(
      {
        claim: named('With equal weights the semantic task gets worse than alone'),
        source: 'Table 1',
      },
      drop.comparisons.map(turned),
    ),
    ...(three
      ? [
          wins('caption of Table 1', 'Three tasks together beat every pair of them', [
            'uncertainty-semantic-instance',
            'uncertainty-semantic-depth',
            'uncertainty-instance-depth',
          ]),
        ]
      : []),
  ];
}

/** One arm against another, in those of the tasks that the other has. */
function against(
  ours: ComparedArm | undefined,
  theirs: ComparedArm | undefined,
  tasks: readonly string[],
) {
  const common = tasks.filter((task) => theirs?.tasks.includes(task));
  const comparisons = compare(ours?.runs ?? [], theirs?.runs ?? [], primaryQuantities(common));
  return { name: common.join(' + '), common, comparisons };
}

const opposite = { better: 'worse', worse: 'better', same: 'same', open: 'open' } as const;

const turned = (comparison: Comparison): Comparison => ({
  ...comparison,
  outcome: opposite[comparison.outcome],
  noBetter: comparison.noWorse,
  noWorse: comparison.noBetter,
});
