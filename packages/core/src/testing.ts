/// <reference types="node" preserve="true" />
/** An event as a test reads it. */
export interface DecodedEvent {
  readonly wallTime: number;
  readonly step: number;
  readonly values: Readonly<Record<string, number>>;
  /** Tags of pictures, with their PNG bytes. */
  readonly images: Readonly<Record<string, Uint8Array>>;
  /** Tags of values that a plug-in reads. */
  readonly plugins: readonly string[];
}

/**
 * Reads an event file, knowing nothing of what writes one: record = u64 length, u32, data, u32; then
 * tensorflow/core/util/event.proto and framework/summary.proto by field numbers.
 */
export function decodedEvents(file: Buffer): DecodedEvent[] {
  const events: DecodedEvent[] = [];
  for (let at = 0; at < file.length;) {
    const length = Number(file.readBigUInt64LE(at));
    if (at + 16 + length > file.length) throw new Error(`cut short at ${at}`);
    events.push(decoded(file.subarray(at + 12, at + 12 + length)));
    at += 16 + length;
  }
  return events;
}

function decoded(bytes: Buffer): DecodedEvent {
  let [wallTime, step] = [0, 0];
  const values: Record<string, number> = {};
  const images: Record<string, Uint8Array> = {};
  const plugins: string[] = [];
  each(bytes, (field, value) => {
    if (field === 1) wallTime = (value as Buffer).readDoubleLE(0);
    if (field === 2) step = value as number;
    if (field !== 5) return;
    each(value as Buffer, (_, one) => {
      let tag = '';
      each(one as Buffer, (inner, content) => {
        if (inner === 1) tag = (content as Buffer).toString();
        if (inner === 2) values[tag] = (content as Buffer).readFloatLE(0);
        if (inner === 4)
          each(content as Buffer, (k, png) => k === 4 && (images[tag] = png as Buffer));
        if (inner === 9) plugins.push(tag);
      });
    });
  });
  return { wallTime, step, values, images, plugins };
}

/** Fields of a message: whole numbers as such, all else as bytes. */
function each(bytes: Buffer, visit: (field: number, value: number | Buffer) => unknown): void {
  let at = 0;
  const varint = (): number => {
    let [value, shift] = [0, 0];
    for (; bytes[at] > 127; at++, shift += 7) value += (bytes[at] & 127) * 2 ** shift;
    return value + bytes[at++] * 2 ** shift;
  };
  while (at < bytes.length) {
    const key = varint();
    const sizes: Record<number, number> = { 1: 8, 5: 4 };
    if (key % 8 === 0) {
      visit(key >> 3, varint());
      continue;
    }
    const size = sizes[key % 8] ?? varint();
    visit(key >> 3, bytes.subarray(at, at + size));
    at += size;
  }
}
