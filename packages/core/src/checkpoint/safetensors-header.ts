import { checkedBy, parseJson, quoted, shownName, textOf } from '@scene-mtl/data/json';
import { z } from 'zod';
import { storedTypes, type StoredType } from './stored-types.ts';

/** A tensor's place in the data, as the header of a safetensors file says. */
export interface Placed {
  readonly name: string;
  readonly type: StoredType;
  readonly shape: readonly number[];
  /** Bytes from the begin of the data. */
  readonly begin: number;
  readonly end: number;
}

const size = z.number().int().nonnegative();

// Further keys are left alone, as the reference does.
const entrySchema = z.looseObject({
  dtype: z.string(),
  shape: z.array(size),
  data_offsets: z.tuple([size, size]),
});
const metadataSchema = z.record(z.string(), z.string()).nullish();

/**
 * The header of a safetensors file, held to the rules of the format's reference implementation (safetensors
 * 0.8.0, `Metadata::validate`): tensors, in the order of their data, cover it without overlap or hole. A key that
 * is given twice is refused, which the format asks and the reference lets pass.
 * @param bytes the header alone
 * @param size bytes of data that follow
 * @param where name of the file, for errors
 */
export function readHeader(
  bytes: Uint8Array,
  size: number,
  where: string,
): { readonly metadata: Readonly<Record<string, string>>; readonly tensors: readonly Placed[] } {
  const header = `${where}: header`;
  const value = parseJson(textOf(bytes, header), header);
  const { __metadata__: free, ...entries } = checkedBy(z.looseObject({}), value, header);
  const metadata = checkedBy(metadataSchema, free, `${header}: __metadata__`) ?? {};
  const tensors = Object.entries(entries).map(([name, entry]) => placed(name, entry, where));
  checkCovered(tensors, size, where);
  return { metadata, tensors };
}

function placed(name: string, entry: unknown, where: string): Placed {
  const source = `${where}: tensor ${shownName(name)}`;
  const { dtype, shape, data_offsets: offsets } = checkedBy(entrySchema, entry, source);
  const type = storedTypes.get(dtype);
  if (!type) {
    const known = [...storedTypes.keys()].join(', ');
    throw new Error(`${source}: dtype: expected one of ${known}, got ${quoted(dtype)}`);
  }
  const [begin, end] = offsets;
  const length = type.bytes * shape.reduce((a, b) => a * b, 1);
  if (end - begin !== length) {
    throw new Error(
      `${source}: data_offsets: expected ${length} bytes for ${dtype} [${shape.join(', ')}], ` +
        `got ${begin} … ${end}`,
    );
  }
  return { name, type, shape, begin, end };
}

function checkCovered(tensors: readonly Placed[], size: number, where: string): void {
  const sorted = [...tensors].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let last: { readonly name: string; readonly end: number } | undefined;
  for (const tensor of sorted) {
    const from = last?.end ?? 0;
    const source = `${where}: tensor ${shownName(tensor.name)}`;
    if (tensor.begin < from) {
      throw new Error(
        `${source}: expected to begin at byte ${from} of the data, got ${tensor.begin}: ` +
          `it overlaps tensor ${shownName(last?.name ?? '')}`,
      );
    }
    if (tensor.begin > from) {
      throw new Error(
        `${source}: expected to begin at byte ${from} of the data, got ${tensor.begin}: ` +
          `no tensor holds the bytes between`,
      );
    }
    if (tensor.end > size) {
      throw new Error(
        `${source}: expected ${tensor.end} bytes of data up to its end, got ${size}: ` +
          `the file was cut short`,
      );
    }
    last = tensor;
  }
  const end = last?.end ?? 0;
  if (end !== size) {
    throw new Error(`${where}: expected ${end} bytes of data for its tensors, got ${size}`);
  }
}
