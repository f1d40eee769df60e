/** What an experiment may know of its data before anything is trained. */
export interface DataSummary {
  readonly name: string;
  /** Examples of each split. */
  readonly frames: { readonly train: number; readonly val: number };
  /** The tasks that its annotations can train, in order. */
  readonly tasks: readonly string[];
  /** Metrics of a predictor that never looks at the input, once the data has been read through. */
  readonly trivial?: Readonly<Record<string, number>>;
}
