/** How a run balances its tasks: a method of the registry of `@scene-mtl/core`, with its options. */
export interface Balance {
  /** Canonical name; see `balancers`. */
  readonly name: string;
  readonly options: Readonly<Record<string, number>>;
}
