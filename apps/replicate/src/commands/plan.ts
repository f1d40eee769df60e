import { join } from 'node:path';
import {
  dataChecker,
  distinctJobs,
  duration,
  planOf,
  progressLine,
  resultsIn,
  runId,
  runsOf,
  type Experiment,
  type Program,
  type RunSpec,
} from '@scene-mtl/lab';
import type { Command } from 'commander';
import { isNamedAlone, main, others, paperSummary } from '../papers/contents.ts';
import type { Entry } from '../papers/entry.ts';
import { experimentOf, mainExperiments } from '../papers/index.ts';
import { programOf } from '../papers/program-of.ts';
import { publishedTimes } from '../results/published-times.ts';
import {
  addConfigurationFlags,
  configurationOf,
  type ConfigurationFlags,
} from './configuration-flags.ts';
import { folderPath } from './path.ts';
import { tableText } from './table-text.ts';

interface Flags extends ConfigurationFlags {
  runs: string;
  results: string;
}

/** Adds `replicate plan`: what an experiment would run, and how long it would take. */
export function addPlanCommand(program: Command): void {
  const plan = program
    .command('plan')
    .description('What a table or figure would train, what is there already, and the time left.');
  for (const entry of main.entries) addPlan(plan, entry);
  for (const paper of others) {
    const place = plan.command(paper.name).description(paperSummary(paper));
    for (const entry of paper.entries) {
      addPlan(place, entry);
      // Known without its paper as well; listed once.
      if (isNamedAlone(entry)) addPlan(plan, entry, { hidden: true });
    }
  }
  const all = plan.command('all').description('Every table and figure.');
  addPlanFlags(all).action((flags: Flags) => print(mainExperiments, flags));
}

function addPlan(place: Command, entry: Entry, listed: { readonly hidden?: boolean } = {}): void {
  const experiment = experimentOf(entry);
  const command = place.command(entry.name, listed).description(entry.summary);
  experiment.addFlags?.(command);
  addPlanFlags(command).action((flags: Flags) => print([experiment], flags));
}

const addPlanFlags = (command: Command): Command =>
  addConfigurationFlags(command)
    .option('--runs <dir>', 'folder of all runs', folderPath, 'runs')
    .option(
      '--results <dir>',
      'published results, whose times count where no run here tells any',
      folderPath,
      'results',
    );

/** This machine may be faster or slower; its first finished run of such a network tells. */
const asOn = (machine: string): string => `as published runs took on ${machine}`;

/** One plan for each program: their runs have nothing in common. */
async function print(wanted: readonly Experiment[], flags: Flags): Promise<void> {
  for (const program of new Set(wanted.map(programOf))) {
    const own = wanted.filter((experiment) => programOf(experiment) === program);
    process.stdout.write(await planText(program, own, flags));
  }
}

async function planText(
  program: Program,
  wanted: readonly Experiment[],
  flags: Flags,
): Promise<string> {
  const config = await configurationOf(flags);
  const line = progressLine();
  const session = program.start({ runs: flags.runs, line });
  const { data, fingerprint } = await session.foresee(config);
  const root = join(flags.runs, 'trained');
  const idOf = (spec: RunSpec): string => runId(program, spec, fingerprint);
  const results = resultsIn(root, idOf);
  const asked = wanted.map((experiment) => {
    const options = experiment.options(
      flags as unknown as Readonly<Record<string, string | undefined>>,
    );
    const context = { config, data, options };
    return {
      runs: runsOf(experiment, context, results),
      later: experiment.undecided?.(context, results) ?? 0,
    };
  });
  const jobs = distinctJobs(
    asked.flatMap(({ runs }) => runs),
    idOf,
  );
  await dataChecker({ session, root, line })(jobs);
  const later = asked.reduce((sum, experiment) => sum + experiment.later, 0);
  const published = await publishedTimes(flags.results);
  const { table, missing, seconds, machines } = planOf(jobs, results, root, program, published);
  const time =
    seconds === undefined
      ? `no finished run of such a network in ${root} or ${flags.results} tells how long that takes`
      : [`about ${duration(seconds)} with one run at a time`, ...machines.map(asOn)].join(', ');
  const then = later > 0 ? ` Then ${later} more, which these decide.` : '';
  return `${tableText(table)}\n${missing} of ${jobs.length} runs to do, ${time}.${then}\n`;
}
