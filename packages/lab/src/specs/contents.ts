/** What is in the files that a run learns from. */
export interface Contents {
  /** Folder of the files, as it is named now; they may be moved. */
  readonly root: string;
  /** First 16 hex digits of the SHA-256 of each file, by its path from `root`, with `/`. */
  readonly files: Readonly<Record<string, string>>;
}
