import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJsonFileIfPresentSync } from '@scene-mtl/data/json';
import type { Json } from '../specs/json.ts';
import type { Measurement } from '../specs/measurement.ts';
import type { Results } from '../specs/results.ts';
import type { RunSpec } from '../specs/spec.ts';
import type { RunSummary } from '../specs/summary.ts';
import { keptSchema, summarySchema } from '../specs/summary-schema.ts';
import { MADE_AGAIN } from './files.ts';

/** A run's `record.json`. */
export const summaryFile = (folder: string): string => join(folder, 'record.json');

/** The file of a measurement in a run's folder. */
export const measuredFile = (folder: string, name: string): string =>
  join(folder, 'measured', `${name}.json`);

/** The folder of the small files that a measurement saved. */
export const measuredFolder = (folder: string, name: string): string =>
  join(folder, 'measured', name);

/**
 * The summary in a run's folder, or undefined where it is not finished.
 * @throws in one line that names file and field
 */
export const summaryIn = <S extends RunSpec>(folder: string): RunSummary<S> | undefined =>
  parseJsonFileIfPresentSync(summaryFile(folder), summarySchema, { remedy: MADE_AGAIN }) as
    RunSummary<S> | undefined;

/**
 * The finished runs in a folder.
 * @param root `runs/trained`
 * @param idOf name of a run's folder in it
 */
export function resultsIn<S extends RunSpec>(root: string, idOf: (spec: S) => string): Results<S> {
  const folderOf = (spec: S) => join(root, idOf(spec));
  const summaries = new Map<string, RunSummary<S>>();
  return {
    summary(spec) {
      const folder = folderOf(spec);
      const known = summaries.get(folder);
      if (known) return known;
      const summary = summaryIn<S>(folder);
      if (summary) summaries.set(folder, summary);
      return summary;
    },
    measured<T extends Json>(spec: S, { name, version }: Measurement<T>): T | undefined {
      const file = measuredFile(folderOf(spec), name);
      const kept = parseJsonFileIfPresentSync(file, keptSchema, { remedy: MADE_AGAIN });
      return kept?.version === version ? (kept.value as T) : undefined;
    },
    async file(spec, { name: measurement }, name) {
      const path = join(measuredFolder(folderOf(spec), measurement), name);
      return existsSync(path) ? readFile(path) : undefined;
    },
  };
}
