import type { ReportFinding, ReportNotRun, ReportVerdict } from '@scene-mtl/eval';
import { signs, type Judgement } from '../compare/verdict.ts';
import type { Artefacts } from '../experiment/artefacts.ts';
import { amongMany } from './among-many.ts';
import { commandOf, type ResultsGroup, type ResultsTexts } from './group.ts';
import { sectionsOf } from './sections.ts';

/** A claim with what every group says about it, and the section that has its details. */
export interface JudgedClaim extends ReportVerdict {
  readonly section: string;
  readonly findings: readonly (ReportFinding & {
    readonly judgement: Judgement;
    readonly seeds: number;
    /** Also among all of its group; see `amongMany`. */
    readonly stands: boolean;
  })[];
}

/**
 * Every claim that a group could judge, once, in the order of the experiments, with what each of these
 * groups says about it: a verdict is never read without the group it comes from.
 */
export function claims(groups: readonly ResultsGroup[]): JudgedClaim[] {
  const fallen = new Map(groups.map((group) => [group.name, amongMany(group).fallen]));
  const found = new Map<string, JudgedClaim & { findings: JudgedClaim['findings'][number][] }>();
  for (const { name, parts } of sectionsOf(groups)) {
    for (const { group, experiment, artefacts } of parts) {
      for (const verdict of artefacts.verdicts) {
        const { claim, source, judgement, evidence } = verdict;
        const key = `${name} ${claim}`;
        const known = found.get(key) ?? { section: name, claim, source, findings: [] };
        // Kept even so: the first group that has a claim gives it its place.
        found.set(key, known);
        if (judgement !== 'not run') {
          const sign = signs[judgement];
          const { seeds } = experiment;
          const stands = !fallen.get(group.name)?.has(verdict);
          known.findings.push({ group: group.name, judgement, sign, evidence, seeds, stands });
        }
      }
    }
  }
  return [...found.values()].filter(({ findings }) => findings.length > 0);
}

/** Of what groups say of a claim the one that counts: of those that decide, or of all, the one with most seeds. */
export function telling({ findings }: JudgedClaim): JudgedClaim['findings'][number] {
  const deciding = findings.filter(({ sign }) => sign !== 'open');
  return (deciding.length > 0 ? deciding : findings).reduce((best, finding) =>
    finding.seeds > best.seeds ? finding : best,
  );
}

/** What stands before the first `; ` that is not within brackets. */
export function firstPart(evidence: string): string {
  let open = 0;
  for (let i = 0; i < evidence.length; i++) {
    if (evidence[i] === '(') open++;
    if (evidence[i] === ')') open--;
    if (open === 0 && evidence.startsWith('; ', i)) return evidence.slice(0, i);
  }
  return evidence;
}

/** By group, the experiments of which claims were not run, and the command that runs them. */
export const notRun = (groups: readonly ResultsGroup[], texts: ResultsTexts): ReportNotRun[] =>
  groups.flatMap((group) => {
    const experiments = group.experiments.flatMap(({ typed, artefacts }) => {
      if (!artefacts) return [typed];
      const { verdicts } = artefacts;
      const lacking = count(artefacts, 'not run');
      if (lacking === 0) return [];
      return [
        `${typed} (${lacking === verdicts.length ? '' : `${lacking} of `}${plural(verdicts.length)})`,
      ];
    });
    return experiments.length > 0
      ? [
          {
            group: group.name,
            command: commandOf(texts, { typed: 'EXPERIMENT', flags: group.flags }),
            experiments,
          },
        ]
      : [];
  });

const plural = (claims: number): string => `${claims} claim${claims === 1 ? '' : 's'}`;

/** What came of an experiment: its verdicts by kind. */
export function outcome(artefacts: Artefacts): string {
  const counts = judgements.flatMap((kind) => {
    const n = count(artefacts, kind);
    return n > 0 ? [`${n} ${kind}`] : [];
  });
  return counts.length > 0 ? counts.join(', ') : 'run';
}

/** How many claims a group judged so. */
export const judgedSo = ({ experiments }: ResultsGroup, kind: Judgement): number =>
  experiments.reduce((sum, { artefacts }) => sum + (artefacts ? count(artefacts, kind) : 0), 0);

/** Every judgement, in the order in which pages count them. */
export const judgements = [
  'reproduced',
  'not reproduced',
  'no difference larger than δ',
  'cannot tell',
  'not measurable',
  'not run',
] as const satisfies readonly Judgement[];

const count = ({ verdicts }: Artefacts, kind: Judgement): number =>
  verdicts.filter(({ judgement }) => judgement === kind).length;
