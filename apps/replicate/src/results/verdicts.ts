import type { ReportVerdict } from '@scene-mtl/eval';
import { groupName, type ResultsGroup } from './group.ts';

/**
 * Every claim once, in the order of the items, with what each group says about it: the verdict on a
 * claim is never read without the group it comes from.
 */
export function claims(groups: readonly ResultsGroup[]): ReportVerdict[] {
  const found = new Map<
    string,
    ReportVerdict & { findings: ReportVerdict['findings'][number][] }
  >();
  for (const item of itemNames(groups)) {
    for (const group of groups) {
      const verdicts = group.items.find(({ name }) => name === item)?.artefacts?.verdicts ?? [];
      for (const { claim, source, judgement, evidence } of verdicts) {
        const key = `${item} ${claim}`;
        const known = found.get(key) ?? { claim, source, findings: [] };
        known.findings.push({ group: groupName(group), judgement, evidence });
        found.set(key, known);
      }
    }
  }
  return [...found.values()];
}

/** Names of all items, in the order of the first group that has them. */
export const itemNames = (groups: readonly ResultsGroup[]): string[] => [
  ...new Set(groups.flatMap(({ items }) => items.map(({ name }) => name))),
];

/** What stands in the overview for an item of a group: verdicts by kind, or undefined if not run. */
export function outcome(group: ResultsGroup, item: string): string | undefined {
  const artefacts = group.items.find(({ name }) => name === item)?.artefacts;
  if (!artefacts) return undefined;
  const counts = (['reproduced', 'not reproduced', 'cannot tell'] as const).flatMap((kind) => {
    const n = artefacts.verdicts.filter(({ judgement }) => judgement === kind).length;
    return n > 0 ? [`${n} ${kind}`] : [];
  });
  return counts.length > 0 ? counts.join(', ') : 'run';
}
