import type { Progress } from '@scene-mtl/core';
import type { Program, ProgressLine, RunOptions, Session } from '../specs/program.ts';
import type { RunSpec } from '../specs/spec.ts';
import type { Job } from './jobs.ts';

/** What a job is doing. */
export type JobProgress =
  /** A worker has taken the run in hand, from this step on. */
  | {
      readonly kind: 'taken';
      readonly worker: string;
      readonly step: number;
      /** Who had it before, and on what processor where that is another one. */
      readonly before?: { readonly worker: string; readonly processor?: string };
    }
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
   * @throws the first error of any job, after the others have been stopped or, elsewhere, are done; what they
   * saved stays
   */
  execute(jobs: readonly Job<S>[], watch: Watch<S>): Promise<void>;
  /** Whether others compute, so that this process can show what is there while runs arrive. */
  readonly isElsewhere?: boolean;
  /** Brings here what others made of runs, by their ids, where this process does not see their folder. */
  bring?(ids: readonly string[]): Promise<void>;
  /** Lets go of what it holds open. */
  end?(): Promise<void>;
}

/** Where and how an executor works. */
export interface ExecutorOptions extends RunOptions {
  /** Folder of all trained runs; each has a folder in it, named by its id. */
  readonly root: string;
}

/** What an executor is made with. */
export interface ExecutorPlace<S extends RunSpec = RunSpec> {
  readonly program: Program<S>;
  readonly session: Session<S>;
  readonly options: ExecutorOptions;
  /** Folder of all runs. */
  readonly runs: string;
  /** Folder of the experiment's tables. */
  readonly folder: string;
  readonly line: ProgressLine;
}

/** Makes an executor for the runs of an experiment. */
export type MakeExecutor = <S extends RunSpec>(
  place: ExecutorPlace<S>,
) => Executor<S> | Promise<Executor<S>>;

/** Ends an experiment that somebody else has to carry out first; nothing has gone wrong. */
export class Postponed extends Error {}
