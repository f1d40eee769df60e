import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '@scene-mtl/data/files';
import { z } from 'zod';
import { json, readJsonIfPresent } from '../store/files.ts';
import { LeaseLost, type Lease } from './lease.ts';
import type { Objects } from './objects.ts';
import { freshToken, runKeys, type Part, type RunIndex } from './run-index.ts';
import { filesOf, frozen, sha256Of } from './snapshot.ts';

/** Folders of this machine: the run's own, and what is noted of it. */
export interface LocalRun {
  readonly id: string;
  readonly folder: string;
  /** Says what the folder holds of the bucket. */
  readonly note: string;
  /** Where a snapshot is kept while it is sent. */
  readonly outgoing: string;
}

/** Of which revision a folder is, or what was made from it; and whether all of it. */
const noteSchema = z.looseObject({ revision: z.string(), isWhole: z.boolean() });

const isCheckpoint = (path: string): boolean => path.startsWith('checkpoints/');

/**
 * Makes a folder here what an index says. What is there already with the same bytes is not sent again; what else
 * is there goes, unless it was made from this very revision and has not been kept yet.
 * @param isWhole with checkpoints
 * @returns false where a part was gone: the index is no longer what the bucket has
 */
export async function pull(
  objects: Objects,
  { id, folder, note }: LocalRun,
  { revision, files }: RunIndex,
  isWhole: boolean,
): Promise<boolean> {
  const noted = await readJsonIfPresent(note, noteSchema);
  if (noted?.revision === revision && (noted.isWhole || !isWhole)) return true;
  // Until all is here it is of no revision.
  await rm(note, { force: true });
  const isMeant = (path: string): boolean => isWhole || !isCheckpoint(path);
  const wanted = Object.entries(files).filter(([path]) => isMeant(path));
  for (const [path, { part, sha256, bytes }] of wanted) {
    const file = join(folder, path);
    const size = await stat(file).then(
      (facts) => facts.size,
      () => undefined,
    );
    if (size === bytes && (await sha256Of(file, bytes)) === sha256) continue;
    if (!(await objects.download(runKeys(id).part(part), file, sha256))) return false;
  }
  for (const path of await filesOf(folder)) {
    if (isMeant(path) && !(path in files)) await rm(join(folder, path), { force: true });
  }
  await writeAtomically(note, json({ revision, isWhole }));
  return true;
}

/** What a folder has sent so far under a lease: files that did not change are not read again. */
export type Sent = Map<string, { readonly key: string; readonly part: Part }>;

/**
 * Keeps a run's folder as it is now: sends the parts that the bucket lacks, then the index that names them. Until
 * that is written the run is what it was before.
 */
export async function push(
  objects: Objects,
  { id, folder, note, outgoing }: LocalRun,
  lease: Lease,
  sent: Sent,
): Promise<void> {
  const { part: keyOf } = runKeys(id);
  try {
    const before = Object.values(lease.index().files);
    const files: Record<string, Part> = {};
    for (const { path, file, bytes } of await frozen(folder, outgoing)) {
      if (lease.lost.aborted) throw new LeaseLost(`${id}: another worker has this run by now`);
      const { ino, mtimeMs } = await stat(file);
      const key = `${ino} ${mtimeMs} ${bytes}`;
      const known = sent.get(path);
      if (known?.key === key) {
        files[path] = known.part;
        continue;
      }
      const sha256 = await sha256Of(file, bytes);
      let part = before.find((one) => one.sha256 === sha256);
      if (!part) {
        part = { part: `${lease.token}.${sha256}`, sha256, bytes };
        await objects.upload(keyOf(part.part), file, bytes, sha256);
      }
      files[path] = part;
      sent.set(path, { key, part });
    }
    const former = lease.index().files;
    const isSame =
      Object.keys(former).length === Object.keys(files).length &&
      Object.entries(files).every(([path, { part }]) => former[path]?.part === part);
    if (isSame) return;
    const revision = freshToken();
    await lease.replace(objects, revision, files);
    await writeAtomically(note, json({ revision, isWhole: true }));
    const named = new Set(Object.values(files).map(({ part }) => part));
    for (const part of new Set(Object.values(former).map((one) => one.part))) {
      if (!named.has(part)) await objects.remove(keyOf(part));
    }
  } finally {
    await rm(outgoing, { recursive: true, force: true });
  }
}

/**
 * Deletes the parts of a run that no index names: what was being sent when a worker was killed. Only for who has
 * the run; who lost it deletes its own alone.
 */
export async function sweepParts(
  objects: Objects,
  id: string,
  { files }: RunIndex,
  token?: string,
): Promise<void> {
  const { parts } = runKeys(id);
  const named = new Set(Object.values(files).map(({ part }) => part));
  const own = (part: string): boolean => token === undefined || part.startsWith(`${token}.`);
  for (const key of await objects.list(parts)) {
    const part = key.slice(parts.length);
    if (!named.has(part) && own(part)) await objects.remove(key);
  }
}
