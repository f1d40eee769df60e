import type { RemoteRuns } from '@scene-mtl/lab/bucket';
import { Option } from 'commander';
import { folderPath, isAddress } from './path.ts';

/** Where a command has its runs. */
export interface RunsFlags {
  readonly runs: string;
  readonly scratch?: string;
}

/** What these flags mean. */
export interface RunsPlace {
  /** On this machine: of all runs, or of what is in hand of them. */
  readonly folder: string;
  /** Where they are kept, if not there. */
  readonly remote?: RemoteRuns;
}

/** `--runs` of commands that also take a bucket. */
export const runsOption = (whose: string): Option =>
  new Option('--runs <dir>', `${whose}: a folder, or s3://bucket/prefix`)
    .argParser((text: string) => (isAddress(text) ? text : folderPath(text)))
    .default('runs');

/** `--scratch` beside it. */
export const scratchOption = (): Option =>
  new Option(
    '--scratch <dir>',
    'with --runs s3://…: folder of this machine for what is in hand (default: runs/s3-<bucket>-<hash>)',
  ).argParser(folderPath);

/**
 * Opens the place of the runs.
 * @throws for a bucket that cannot be used, a `--scratch` without one
 */
export async function runsPlace({ runs, scratch }: RunsFlags): Promise<RunsPlace> {
  if (!isAddress(runs)) {
    if (scratch === undefined) return { folder: runs };
    throw new Error('--scratch goes with --runs s3://bucket/prefix; a folder needs none');
  }
  const { bucketAddress, bucketRuns, usualScratch } = await import('@scene-mtl/lab/bucket');
  const address = bucketAddress(runs);
  const folder = scratch ?? usualScratch(address);
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  return { folder, remote: await bucketRuns({ address, scratch: folder, say }) };
}
