import { realpath, readFile, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { parseJsonFile, quoted, shownName } from '@scene-mtl/data/json';
import { z } from 'zod';
import type { StoredTensor } from '../checkpoint/safetensors.ts';
import { fromHalf } from '@scene-mtl/data';

const size = z.number().int().nonnegative();

/** How numbers were made smaller: q in the file stands for `scale` · q + `min`; float16 as it is. */
const quantisation = z.discriminatedUnion('dtype', [
  z.looseObject({ dtype: z.enum(['uint8', 'uint16']), scale: z.number(), min: z.number() }),
  z.looseObject({ dtype: z.literal('float16') }),
]);

const weightSchema = z.looseObject({
  name: z.string().min(1),
  shape: z.array(size),
  dtype: z.string(),
  quantization: quantisation.optional(),
});

/** What is read of a `model.json`; the rest is left alone. */
const modelSchema = z.looseObject({
  weightsManifest: z.array(
    z.looseObject({ paths: z.array(z.string().min(1)), weights: z.array(weightSchema) }),
  ),
});

type WeightEntry = z.infer<typeof weightSchema>;

/** Bytes of one number; a text has no size of its own, so that what follows it could not be found. */
const BYTES: ReadonlyMap<string, number> = new Map([
  ['float32', 4],
  ['int32', 4],
  ['bool', 1],
  ['uint8', 1],
  ['uint16', 2],
  ['float16', 2],
]);

function bytesOf({ name, shape, dtype, quantization: smaller }: WeightEntry, path: string): number {
  const bytes = BYTES.get(smaller?.dtype ?? dtype);
  if (bytes !== undefined) return shape.reduce((a, b) => a * b, bytes);
  throw new Error(
    `${path}: ${shownName(name)}: expected float32, int32 or bool, got ${shownName(dtype)}`,
  );
}

/**
 * Reads float32 tensors of a model in TensorFlow.js form (`model.json` with a `weightsManifest`,
 * and its shards), by name; quantised ones (uint8, uint16, float16) become float32 again. A group without a
 * wanted tensor is not opened, so that shards that nothing needs may be absent.
 * @param folder the folder of `model.json`; no shard outside of it is read
 * @param wanted names to read; default all
 * @throws an error that names the file when one is absent, outside the folder or of the wrong size, and the
 *   tensor that is no float32; nothing is read of shards of the wrong size
 */
export async function readTfjsWeights(
  folder: string,
  wanted: (name: string) => boolean = () => true,
): Promise<Map<string, StoredTensor>> {
  const path = join(folder, 'model.json');
  const { weightsManifest } = await parseJsonFile(path, modelSchema);
  const tensors = new Map<string, StoredTensor>();
  for (const { paths, weights } of weightsManifest) {
    const needed = weights.filter(({ name }) => wanted(name));
    if (needed.length === 0) continue;
    for (const { name, dtype } of needed) {
      if (tensors.has(name) || needed.filter((other) => other.name === name).length > 1) {
        throw new Error(
          `${path}: ${shownName(name)}: expected each weight once, it is there twice`,
        );
      }
      if (dtype !== 'float32')
        throw new Error(`${path}: ${shownName(name)}: expected float32, got ${shownName(dtype)}`);
    }
    const names = needed.map(({ name }) => shownName(name)).join(', ');
    const files = await Promise.all(paths.map((shard) => shardIn(folder, shard, names)));
    checkSizes(path, files, weights);
    const bytes = Buffer.concat(await Promise.all(files.map(({ file }) => readFile(file))));
    let at = 0;
    for (const entry of weights) {
      const length = bytesOf(entry, path);
      if (wanted(entry.name)) {
        const data = decoded(entry, bytes.subarray(at, at + length));
        tensors.set(entry.name, { shape: entry.shape, data });
      }
      at += length;
    }
  }
  return tensors;
}

interface Shard {
  readonly file: string;
  readonly size: number;
}

/** A shard that lies in the folder, links followed, with its size; nothing of it is read. */
async function shardIn(folder: string, shard: string, names: string): Promise<Shard> {
  const file = join(folder, shard);
  const outside = (place: string) =>
    new Error(
      `${join(folder, 'model.json')}: path ${quoted(shard)}: expected a file in the folder ` +
        `of model.json, it leads to ${place}; copy the file into the folder`,
    );
  // eslint-disable-next-line no-control-regex -- They would change a terminal, and NUL ends a name.
  if (/[\u0000-\u001f\u007f-\u009f]/.test(shard)) {
    throw new Error(
      `${join(folder, 'model.json')}: path ${quoted(shard)}: expected a name without control characters`,
    );
  }
  if (isAbsolute(shard) || leavesBy(relative(folder, file))) throw outside(file);
  try {
    const [root, real] = await Promise.all([realpath(folder), realpath(file)]);
    if (leavesBy(relative(root, real))) throw outside(real);
    const found = await stat(real);
    if (!found.isFile()) throw new Error(`${file}: expected a file; it holds ${names}`);
    return { file: real, size: found.size };
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    throw new Error(`${file}: cannot be read (${code}); it holds ${names}`, { cause });
  }
}

const leavesBy = (path: string): boolean =>
  path === '' || path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path);

/** @throws unless the shards hold as many bytes as their weights need */
function checkSizes(path: string, files: readonly Shard[], weights: readonly WeightEntry[]): void {
  const needed = weights.reduce((sum, entry) => sum + bytesOf(entry, path), 0);
  const there = files.reduce((sum, { size: bytes }) => sum + bytes, 0);
  if (there === needed) return;
  const last = shownName(weights.at(-1)?.name ?? '');
  throw new Error(
    `${files.map(({ file }) => file).join(', ')}: expected ${needed} bytes up to ${last}, as ${path} says, ` +
      `got ${there}`,
  );
}

function decoded(entry: WeightEntry, bytes: Uint8Array): Float32Array {
  // Copied by hand: a view must begin at a multiple of its numbers' size.
  const { buffer } = new Uint8Array(bytes);
  const { quantization } = entry;
  if (!quantization) return new Float32Array(buffer);
  if (quantization.dtype === 'float16') {
    return Float32Array.from(new Uint16Array(buffer), fromHalf);
  }
  const { dtype, scale, min } = quantization;
  const values = dtype === 'uint8' ? new Uint8Array(buffer) : new Uint16Array(buffer);
  return Float32Array.from(values, (q) => q * scale + min);
}
