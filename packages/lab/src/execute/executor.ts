import type { Progress } from '@scene-mtl/core';
import type { RunOptions } from '../specs/program.ts';
import type { RunSpec } from '../specs/spec.ts';
import type { Job } from './jobs.ts';

/** What a job is doing. */
export type JobProgress =
  /** Another process works on the run. */
  | { readonly kind: 'waiting'; readonly holder: string }
  | { readonly kind: 'training'; readonly progress: Progress }
  | {
      readonly kind: 'measuring';
      readonly name: string;
      readonly seen: number;
      readonly frames: number;
    };

/** Who is told how far jobs are. */
export interface Watch<S extends RunSpec = RunSpec> {
  /** @param slot which of the jobs that are made at the same time, from 0 */
  /** Called often, for a line that is rewritten. */
  progress(slot: number, job: Job<S>, progress: JobProgress): void;
  /** Called once a job is done, before the next one of its slot. */
  finished(job: Job<S>): Promise<void>;
}

/**
 * What carries out jobs: in this process, in others, on other machines. Everything that a job needs is
 * in its specification and its program; all that it makes is in its folder.
 */
export interface Executor<S extends RunSpec = RunSpec> {
  /**
   * Carries out jobs, each from where it was stopped.
   * @throws the first error of any job, after the others have been stopped; what they saved stays
   */
  execute(jobs: readonly Job<S>[], watch: Watch<S>): Promise<void>;
}

/** Where and how an executor works. */
export interface ExecutorOptions extends RunOptions {
  /** Folder of all trained runs; each has a folder in it, named by its id. */
  readonly root: string;
}
