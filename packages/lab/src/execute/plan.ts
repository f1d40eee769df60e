import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Table } from '@scene-mtl/eval';
import { duration } from '../run/progress.ts';
import { distinguishing } from './distinguishing.ts';
import { titleOf } from './execute.ts';
import type { Results } from './item.ts';
import type { Job } from './perform.ts';
import type { RunRecord } from './record.ts';
import { recordFile, runFolder } from './results.ts';
import type { RunConfig, RunSpec } from './spec.ts';

/** What a step costs, from finished runs: seconds per image pixel for each kind of network. */
type Rates = ReadonlyMap<string, number>;

/** Kind of network: which weights it begins with costs nothing. */
function networkOf({ network }: RunConfig): string {
  const { encoder } = network;
  return JSON.stringify({
    ...network,
    encoder: encoder.kind === 'mobilenet' ? { ...encoder, weights: null } : encoder,
  });
}

/** px that pass through the network in a run. */
const work = ({ training, size }: RunConfig): number =>
  training.steps * training.batchSize * size.height * size.width;

/** What the finished runs in a folder cost; the last of each kind counts. */
function ratesIn(root: string): Rates {
  const rates = new Map<string, number>();
  if (!existsSync(root)) return rates;
  for (const name of readdirSync(root)) {
    const file = recordFile(join(root, name));
    if (!existsSync(file)) continue;
    const { spec, timing } = JSON.parse(readFileSync(file, 'utf8')) as RunRecord;
    rates.set(networkOf(spec.config), timing.seconds / work(spec.config));
  }
  return rates;
}

/** Step of the newest checkpoint of a run, 0 without one. */
function stepReached(folder: string): number {
  const checkpoints = join(folder, 'checkpoints');
  if (!existsSync(checkpoints)) return 0;
  const steps = readdirSync(checkpoints).map((name) => Number(/step-(\d+)/.exec(name)?.[1] ?? 0));
  return Math.max(0, ...steps);
}

/** Title of one of several runs; those that would read alike say what they differ in. */
function distinctTitle(spec: RunSpec, specs: readonly RunSpec[]): string {
  const title = titleOf(spec);
  const alike = specs.filter((other) => titleOf(other) === title);
  const settings = distinguishing(alike.map(({ config }) => config));
  return `${title} ${settings[alike.indexOf(spec)]}`.trim();
}

/** What an item still needs, without doing any of it. */
export interface Plan {
  readonly table: Table;
  /** Runs that are not finished. */
  readonly missing: number;
  /** Seconds that they will take; undefined where no finished run tells. */
  readonly seconds: number | undefined;
}

/** The state of each job, and the time that the missing ones will take, from runs made before. */
export function planOf(
  jobs: readonly Job[],
  results: Results,
  root: string,
  found: string | undefined,
): Plan {
  const rates = ratesIn(root);
  const specs = jobs.map(({ spec }) => spec);
  let missing = 0;
  let seconds: number | undefined = 0;
  const rows = jobs.map(({ spec, measurements }) => {
    const { config } = spec;
    const lacking = measurements.filter((m) => results.measured(spec, m) === undefined);
    const measures = lacking.map(({ name }) => name).join(', ') || null;
    const header = distinctTitle(spec, specs);
    if (results.record(spec)) return { header, cells: ['done', null, measures] };
    missing++;
    const reached = stepReached(runFolder(root, spec, found));
    const rate = rates.get(networkOf(config));
    const left = rate && rate * work(config) * (1 - reached / config.training.steps);
    seconds = seconds === undefined || left === undefined ? undefined : seconds + left;
    const state = reached > 0 ? `step ${reached} of ${config.training.steps}` : 'to do';
    const time = left === undefined ? null : duration(left);
    return { header, cells: [state, time, measures] };
  });
  return {
    table: {
      title: 'Plan',
      corner: 'Run',
      columns: [{ name: 'State' }, { name: 'Time left' }, { name: 'To measure' }],
      rows,
    },
    missing,
    seconds,
  };
}
