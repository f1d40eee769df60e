import type { Progress } from '@scene-mtl/core';
import type { CompileOptions } from '@scene-mtl/runtime';
import type { z } from 'zod';
import type { Contents } from './contents.ts';
import type { DataSummary } from './data-summary.ts';
import type { Json } from './json.ts';
import type { Measurement } from './measurement.ts';
import type { RunSpec } from './spec.ts';
import type { RunResult, RunSummary, RunTiming } from './summary.ts';

/** The types that a program and its experiments share. */
export interface Kind {
  /** What a command's flags say, of which experiments make specifications. */
  readonly config: { readonly seeds: readonly number[] };
  readonly spec: RunSpec;
  readonly data: DataSummary;
}

/** Shows how far a run is: one line that is rewritten on a terminal, a line now and then elsewhere. */
export interface ProgressLine {
  /** Shows the text, if it is time to. */
  update(text: () => string): void;
  /** A line that stays. */
  print(text: string): void;
}

/** Where a process works. */
export interface ProgramPlace {
  /** Folder of all runs. */
  readonly runs: string;
  readonly line: ProgressLine;
}

/**
 * How runs of some kind are made. The default export of a module of its own, so that other processes
 * can be told where it is.
 */
export interface Program<S extends RunSpec = RunSpec, K extends Kind = Kind> {
  /** What `RunSpec.program` says. */
  readonly name: string;
  /** Address (`import.meta.url`) of the module whose default export this is. */
  readonly module: string;
  /** Of the configuration of one run. */
  readonly schema: z.ZodType<S['config']>;
  /**
   * Everything that decides a run's numbers; without it the whole specification.
   * @param fingerprint see `Opened.fingerprint`
   */
  identity?(this: void, spec: S, fingerprint?: string): object;
  /** Start of the name of a run's folder; without it program, tasks and balance. */
  slug?(this: void, spec: S): string;
  /** A run in a few words; without it tasks, balance and seed. */
  title?(this: void, spec: S): string;
  /** The specification as it may be kept and committed: no folder of this machine in it. */
  portable?(this: void, spec: S): S;
  /** Whether a metric stands in the line that says that a run is finished; without it each does. */
  headline?(this: void, metric: string): boolean;
  /** How to read its tables: data, size, steps and seeds. */
  notes?(this: void, config: K['config'], data: K['data']): string[];
  /** What a run costs: runs of one `network` take time in proportion to their `work`. */
  effort(
    this: void,
    spec: S,
  ): { readonly network: string; readonly work: number; readonly steps: number };
  /** Starts work in a process: what is opened stays open. */
  start(this: void, place: ProgramPlace): Session<S, K>;
}

/** Data of a configuration, opened. */
export interface Opened<D extends DataSummary = DataSummary> {
  readonly data: D;
  /** Says what is in data of which the configuration only says where it lies. */
  readonly fingerprint?: string;
}

/** A program at work in one process. */
export interface Session<S extends RunSpec = RunSpec, K extends Kind = Kind> {
  /** What is there to learn from; what can be generated is made on first use. */
  open(config: K['config']): Promise<Opened<K['data']>>;
  /** What `open` will find, without making anything. */
  foresee(config: K['config']): Promise<Opened<K['data']>>;
  /** Metrics of a predictor that never looks at the input: reads all data. */
  trivial?(config: K['config']): Promise<Readonly<Record<string, number>>>;
  /**
   * Builds what a run is made with, and writes nothing.
   * @throws for whatever would stop the run at its start: a size, a part, an engine that is not there
   */
  check?(run: Omit<TrainingRun<S>, 'onProgress'>): Promise<void>;
  /**
   * What is in the files that a run learns from, or, given a measurement, in those of other frames that
   * it looks at; undefined where they are yet to be made, or drawn, or no others.
   */
  contents?(spec: S, measurement?: Measurement): Promise<Contents | undefined>;
  /** Makes the data that a job reads: two processes that lack the same would both make it. */
  prepare?(job: { readonly spec: S; readonly measurements: readonly Measurement[] }): Promise<void>;
  /** Trains a run to its end, or the rest of it. Its log is `metrics.jsonl` in the run's folder. */
  train(run: TrainingRun<S>): Promise<Trained>;
  /** Makes a measurement on a finished run. */
  measure?(measurement: Measurement, run: MeasuredRun<S>): Promise<Json>;
}

/** How runs are computed; never changes their numbers beyond rounding. */
export interface RunOptions {
  readonly compile: CompileOptions;
  /** Threads that make batches; 0: the training's own. */
  readonly dataWorkers: number;
  /** Validation examples whose predictions are kept as grids of pictures. */
  readonly grids: number;
}

/** A run to be trained. */
export interface TrainingRun<S extends RunSpec = RunSpec> extends RunOptions {
  readonly spec: S;
  readonly id: string;
  readonly folder: string;
  /** Called after every step. */
  readonly onProgress: (progress: Progress) => void;
}

/** What training gives back. */
export interface Trained {
  readonly data: RunSummary['data'];
  readonly result: RunResult;
  readonly timing: RunTiming;
}

/** A finished run to be measured. */
export interface MeasuredRun<S extends RunSpec = RunSpec> {
  readonly spec: S;
  readonly folder: string;
  readonly compile: CompileOptions;
  /** Keeps a small file (a PNG) beside the measurement. */
  readonly save: (file: string, content: Uint8Array) => Promise<void>;
  /** Called with the number of examples seen, and of all. */
  readonly onSeen: (seen: number, frames: number) => void;
}

/**
 * The program that is the default export of a module.
 * @throws naming the module when it is none
 */
export async function programAt(module: string): Promise<Program> {
  const { default: program } = (await import(module)) as { default?: Program };
  if (typeof program?.start === 'function') return program;
  throw new Error(`${module}: its default export is no program; expected one with start()`);
}
