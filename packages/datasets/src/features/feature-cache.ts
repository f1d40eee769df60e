import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically, type AtomicWriteOptions } from '@scene-mtl/data/files';
import { parseJsonFileIfPresent } from '@scene-mtl/data/json';
import { z } from 'zod';
import { decodeEntry, encodeEntry, entryBytes, type FeatureType } from './entry.ts';

/** Which features are kept, and where; plain values, which can be sent to another thread. */
export interface FeaturePlace {
  /** Folder of all kept features. */
  readonly folder: string;
  /** What computes them from an image, one text each: the hash of its weights, the layers it ends with … */
  readonly source: Readonly<Record<string, string>>;
  readonly type: FeatureType;
  /** Names and lengths of the arrays of one image, in a fixed order. */
  readonly arrays: readonly (readonly [name: string, length: number])[];
}

/** Kept features of one source. */
export interface FeatureCache {
  /** Folder of this source's entries. */
  readonly folder: string;
  /** Bytes of the entry of one image. */
  readonly entryBytes: number;
  /**
   * The features of an image, or undefined where there is no whole entry.
   * @param image its bytes, as the source gets them
   */
  read(image: Uint8Array): Record<string, Float32Array> | undefined;
  /** Whether there is an entry; a damaged one is seen when it is read. */
  has(image: Uint8Array): boolean;
  /** @throws when it cannot be written, or a number does not fit the type */
  write(image: Uint8Array, features: Readonly<Record<string, Float32Array>>): Promise<void>;
  /**
   * Makes room for this source's entries: those of other sources go, the least recently used first.
   * @param maximumBytes of all kept features
   * @param needed bytes of this source's entries once all are there
   * @throws when they alone are more
   */
  makeRoom(maximumBytes: number, needed: number): Promise<void>;
}

const ENDING = '.features';
const ABOUT = 'source.json';
const schema = z.record(z.string(), z.string());

/**
 * Opens the features that a source has given, for reading; nothing is written. An entry is known by the
 * bytes of its image and stands in a folder that is known by its source, so that another trunk, another
 * cut, type or engine never gives a number. Entries are written under another name and renamed, and hold
 * a SHA-256: one that was cut short or damaged is none. Any number of threads and processes may share it.
 * @throws when the folder says that it is of another source
 * @example
 * ```ts
 * import { openFeatureCache } from '@scene-mtl/datasets';
 * const place = { folder: 'features', source: { trunk: 'abc' }, type: 'f32', arrays: [['x', 2]] } as const;
 * const cache = openFeatureCache(place);
 * const image = Uint8Array.of(1, 2, 3);
 * cache.read(image); // → undefined
 * await cache.write(image, { x: Float32Array.of(0.5, 2) });
 * cache.read(image); // → { x: [0.5, 2] }
 * ```
 */
export function openFeatureCache(
  { folder: root, source, type, arrays }: FeaturePlace,
  write?: AtomicWriteOptions['write'],
): FeatureCache {
  const whole = { ...source, type, arrays: arrays.map((one) => one.join(' ')).join(', ') };
  const key = sha256(JSON.stringify(Object.entries(whole).sort()));
  const folder = join(root, key.slice(0, 16));
  const length = arrays.reduce((sum, [, count]) => sum + count, 0);
  const nameOf = (image: Uint8Array): string => sha256(image).slice(0, 32) + ENDING;
  // The key within: an entry that was copied from another source's folder is none.
  const signedOf = (name: string): string => `${key} ${name}`;
  const options = { sync: false, ...(write && { write }) };
  return {
    folder,
    entryBytes: entryBytes(type, length),
    read(image) {
      const name = nameOf(image);
      let bytes: Buffer;
      try {
        bytes = readFileSync(join(folder, name));
      } catch {
        return undefined;
      }
      const values = decodeEntry(signedOf(name), bytes, type, length);
      return values && split(values, arrays);
    },
    has(image) {
      const facts = statSync(join(folder, nameOf(image)), { throwIfNoEntry: false });
      return facts?.size === entryBytes(type, length);
    },
    async write(image, features) {
      const name = nameOf(image);
      await writeAtomically(
        join(folder, name),
        encodeEntry(signedOf(name), joined(features, arrays), type),
        options,
      );
    },
    async makeRoom(maximumBytes, needed) {
      if (needed > maximumBytes) {
        throw new Error(
          `${folder}: the features take ${megabytes(needed)} as ${type}, more than the ` +
            `${megabytes(maximumBytes)} that may be kept; allow more` +
            (type === 'f32' ? ', keep them as f16' : '') +
            `, or keep none`,
        );
      }
      await claim(folder, whole, options);
      await removeOthers(root, folder, maximumBytes - needed);
    },
  };
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** Says in the folder whose it is. */
async function claim(
  folder: string,
  whole: Readonly<Record<string, string>>,
  options: AtomicWriteOptions,
): Promise<void> {
  const file = join(folder, ABOUT);
  const known = await parseJsonFileIfPresent(file, schema, { remedy: `delete ${folder}` });
  const differing = known && Object.keys(whole).find((name) => known[name] !== whole[name]);
  if (differing !== undefined) {
    throw new Error(
      `${file}: ${differing}: these are the features of another source, ${known?.[differing]}, expected ` +
        `${whole[differing]}; delete ${folder}, they are computed again`,
    );
  }
  if (!known) await writeAtomically(file, `${JSON.stringify(whole, null, 2)}\n`, options);
  const now = new Date();
  await utimes(file, now, now).catch(() => {});
}

/** Removes features of other sources, the least recently used first, until the rest fits. */
async function removeOthers(root: string, own: string, maximumBytes: number): Promise<void> {
  const folders = (await readdir(root, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && /^[0-9a-f]{16}$/.test(entry.name))
    .map(({ name }) => join(root, name))
    .filter((folder) => folder !== own);
  const kept = await Promise.all(
    folders.map(async (folder) => ({
      folder,
      used: (await stat(join(folder, ABOUT)).catch(() => undefined))?.mtimeMs ?? 0,
      bytes: await bytesIn(folder),
    })),
  );
  kept.sort((a, b) => b.used - a.used);
  let total = 0;
  for (const { folder, bytes } of kept) {
    total += bytes;
    if (total > maximumBytes) await rm(folder, { recursive: true, force: true });
  }
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map(async (name) => (await stat(join(folder, name)).catch(() => undefined))?.size ?? 0),
  );
  return sizes.reduce((a, b) => a + b, 0);
}

function joined(
  features: Readonly<Record<string, Float32Array>>,
  arrays: FeaturePlace['arrays'],
): Float32Array {
  const whole = new Float32Array(arrays.reduce((sum, [, length]) => sum + length, 0));
  let at = 0;
  for (const [name, length] of arrays) {
    const array = features[name];
    if (array?.length !== length) {
      throw new Error(
        `feature cache: expected ${length} numbers of ${name}, got ${array?.length ?? 'none'}`,
      );
    }
    whole.set(array, at);
    at += length;
  }
  return whole;
}

function split(values: Float32Array, arrays: FeaturePlace['arrays']): Record<string, Float32Array> {
  let at = 0;
  return Object.fromEntries(
    arrays.map(([name, length]) => [name, values.subarray(at, (at += length))] as const),
  );
}

const sha256 = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex');
