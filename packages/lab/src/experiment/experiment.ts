import type { Command } from 'commander';
import type { ArmRun } from '../specs/arms.ts';
import type { Kind, Program } from '../specs/program.ts';
import type { Results } from '../specs/results.ts';
import type { Artefacts } from './artefacts.ts';

/** What an experiment is made for. */
export interface ExperimentContext<O = unknown, K extends Kind = Kind> {
  readonly config: K['config'];
  readonly data: K['data'];
  /** The experiment's own flags. */
  readonly options: O;
}

/** A claim, a table or a figure: the runs it needs and what it makes of them. */
export interface Experiment<O = unknown, K extends Kind = Kind> {
  /** `table1`, `figure2`, … */
  readonly name: string;
  /** The words of its command, where they are more than its name. */
  readonly command?: string;
  readonly title: string;
  /** What trains its runs; absent: the usual one of the command line. */
  readonly program?: Program<K['spec'], K>;
  /** Adds the experiment's own flags to its command. */
  addFlags?(this: void, command: Command): void;
  /**
   * Flags as typed → options; called with `{}` for the defaults.
   * @throws naming the flag that is wrong
   */
  options(this: void, flags: Readonly<Record<string, string | undefined>>): O;
  /**
   * The runs it needs, in stages: those of a stage are asked for when all of the stages before are
   * finished, so that it may depend on their results (a choice between rates needs the runs that
   * decide it first). Where a run is not there yet, a stage leaves out what depends on it.
   *
   * @example
   * *stages(context, results) {
   *   yield candidates(context);
   *   yield chosenAmong(candidates(context), results);
   * }
   */
  stages(
    this: void,
    context: ExperimentContext<O, K>,
    results: Results<K['spec']>,
  ): Iterable<readonly ArmRun<K['spec']>[]>;
  /** How many runs its stages leave out as yet, because the results that decide them are not there. */
  undecided?(this: void, context: ExperimentContext<O, K>, results: Results<K['spec']>): number;
  /** Tables, figures, verdicts. A run that was not made shows a dash, never an error. */
  show(
    this: void,
    context: ExperimentContext<O, K>,
    results: Results<K['spec']>,
  ): Promise<Artefacts> | Artefacts;
}
