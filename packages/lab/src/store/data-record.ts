import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { listCheckpoints } from '@scene-mtl/core';
import { writeAtomically } from '@scene-mtl/data/files';
import type { Contents } from '../specs/contents.ts';
import { isObject } from '../specs/json.ts';
import { json, readJsonIfPresent } from './files.ts';
import { measuredFile, summaryFile } from './results.ts';

/** What a run learned from: `data.json` in its folder, a hash of every file by its name. */
export const dataFile = (folder: string): string => join(folder, 'data.json');

/** Whether anything was kept of what was learned in a folder; before that its data may change. */
const isBegun = async (folder: string): Promise<boolean> =>
  [summaryFile(folder), join(folder, 'result.json')].some((file) => existsSync(file)) ||
  (await listCheckpoints(join(folder, 'checkpoints'))).length > 0;

/**
 * Compares the data of a run with what it learned from. Where the files lie does not matter.
 * @param now what is there now; undefined where nothing is to be compared
 * @returns false for a run begun before its data were recorded: nobody knows what it learned from
 * @throws naming the files that differ, and how to make a new run
 */
export async function checkData(folder: string, now: Contents | undefined): Promise<boolean> {
  if (now === undefined || !(await isBegun(folder))) return true;
  const file = dataFile(folder);
  const difference = await differenceFrom(file, now);
  if (difference === undefined) return existsSync(file);
  throw new Error(
    `${folder}: this run was made from other data than what is now in ${now.root}: ${difference}. ` +
      `Make a new run in another folder (--runs, or --name of train), or give the former data back; ` +
      `where the difference is known to change nothing, delete ${file}`,
  );
}

/** `checkData`, then records the data of a run that begins, or of one that did not say. */
export async function keepData(folder: string, now: Contents | undefined): Promise<boolean> {
  const known = await checkData(folder, now);
  if (now && !(known && (await isBegun(folder)))) await record(dataFile(folder), now);
  return known;
}

/** What other frames a measurement looked at than those of its run. */
const measuredData = (folder: string, name: string): string =>
  join(folder, 'measured', `${name}.data.json`);

/**
 * Compares other frames than those of the run, which a measurement looked at, with what is there now.
 * @throws naming the files that differ, and how to measure again
 */
export async function checkMeasuredData(
  folder: string,
  name: string,
  now: Contents | undefined,
): Promise<void> {
  const kept = measuredFile(folder, name);
  if (now === undefined || !existsSync(kept)) return;
  const difference = await differenceFrom(measuredData(folder, name), now);
  if (difference === undefined) return;
  throw new Error(
    `${kept}: measured on other data than what is now in ${now.root}: ${difference}. ` +
      `Delete it to measure again, or give the former data back`,
  );
}

/** Records other frames than those of the run, which a measurement is about to look at. */
export const keepMeasuredData = (folder: string, name: string, now: Contents): Promise<void> =>
  record(measuredData(folder, name), now);

const record = (file: string, { files }: Contents): Promise<void> =>
  writeAtomically(file, json({ files }));

/**
 * The hash of each file that a run learned from and was validated on, by its path from the data's root; undefined
 * for a run of before this was recorded.
 * @throws naming the file when it is no record of data
 */
export async function recordedData(folder: string): Promise<Contents['files'] | undefined> {
  const file = dataFile(folder);
  const stored = await readJsonIfPresent(file);
  return stored === undefined ? undefined : recordedIn(stored, file);
}

/** In what a record differs from what is there now; undefined where it does not, or there is none. */
async function differenceFrom(file: string, now: Contents): Promise<string | undefined> {
  const stored = await readJsonIfPresent(file);
  return stored === undefined ? undefined : differenceText(recordedIn(stored, file), now.files);
}

/** @throws naming the file when it is no record of data */
function recordedIn(value: unknown, file: string): Contents['files'] {
  const files = isObject(value) ? value['files'] : undefined;
  if (isObject(files) && Object.values(files).every((hash) => typeof hash === 'string')) {
    return files as Contents['files'];
  }
  throw new Error(
    `${file}: expected the hashes of a run's files under "files"; delete it to take the data as they are`,
  );
}

/** How many names an error says of each kind. */
const SHOWN = 3;

/**
 * In what two sets of files differ: how many, and the first names; undefined when they are the same.
 */
export function differenceText(
  before: Contents['files'],
  now: Contents['files'],
): string | undefined {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  const kinds: Record<string, string[]> = { changed: [], missing: [], new: [] };
  for (const name of [...names].sort()) {
    const [was, is] = [before, now].map((files) =>
      Object.hasOwn(files, name) ? files[name] : undefined,
    );
    if (was === is) continue;
    kinds[is === undefined ? 'missing' : was === undefined ? 'new' : 'changed'].push(name);
  }
  const parts = Object.entries(kinds).filter(([, files]) => files.length > 0);
  if (parts.length === 0) return undefined;
  const said = parts.map(([kind, files]) => {
    const more = files.length > SHOWN ? ` and ${files.length - SHOWN} more` : '';
    return `${files.length} ${kind} (${files.slice(0, SHOWN).join(', ')}${more})`;
  });
  return `of ${names.size} files ${said.join(', ')}`;
}
