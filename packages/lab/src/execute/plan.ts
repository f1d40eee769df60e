import { join } from 'node:path';
import type { Table } from '@scene-mtl/eval';
import type { Program } from '../specs/program.ts';
import type { Results } from '../specs/results.ts';
import { titleOf, type RunSpec } from '../specs/spec.ts';
import { stepReached } from '../store/step-reached.ts';
import { distinguishing } from './distinguishing.ts';
import type { Job } from './jobs.ts';
import { duration } from './progress-line.ts';
import { estimates, timedRunsIn, type TimedRun } from './rates.ts';

/** What a plan needs to know of runs. */
type Planned<S extends RunSpec> = Pick<Program<S>, 'effort' | 'title'>;

/** Titles of several runs; those that would read alike say what they differ in. */
function distinctTitles<S extends RunSpec>(
  specs: readonly S[],
  title: (spec: S) => string,
): string[] {
  return specs.map((spec) => {
    const alike = specs.filter((other) => title(other) === title(spec));
    const settings = distinguishing(alike.map(({ config }) => config as object));
    return `${title(spec)} ${settings[alike.indexOf(spec)]}`.trim();
  });
}

/** What an experiment still needs, without doing any of it. */
export interface Plan {
  readonly table: Table;
  /** Runs that are not finished. */
  readonly missing: number;
  /** Seconds that they will take; undefined where no finished run tells. */
  readonly seconds: number | undefined;
  /** Other machines whose runs tell that time, in words, each once; none where those of this one do. */
  readonly machines: readonly string[];
}

/**
 * The state of each job, and the time that the missing ones will take, from runs made before.
 * @param root folder of the runs of this machine
 * @param elsewhere runs of other machines, for kinds of networks that this one has not trained yet
 */
export function planOf<S extends RunSpec>(
  jobs: readonly Job<S>[],
  results: Results<S>,
  root: string,
  program: Planned<S>,
  elsewhere: readonly TimedRun<S>[] = [],
): Plan {
  const estimate = estimates([...timedRunsIn<S>(root), ...elsewhere], program);
  const titles = distinctTitles(
    jobs.map(({ spec }) => spec),
    program.title ?? titleOf,
  );
  const machines = new Set<string>();
  let missing = 0;
  let seconds: number | undefined = 0;
  const rows = jobs.map(({ id, spec, measurements }, i) => {
    const lacking = measurements.filter((m) => results.measured(spec, m) === undefined);
    const measures = lacking.map(({ name }) => name).join(', ') || null;
    const header = titles[i];
    if (results.summary(spec)) return { header, cells: ['done', null, measures] };
    missing++;
    const { steps } = program.effort(spec);
    const reached = stepReached(join(root, id));
    const whole = estimate(spec);
    if (whole?.machine !== undefined) machines.add(whole.machine);
    const left = whole && whole.seconds * (1 - reached / steps);
    seconds = seconds === undefined || left === undefined ? undefined : seconds + left;
    const state = reached > 0 ? `step ${reached} of ${steps}` : 'to do';
    const time = left === undefined ? null : duration(left);
    return { header, cells: [state, time, measures] };
  });
  return {
    table: {
      title: 'Plan',
      corner: 'Run',
      columns: [
        { name: 'State', kind: 'text' },
        { name: 'Time left' },
        { name: 'To measure', kind: 'text' },
      ],
      rows,
    },
    missing,
    seconds,
    machines: [...machines].sort(),
  };
}
