import type { Palette, renderSvg, ReportStrip, Table } from '@scene-mtl/eval';
import type { Command } from 'commander';
import type { Config } from '../config/schema.ts';
import type { Json, Measurement } from '../measure/measurement.ts';
import type { Metrics } from '../train/metrics.ts';
import type { TaskName } from '../paper/table1.ts';
import type { RunRecord } from './record.ts';
import type { RunSpec } from './spec.ts';

/** What an item may know of its data before anything is trained. */
export interface DataSummary {
  readonly name: string;
  readonly frames: { readonly train: number; readonly val: number };
  /** The tasks that its annotations can train, in the order of the paper's columns. */
  readonly tasks: readonly TaskName[];
  readonly classes: readonly string[];
  readonly palette: Palette;
  /** Training ids of the classes whose objects are told apart. */
  readonly instanceClasses: readonly number[];
  /** Metrics of a predictor that never looks at the image, once the data has been read through. */
  readonly trivial?: Metrics;
}

/** What an item is made for. */
export interface ItemContext<O = unknown> {
  readonly config: Config;
  readonly data: DataSummary;
  /** The item's own flags. */
  readonly options: O;
}

/** A run that an item needs, under the item's own name for it. */
export interface NamedRun {
  /** `<row>/seed-<n>`: where the item's folder links to the run. */
  readonly label: string;
  readonly spec: RunSpec;
  readonly measurements?: readonly Measurement[];
}

/** Finished runs and what was measured on them. */
export interface Results {
  /** Undefined where the run was not made. */
  record(spec: RunSpec): RunRecord | undefined;
  measured<T extends Json>(spec: RunSpec, measurement: Measurement<T>): T | undefined;
  /** A file that a measurement saved. */
  file(spec: RunSpec, measurement: Measurement, name: string): Promise<Uint8Array | undefined>;
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

/** What the evidence says of a claim; “not run” where the runs that it is about are not there. */
export type Judgement = 'reproduced' | 'not reproduced' | 'cannot tell' | 'not run';

/** A claim of the paper. */
export interface Claim {
  /** In our words. */
  readonly claim: string;
  /** Section, table or figure. */
  readonly source: string;
}

/** A claim and what these results say about it. */
export interface Verdict extends Claim {
  readonly judgement: Judgement;
  /** The numbers behind it, with seeds and intervals; empty where nothing was run. */
  readonly evidence: string;
}

/** The verdict on a claim whose runs are not there. */
export const notRun = ({ claim, source }: Claim): Verdict => ({
  ...{ claim, source },
  judgement: 'not run',
  evidence: '',
});

/** What an item shows: pure data, written to files by the caller. */
export interface Artefacts {
  readonly lead: string;
  readonly tables: readonly { readonly name: string; readonly table: Table }[];
  readonly figures: readonly Figure[];
  readonly strips: readonly ReportStrip[];
  readonly verdicts: readonly Verdict[];
}

/** A table or figure of the paper: the runs it needs and what it makes of them. */
export interface Item<O = unknown> {
  /** The command: `table1`, `figure2`, … */
  readonly name: string;
  readonly title: string;
  /** One or two sentences for `--help`. */
  readonly summary: string;
  /** Adds the item's own flags to its command. */
  addFlags?(this: void, command: Command): void;
  /**
   * Flags as typed → options; called with `{}` for the defaults.
   * @throws naming the flag that is wrong
   */
  options(this: void, flags: Readonly<Record<string, string | undefined>>): O;
  /**
   * The runs it needs, given the results so far: called again when all of them are there, until it
   * asks for no more (a choice between rates needs the runs that decide it first).
   */
  runs(this: void, context: ItemContext<O>, results: Results): readonly NamedRun[];
  /** How many runs it will ask for beyond `runs`, when those have decided which. */
  undecided?(this: void, context: ItemContext<O>, results: Results): number;
  /** Tables, figures, verdicts. A run that was not made shows a dash, never an error. */
  render(this: void, context: ItemContext<O>, results: Results): Promise<Artefacts> | Artefacts;
}
