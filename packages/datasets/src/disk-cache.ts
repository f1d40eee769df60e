import { createHash } from 'node:crypto';
import { readFileSync, statSync, utimesSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { Sample } from '@scene-mtl/data';
import sharp from 'sharp';
import { PARTIAL, writeAtomically, type AtomicWriteOptions } from '@scene-mtl/data/files';
import type { Dataset, Split } from './dataset.ts';

/** Where and how much a disk cache keeps. */
export interface DiskCacheOptions {
  readonly folder: string;
  /** Largest total size of the entries, bytes; the least recently used go first. */
  readonly maximumBytes: number;
  /**
   * What decides the samples besides the frame's files: the reader's options, or the recipe of data
   * that has no files. Entries of another key are never used.
   */
  readonly key: string;
}

/** Writes one file. */
type WriteFile = NonNullable<AtomicWriteOptions['write']>;

/** To be raised when a reader begins to give other arrays for the same files. */
const VERSION = 2;
const ENDING = '.sample';
const DIGEST = 32;
/** ms after which a half-written entry has nobody who writes on. */
const ABANDONED = 3.6e6;

/**
 * The data set with its resized samples kept in a folder. An entry's name is the hash of key, split,
 * frame, size and the frame's files with their sizes and times of change. It holds the SHA-256 of its
 * content, and is written under another name and renamed, so a half-written or damaged one is never
 * used but read again; any number of threads and processes may share the folder.
 * An entry that cannot be written (a full disk) is an error that names it, and leaves nothing behind.
 * @param write writes a file; for tests
 * @example
 * ```ts
 * import { diskCached, generateTree, openDataset } from '@scene-mtl/datasets';
 * const size = { height: 32, width: 64 };
 * await generateTree({ out: 'street', frames: { train: 1, val: 1 }, ...size, seed: 1 });
 * const cached = diskCached(await openDataset('street'), { folder: 'cache', maximumBytes: 1e9, key: '' });
 * const [id] = cached.list('train');
 * const first = await cached.read(id, 'train', size);
 * const again = await cached.read(id, 'train', size); // from the cache
 * again.fields.semantic; // → first.fields.semantic
 * ```
 */
export function diskCached(
  dataset: Dataset,
  options: DiskCacheOptions,
  write?: WriteFile,
): Dataset {
  const { folder, maximumBytes, key } = options;
  const decoder = `${VERSION} ${sharp.versions.vips}`;
  const seen = new Map<string, string>();
  // Once for each frame: a run does not go on with other files than it began with.
  const contentOf = (id: string, split: Split): string | undefined => {
    const frame = `${split}/${id}`;
    const content = seen.get(frame) ?? signature(dataset.files?.(id, split) ?? []);
    if (content !== undefined) seen.set(frame, content);
    return content;
  };
  let sinceTidy = Infinity;
  return {
    ...dataset,
    async read(id, split, size) {
      const content = contentOf(id, split);
      // A file is missing, which the reader says best.
      if (content === undefined) return dataset.read(id, split, size);
      const { height, width } = size;
      const what = [decoder, key, dataset.name, split, id, height, width, content];
      const file = join(folder, sha256(JSON.stringify(what)).toString('hex') + ENDING);
      const kept = load(file);
      if (kept) return kept;
      const sample = await dataset.read(id, split, size);
      const bytes = await store(file, sample, write);
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

/** Files with their sizes and times of change; undefined when one is not there. */
function signature(files: readonly string[]): string | undefined {
  try {
    return JSON.stringify(
      files.map((file) => {
        const { size, mtimeMs, ctimeMs } = statSync(file);
        // The time of the entry too: copying and `touch` can set the other back.
        return [file, size, mtimeMs, ctimeMs];
      }),
    );
  } catch {
    return undefined;
  }
}

/** Reads an entry; not asynchronously, which takes several times as long for so little. */
function load(file: string): Sample | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    return undefined;
  }
  const content = bytes.subarray(DIGEST);
  if (!sha256(content).equals(bytes.subarray(0, DIGEST))) return undefined;
  try {
    const now = new Date();
    utimesSync(file, now, now);
  } catch {
    // It could not be marked as used: another process has removed it, which does no harm.
  }
  return deserialize(content) as Sample;
}

async function store(file: string, sample: Sample, write: WriteFile | undefined): Promise<number> {
  const content = serialize(sample);
  try {
    // Not flushed to the disk: what a loss of power damages is seen by its hash, and read again.
    await writeAtomically(file, Buffer.concat([sha256(content), content]), {
      sync: false,
      ...(write && { write }),
    });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why =
      code === 'ENOSPC' ? 'the disk is full; free some of it or lower maximumBytes' : message;
    throw new Error(`${file}: the cache cannot be written (${why})`, { cause });
  }
  return content.length + DIGEST;
}

/** Removes abandoned writings, and the least recently used entries until the rest fits. */
async function tidy(folder: string, maximumBytes: number): Promise<void> {
  const names = (await readdir(folder)).filter((n) => n.endsWith(ENDING) || n.endsWith(PARTIAL));
  const entries = await Promise.all(
    names.map(async (name) => {
      const file = join(folder, name);
      const facts = await stat(file).catch(() => undefined);
      return { file, bytes: facts?.size ?? 0, used: facts?.mtimeMs ?? 0 };
    }),
  );
  entries.sort((a, b) => b.used - a.used);
  let total = 0;
  for (const { file, bytes, used } of entries) {
    total += bytes;
    const abandoned = file.endsWith(PARTIAL) && used < Date.now() - ABANDONED;
    const over = total > maximumBytes && file.endsWith(ENDING);
    if (abandoned || over) await rm(file, { force: true });
  }
}

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest();
