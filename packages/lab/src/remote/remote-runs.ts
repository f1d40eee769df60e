/** Runs that are kept where this machine has no folder: what is in hand of them is brought here and back. */
export interface RemoteRuns {
  /** What the place is known by, 12 hex digits. */
  readonly id: string;
  /** For people: without user and password. */
  readonly shown: string;
  /** Brings the results of a run into its folder here, without its checkpoints; nothing where it has none yet. */
  bring(id: string): Promise<void>;
  /**
   * Lets one worker have a run: brings it whole, then keeps what is saved in its folder while the work goes on and
   * when it ends, however it ends.
   * @param work is told to stop when another worker took the run, or what it saves is refused
   * @param stopping when it is aborted, little time is taken for what is to be kept yet
   * @throws `FolderBusy` where another worker has it; what `work` throws; what refused to be kept
   */
  hold(
    id: string,
    worker: string,
    work: (signal: AbortSignal) => Promise<void>,
    stopping: AbortSignal,
  ): Promise<void>;
  /** Lets go of what it holds open. */
  end(): void;
}
