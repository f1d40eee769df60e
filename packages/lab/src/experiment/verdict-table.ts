import type { Table } from '@scene-mtl/eval';
import type { Verdict } from '../compare/verdict.ts';

/**
 * Claims of the paper and what the results say about them, as a table.
 * @example
 * ```ts
 * import { verdictTable } from '@scene-mtl/lab';
 * const verdict = { claim: 'Learned weights beat equal ones', source: 'Table 1', judgement: 'reproduced', evidence: '' } as const;
 * verdictTable([verdict]).rows[0].cells; // → ['Table 1', 'reproduced', null]
 * ```
 */
export const verdictTable = (verdicts: readonly Verdict[]): Table => ({
  title: 'Claims of the paper',
  corner: 'Claim',
  columns: ['Where', 'Verdict', 'Evidence'].map((name) => ({ name, kind: 'text' as const })),
  rows: verdicts.map(({ claim, source, judgement, evidence }) => ({
    header: claim,
    cells: [source, judgement, evidence || null],
  })),
});
