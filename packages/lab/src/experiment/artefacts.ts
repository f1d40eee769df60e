import type { renderSvg, FigureGrid, Table } from '@scene-mtl/eval';
import type { Verdict } from '../compare/verdict.ts';

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

/** A table under the name of its files. */
export interface NamedTable {
  readonly name: string;
  readonly table: Table;
}

/** What an experiment shows: pure data, written to files by the caller. */
export interface Artefacts {
  readonly lead: string;
  readonly tables: readonly NamedTable[];
  readonly figures: readonly Figure[];
  readonly grids: readonly FigureGrid[];
  readonly verdicts: readonly Verdict[];
}
