import type { renderSvg, ReportStrip, Table } from '@scene-mtl/eval';

/** What the evidence says of a claim; “not run” where the runs that it is about are not there. */
export type Judgement = 'reproduced' | 'not reproduced' | 'cannot tell' | 'not run';

/** A claim and what results say about it. */
export interface Verdict {
  readonly claim: string;
  /** Section, table or figure. */
  readonly source: string;
  readonly judgement: Judgement;
  /** Numbers with seeds and intervals, parts divided by `; `: the first one stands in the summary. */
  readonly evidence: string;
}

/** A figure as a vega-lite specification. */
export interface Figure {
  /** Name of its files. */
  readonly name: string;
  /** What `lineChart` and the others of `@scene-mtl/eval` give. */
  readonly spec: Parameters<typeof renderSvg>[0];
  readonly caption: string;
  /** For those who cannot see it. */
  readonly description: string;
}

/** What an experiment shows: pure data, written to files by others. */
export interface Artefacts {
  readonly lead: string;
  readonly tables: readonly { readonly name: string; readonly table: Table }[];
  readonly figures: readonly Figure[];
  readonly strips: readonly ReportStrip[];
  readonly verdicts: readonly Verdict[];
}
