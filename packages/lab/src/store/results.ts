import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json, Measurement } from '../measure/measurement.ts';
import type { Results } from './item.ts';
import type { RunRecord } from './record.ts';
import { runId, type RunSpec } from './spec.ts';

/** A measurement as it is kept: what it found, and the version and commit of what found it. */
export interface Kept {
  readonly version: number;
  /** Absent from files older than this field. */
  readonly commit?: string;
  readonly value: Json;
}

/** Folder of a run among others. */
export const runFolder = (root: string, spec: RunSpec, found: string | undefined): string =>
  join(root, runId(spec, found));

/** A run's `record.json`. */
export const recordFile = (folder: string): string => join(folder, 'record.json');

/** The file of a measurement in a run's folder. */
export const measuredFile = (folder: string, name: string): string =>
  join(folder, 'measured', `${name}.json`);

/** The folder of the small files that a measurement saved. */
export const measuredFolder = (folder: string, name: string): string =>
  join(folder, 'measured', name);

/** The parsed JSON of a file, or undefined where there is none. */
function readIfPresent(file: string): unknown {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`${file}: not valid JSON; delete it to make it again`, { cause });
  }
}

/**
 * The finished runs in a folder.
 * @param root `runs/trained`, or a group of committed results
 * @param found fingerprint of the data, for data read from a folder
 */
export function resultsIn(root: string, found: string | undefined): Results {
  const folderOf = (spec: RunSpec) => runFolder(root, spec, found);
  const records = new Map<string, RunRecord>();
  return {
    record(spec) {
      const folder = folderOf(spec);
      const known = records.get(folder);
      if (known) return known;
      const record = readIfPresent(recordFile(folder)) as RunRecord | undefined;
      if (record) records.set(folder, record);
      return record;
    },
    measured<T extends Json>(spec: RunSpec, { name, version }: Measurement<T>): T | undefined {
      const kept = readIfPresent(measuredFile(folderOf(spec), name)) as Kept | undefined;
      return kept?.version === version ? (kept.value as T) : undefined;
    },
    async file(spec, { name: measurement }, name) {
      const path = join(measuredFolder(folderOf(spec), measurement), name);
      return existsSync(path) ? readFile(path) : undefined;
    },
  };
}
