import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { catalogue, engineOf, type CatalogueEntry, type EngineId } from './catalogue.ts';
import { reasonOf } from './device.ts';
import { tinyStep, type Trial } from './tiny-step.ts';

/** One engine in the listing. */
export interface EngineReport {
  readonly id: EngineId;
  readonly title: string;
  readonly present: boolean;
  /** Whether the tiny training step came out right; absent where nothing could be tried. */
  readonly works?: boolean;
  /** What brings it, what is missing, or why the trial failed. */
  readonly why: string;
  readonly version?: string;
  readonly trial?: Trial;
  /** The command to get it, where it does not work. */
  readonly command?: string;
}

type Outcome = { readonly trial: Trial } | { readonly error: string };

/** Longest trial, ms; the whole listing stays below 15 s. */
const PATIENCE = 8000;

/** Tries an engine in a process of its own, since a graphics driver can end the one that loads it. */
function tryApart(entry: CatalogueEntry): Promise<Outcome> {
  const cli = fileURLToPath(new URL(`../engines-cli${here()}`, import.meta.url));
  const args = [...process.execArgv, cli, '--try', entry.id];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { timeout: PATIENCE }, (error, stdout, stderr) => {
      const line = stdout.split('\n').find((l) => l.startsWith('{'));
      if (line) {
        const outcome = JSON.parse(line) as Outcome;
        return resolve('error' in outcome ? { error: withHint(outcome.error, stderr) } : outcome);
      }
      const ended = error?.killed
        ? `no answer in ${PATIENCE / 1000} s`
        : `the process ended with ${error?.signal ?? `code ${String(error?.code)}`}`;
      resolve({ error: withHint(ended, stderr) });
    });
  });
}

/** This module's own extension: `.ts` from source, `.js` when built. */
const here = (): string => (import.meta.url.endsWith('.ts') ? '.ts' : '.js');

/** A library that could not be opened is the reason behind what an engine then says. */
function withHint(error: string, stderr: string): string {
  const hint = /[^\s:]+: cannot open shared object file[^\n]*/.exec(stderr)?.[0];
  return hint && !error.includes(hint) ? `${error} (${hint})` : error;
}

/** Looks for every engine and tries each that is present, one after the other. */
export async function engineReports(
  trial: (entry: CatalogueEntry) => Promise<Outcome> = tryApart,
): Promise<EngineReport[]> {
  const reports: EngineReport[] = [];
  for (const entry of catalogue) {
    const { id, title, command } = entry;
    const { present, why, version } = await entry.find();
    const base = { id, title, present, ...(version !== undefined && { version }) };
    if (!present) {
      reports.push({ ...base, why, command });
      continue;
    }
    const outcome = await trial(entry);
    reports.push(
      'trial' in outcome
        ? { ...base, works: true, why, trial: outcome.trial }
        : { ...base, works: false, why: outcome.error, command },
    );
  }
  return reports;
}

/** The listing as text: one line per engine, a second with the command where it does not work. */
export function listing(reports: readonly EngineReport[]): string {
  const first = reports.find((r) => r.works)?.id;
  const width = Math.max(...reports.map(({ id }) => id.length));
  return reports
    .map(({ id, title, present, works, why, version, trial, command }) => {
      const state = works ? 'works' : present ? 'fails' : 'missing';
      const head = `${id === first ? '→' : ' '} ${id.padEnd(width)}  ${state.padEnd(7)}`;
      const indent = ' '.repeat(width + 13);
      if (!trial) return `${head}  ${why}\n${indent}get it: ${command ?? '–'}`;
      const [a, b] = trial.losses.map((loss) => loss.toFixed(3));
      return (
        `${head}  ${why} ${version ?? ''}: ${title}\n` +
        `${indent}tiny training step: loss ${a} → ${b}, ${trial.ms.toFixed(1)} ms`
      );
    })
    .join('\n');
}

/**
 * `scene-mtl-engines [--json]`: lists the engines. `--try ID` tries one in this process and prints
 * the outcome as JSON.
 * @returns the exit code: 0 where at least one engine works
 * @throws for unknown flags
 */
export async function main(
  args: readonly string[],
  print: (text: string) => void = (text) => void process.stdout.write(`${text}\n`),
): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean' },
      help: { type: 'boolean' },
      try: { type: 'string' },
    },
  });
  if (values.help) {
    print(
      'scene-mtl-engines [--json] [--try ID]: which engines run here, and how to get the others',
    );
    return 0;
  }
  if (values.try !== undefined) {
    const { options } = engineOf(values.try);
    try {
      print(JSON.stringify({ trial: await tinyStep(options) }));
      return 0;
    } catch (error) {
      print(JSON.stringify({ error: reasonOf((error as Error).cause ?? error) }));
      return 1;
    }
  }
  const reports = await engineReports();
  print(values.json ? JSON.stringify(reports, null, 2) : listing(reports));
  return reports.some(({ works }) => works) ? 0 : 1;
}
