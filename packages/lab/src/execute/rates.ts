import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from '../specs/program.ts';
import type { RunSpec } from '../specs/spec.ts';
import type { RunTiming } from '../specs/summary.ts';
import { restoredFrom } from '../store/restored.ts';
import { summaryIn } from '../store/results.ts';

/** A finished run as far as its cost goes. */
export interface TimedRun<S extends RunSpec = RunSpec> {
  readonly spec: S;
  readonly timing: Pick<RunTiming, 'seconds'>;
  /** The machine that made it, in words; absent: this one. */
  readonly machine?: string;
}

/** What a run will take. */
export interface Estimate {
  readonly seconds: number;
  /** See {@link TimedRun.machine}. */
  readonly machine?: string;
}

/** What costs depend on. */
export type Costed<S extends RunSpec> = Pick<Program<S>, 'effort'>;

/** The runs that were trained in a folder to their end, in the order of their names. */
export function timedRunsIn<S extends RunSpec>(root: string): TimedRun<S>[] {
  const names = existsSync(root) ? readdirSync(root).sort() : [];
  return names.flatMap((name) => {
    const folder = join(root, name);
    // What is published was timed on some other machine.
    const summary = restoredFrom(folder) === undefined ? summaryIn<S>(folder) : undefined;
    return summary ? [{ spec: summary.spec, timing: summary.timing }] : [];
  });
}

interface Cost {
  readonly network: string;
  readonly work: number;
  /** Seconds for a unit of work. */
  readonly rate: number;
  readonly machine: string | undefined;
}

/**
 * Whole runs → what another one takes in all: of runs with its kind of network those whose work is nearest to
 * its own tell, by the median of their seconds for a unit of work. Runs of this machine go before those of
 * others, however near; where none tells, undefined.
 */
export function estimates<S extends RunSpec>(
  runs: readonly TimedRun<S>[],
  program: Costed<S>,
): (spec: S) => Estimate | undefined {
  // A folder may hold runs of several programs, of which this one knows its own alone.
  const known = new Map<string | undefined, readonly Cost[]>();
  const costsOf = (name: string | undefined): readonly Cost[] => {
    const costs = known.get(name) ?? runs.filter(({ spec }) => spec.program === name).map(cost);
    known.set(name, costs);
    return costs;
  };
  const cost = ({ spec, timing, machine }: TimedRun<S>): Cost => {
    const { network, work } = program.effort(spec);
    return { network, work, rate: timing.seconds / work, machine };
  };
  return (spec) => {
    const { network, work } = program.effort(spec);
    const alike = costsOf(spec.program).filter((run) => run.network === network);
    const here = alike.filter(({ machine }) => machine === undefined);
    const usable = here.length > 0 ? here : alike;
    if (usable.length === 0) return undefined;
    const far = (run: { readonly work: number }) => Math.abs(Math.log(run.work / work));
    const least = Math.min(...usable.map(far));
    const nearest = usable.filter((run) => far(run) === least).sort((a, b) => a.rate - b.rate);
    const { rate, machine } = nearest[Math.floor((nearest.length - 1) / 2)];
    return { seconds: rate * work, ...(machine !== undefined && { machine }) };
  };
}
