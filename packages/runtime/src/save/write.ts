import { createHash, randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { encodeModel, type FileModel } from '../onnx/proto.ts';
import { inHalfPrecision } from './float16.ts';
import type { Settings } from './options.ts';

/** A protobuf message, hence a model in one file, may have 2³¹ − 1 bytes; the rest of it takes some. */
const ONE_FILE = 2 ** 31 - 2 ** 26;
/** Constants that lie outside have at least as many bytes. */
const LARGE = 1024;
/** Constants begin at whole pages, so that a reader can map them. */
const PAGE = 4096;

/**
 * Writes a model, and the second file of its constants where there is one. The second one's name says what is in it, so
 * that a crash between the two leaves the old pair whole.
 */
export async function writeModel(
  path: string,
  whole: FileModel,
  { metadata, opset, float16, externalData }: Settings,
): Promise<void> {
  const model = float16 ? inHalfPrecision(whole) : whole;
  const { initialisers } = model.live();
  const size = initialisers.reduce((sum, { data }) => sum + data.byteLength, 0);
  if (!(externalData ?? size > ONE_FILE)) {
    return writeWhole(path, [encodeModel(model, { metadata, opset })]);
  }
  const large = initialisers.filter(({ data }) => data.byteLength >= LARGE);
  const hash = createHash('sha256');
  for (const { data } of large) hash.update(bytesOf(data));
  const location = `${basename(path)}.${hash.digest('hex').slice(0, 12)}.data`;
  const external = new Map<string, { location: string; offset: number }>();
  const pieces: Uint8Array[] = [];
  let offset = 0;
  for (const { ref, data } of large) {
    external.set(ref.name, { location, offset });
    const gap = (PAGE - (data.byteLength % PAGE)) % PAGE;
    pieces.push(bytesOf(data), new Uint8Array(gap));
    offset += data.byteLength + gap;
  }
  await writeWhole(join(dirname(path), location), pieces);
  await writeWhole(path, [encodeModel(model, { metadata, opset, external })]);
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/**
 * Writes a file so that a crash leaves the old one or the new one, never half of one, and a failure nothing.
 * @throws naming the file, with the system's error as its cause
 */
async function writeWhole(path: string, pieces: readonly Uint8Array[]): Promise<void> {
  const temporary = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.partial`;
  try {
    const file = await open(temporary, 'w');
    try {
      for (const piece of pieces) await file.writeFile(piece);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    const { message } = cause as Error;
    throw new Error(`save: ${path} cannot be written (${message})`, { cause });
  }
}
