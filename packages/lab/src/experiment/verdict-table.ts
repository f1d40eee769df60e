import type { Table } from '@scene-mtl/eval';
import type { Verdict } from '../compare/verdict.ts';

/** Claims of the paper and what the results say about them, as a table. */
export const verdictTable = (verdicts: readonly Verdict[]): Table => ({
  title: 'Claims of the paper',
  corner: 'Claim',
  columns: ['Where', 'Verdict', 'Evidence'].map((name) => ({ name, kind: 'text' as const })),
  rows: verdicts.map(({ claim, source, judgement, evidence }) => ({
    header: claim,
    cells: [source, judgement, evidence || null],
  })),
});
