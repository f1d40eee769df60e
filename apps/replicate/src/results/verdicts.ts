import type { ReportNotRun, ReportVerdict } from '@scene-mtl/eval';
import type { Artefacts, Judgement } from '@scene-mtl/lab';
import { commandOf, groupName, type ResultsGroup } from './group.ts';
import { sectionsOf } from './sections.ts';

/**
 * Every claim that a group could judge, once, in the order of the items, with what each of these
 * groups says about it: a verdict is never read without the group it comes from.
 */
export function claims(groups: readonly ResultsGroup[]): ReportVerdict[] {
  const found = new Map<
    string,
    ReportVerdict & { findings: ReportVerdict['findings'][number][] }
  >();
  for (const { name, parts } of sectionsOf(groups)) {
    for (const { group, artefacts } of parts) {
      for (const { claim, source, judgement, evidence } of artefacts.verdicts) {
        const key = `${name} ${claim}`;
        const known = found.get(key) ?? { claim, source, findings: [] };
        // Kept even so: the first group that has a claim gives it its place.
        found.set(key, known);
        if (judgement !== 'not run') {
          known.findings.push({ group: groupName(group), judgement, evidence });
        }
      }
    }
  }
  return [...found.values()].filter(({ findings }) => findings.length > 0);
}

/** By group, the items of which claims were not run, and the command that runs them. */
export const notRun = (groups: readonly ResultsGroup[]): ReportNotRun[] =>
  groups.flatMap((group) => {
    const items = group.items.flatMap(({ typed, artefacts }) => {
      if (!artefacts) return [typed];
      const { verdicts } = artefacts;
      const lacking = count(artefacts, 'not run');
      if (lacking === 0) return [];
      return [
        `${typed} (${lacking === verdicts.length ? '' : `${lacking} of `}${plural(verdicts.length)})`,
      ];
    });
    return items.length > 0 ? [{ group: groupName(group), command: commandOf(group), items }] : [];
  });

const plural = (claims: number): string => `${claims} claim${claims === 1 ? '' : 's'}`;

/** What came of an item: its verdicts by kind. */
export function outcome(artefacts: Artefacts): string {
  const counts = kinds.flatMap((kind) => {
    const n = count(artefacts, kind);
    return n > 0 ? [`${n} ${kind}`] : [];
  });
  return counts.length > 0 ? counts.join(', ') : 'run';
}

const kinds = [
  'reproduced',
  'not reproduced',
  'cannot tell',
  'not run',
] as const satisfies readonly Judgement[];

const count = ({ verdicts }: Artefacts, kind: Judgement): number =>
  verdicts.filter(({ judgement }) => judgement === kind).length;
