import { createHash } from 'node:crypto';
import { readFileSync, statSync, utimesSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { Sample } from '@scene-mtl/data';
import sharp from 'sharp';
import { cannotWrite, writeAtomically, type AtomicWriteOptions } from '@scene-mtl/data/files';
import type { Dataset, Split } from './dataset.ts';
import { warnOnce } from './image/warnings.ts';

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
const VERSION = 3;
const ENDING = '.sample';
const DIGEST = 32;

/**
 * The data set with its resized samples kept in a folder. An entry's name is the hash of key, split,
 * frame, size and the frame's files with their sizes and times of change. It holds the SHA-256 of its
 * content, and is written under another name and renamed, so a half-written or damaged one is never
 * used but read again; any number of threads and processes may share the folder.
 * The cache is a help, never a need: where it cannot be read or written (a full disk, a read-only folder),
 * one warning says so and samples are read from the data; an entry that another version of Node wrote is
 * made again.
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
  /** A cache that could not be written once is not tried for each frame. */
  let isWritable = true;
  const skipped = (cause: unknown): void => {
    isWritable = false;
    // Of the folder and not the entry, so that threads that meet different entries say the same.
    const { message } = cannotWrite(folder, cause);
    warnOnce(`${message}. Decoded samples are not kept: the data is read each time`);
  };
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
      if (!isWritable) return sample;
      try {
        sinceTidy += await store(file, sample, write);
        // Listing the folder on each write would be slow; a tenth over the limit is the price.
        if (sinceTidy > maximumBytes / 10) {
          sinceTidy = 0;
          await tidy(folder, maximumBytes);
        }
      } catch (cause) {
        skipped(cause);
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

/**
 * Reads an entry; undefined when there is none that can be used. Not asynchronously, which takes several
 * times as long for so little.
 */
function load(file: string): Sample | undefined {
  let sample: Sample;
  try {
    const bytes = readFileSync(file);
    const content = bytes.subarray(DIGEST);
    if (!sha256(content).equals(bytes.subarray(0, DIGEST))) return undefined;
    // Throws for the format of another V8.
    sample = deserialize(content) as Sample;
  } catch {
    return undefined;
  }
  try {
    const now = new Date();
    utimesSync(file, now, now);
  } catch {
    // It could not be marked as used: the folder is read-only, or another process has removed it.
  }
  return sample;
}

async function store(file: string, sample: Sample, write: WriteFile | undefined): Promise<number> {
  const content = serialize(sample);
  // Not flushed to the disk: what a loss of power damages is seen by its hash, and read again.
  await writeAtomically(file, Buffer.concat([sha256(content), content]), {
    sync: false,
    ...(write && { write }),
  });
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
