import type { ExperimentContext } from '../experiment/experiment.ts';
import { runsOf } from '../experiment/stages.ts';
import type { Kept } from '../specs/measurement.ts';
import type { Kind } from '../specs/program.ts';
import type { Results } from '../specs/results.ts';
import type { RunSpec } from '../specs/spec.ts';
import type { RunSummary } from '../specs/summary.ts';
import { SHOWN_FRAMES } from './files.ts';
import type { Shown } from './shown.ts';
import { writeGroup, type GroupContent } from './stored-group.ts';

/** What is published of a group. */
export interface PublishOptions<K extends Kind> {
  /** Folder of the group. */
  readonly folder: string;
  /** What the group is, as `readGroup` gives it back. */
  readonly description: object;
  /** What the runs' specs are stored as differences from. */
  readonly base: unknown;
  readonly shown: readonly Shown<K>[];
  /** What an experiment is made for. */
  readonly context: (shown: Shown<K>) => ExperimentContext<unknown, K>;
  /** Runs that were made, and those that were published before. */
  readonly results: Results<K['spec']>;
  /** A measurement with its version and commit, however old. */
  readonly kept: (spec: K['spec'], measurement: string) => Promise<Kept | undefined>;
  /** Id of a run, see `runId`. */
  readonly identify: (spec: K['spec']) => string;
  /** What was published before. */
  readonly previous?: GroupContent<K['spec']> | undefined;
  /** Replaces another folder's content, and drops runs that nobody asks for any more. */
  readonly force?: boolean | undefined;
}

/**
 * Publishes what tables and figures need of every finished run, and nothing else: summaries, measurements, and
 * the few pictures that pages show. Runs that are published already and not here any more stay. Returns the
 * number of runs.
 * @throws when runs published before are no longer asked for, unless forced
 */
export async function publish<K extends Kind>(options: PublishOptions<K>): Promise<number> {
  const { shown, results, identify, previous, force = false } = options;
  const runs = new Map<string, RunSummary<K['spec']>>();
  const measured = new Map<string, Record<string, Kept>>();
  const pictures = new Map<string, Uint8Array>();
  const asked = new Set<string>();
  for (const one of shown) {
    const context = options.context(one);
    const own = runsOf(one.experiment, context, results);
    // The data cannot have it, and it may not know what the data has.
    if (own.length === 0) continue;
    for (const { spec, measurements = [] } of own) {
      const id = identify(spec);
      asked.add(id);
      const summary = results.summary(spec);
      if (!summary) continue;
      runs.set(id, summary);
      for (const { name } of measurements) {
        const kept = await options.kept(spec, name);
        if (kept) measured.set(id, { ...measured.get(id), [name]: kept });
      }
    }
    const frames = recorded(results, identify);
    await one.experiment.show(context, frames.results);
    for (const [path, bytes] of (await frames.asked()).slice(0, SHOWN_FRAMES)) {
      pictures.set(path, bytes);
    }
  }
  const dropped = [...(previous?.runs.keys() ?? [])].filter((id) => !asked.has(id));
  if (dropped.length > 0 && !force) {
    throw new Error(
      `${options.folder}: ${dropped.length} published runs are asked for by nothing any more ` +
        `(${dropped[0]}${dropped.length > 1 ? ', …' : ''}); give --force to drop them`,
    );
  }
  const { folder, description, base } = options;
  await writeGroup(folder, description, base, { runs, measured, pictures }, force);
  return runs.size;
}

/** Results that remember which files were asked for, in order. */
function recorded<S extends RunSpec>(results: Results<S>, identify: (spec: S) => string) {
  const asked: Promise<[string, Uint8Array | undefined]>[] = [];
  return {
    results: {
      ...results,
      file(spec, measurement, name) {
        const file = results.file(spec, measurement, name);
        const path = `${identify(spec)}/${measurement.name}/${name}`;
        asked.push(file.then((bytes) => [path, bytes]));
        return file;
      },
    } satisfies Results<S> as Results<S>,
    asked: async () =>
      (await Promise.all(asked)).flatMap(([path, bytes]) =>
        bytes ? [[path, bytes] as const] : [],
      ),
  };
}
