import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { Sample } from '@scene-mtl/core';
import type { Dataset } from './dataset.ts';

/** Where and how much a disk cache keeps. */
export interface DiskCacheOptions {
  readonly folder: string;
  /** Largest total size of the entries, bytes; the least recently used go first. */
  readonly maximumBytes: number;
  /**
   * What the samples are made from: everything that would change them, such as the root folder, the
   * manifest's hash and the reader's options. Entries of another key are never used.
   */
  readonly key: string;
}

/** Writes one file. */
type WriteFile = (path: string, content: Uint8Array) => Promise<void>;

const ENDING = '.sample';
const DIGEST = 32;

/**
 * The data set with its resized samples kept in a folder. An entry is its SHA-256 and content,
 * written under another name and renamed, so a half-written or damaged one is never used but read
 * again; any number of processes may share the folder. An entry that cannot be written (a full disk)
 * is an error that names it, and leaves nothing behind.
 * @param write writes a file; for tests
 */
export function diskCached(
  dataset: Dataset,
  options: DiskCacheOptions,
  write: WriteFile = writeFile,
): Dataset {
  const { folder, maximumBytes, key } = options;
  let sinceTidy = Infinity;
  return {
    ...dataset,
    async read(id, split, size) {
      const name = sha256(JSON.stringify([key, dataset.name, split, id, size.height, size.width]));
      const file = join(folder, name.toString('hex') + ENDING);
      const kept = await load(file);
      if (kept) return kept;
      const sample = await dataset.read(id, split, size);
      const bytes = await store(folder, file, sample, write);
      sinceTidy += bytes;
      // Listing the folder on each write would be slow; a tenth over the limit is the price.
      if (sinceTidy > maximumBytes / 10) {
        sinceTidy = 0;
        await tidy(folder, maximumBytes);
      }
      return sample;
    },
  };
}

async function load(file: string): Promise<Sample | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch {
    return undefined;
  }
  const content = bytes.subarray(DIGEST);
  if (!sha256(content).equals(bytes.subarray(0, DIGEST))) return undefined;
  const now = new Date();
  // Marks it as used; another process may have removed it meanwhile, which does no harm.
  await utimes(file, now, now).catch(() => {});
  return deserialize(content) as Sample;
}

async function store(
  folder: string,
  file: string,
  sample: Sample,
  write: WriteFile,
): Promise<number> {
  const content = serialize(sample);
  const partial = `${file}.${randomUUID()}.partial`;
  try {
    await mkdir(folder, { recursive: true });
    await write(partial, Buffer.concat([sha256(content), content]));
    await rename(partial, file);
  } catch (cause) {
    await rm(partial, { force: true }).catch(() => {});
    const { code, message } = cause as NodeJS.ErrnoException;
    const why =
      code === 'ENOSPC' ? 'the disk is full; free some of it or lower maximumBytes' : message;
    throw new Error(`${file}: the cache cannot be written (${why})`, { cause });
  }
  return content.length + DIGEST;
}

/** Removes the least recently used entries until the rest fits. */
async function tidy(folder: string, maximumBytes: number): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(ENDING));
  const entries = await Promise.all(
    names.map(async (name) => {
      const file = join(folder, name);
      const facts = await stat(file).catch(() => undefined);
      return { file, bytes: facts?.size ?? 0, used: facts?.mtimeMs ?? 0 };
    }),
  );
  entries.sort((a, b) => b.used - a.used);
  let total = 0;
  for (const { file, bytes } of entries) {
    total += bytes;
    if (total > maximumBytes) await rm(file, { force: true });
  }
}

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest();
