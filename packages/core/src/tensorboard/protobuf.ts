// Protocol buffers, as far as an event needs them: (field << 3) | wire type, then the value.

/** A message of fields, in the order in which they are given. */
export const message = (fields: readonly Uint8Array[]): Uint8Array => Buffer.concat(fields);

/** A whole number from 0. */
export const varint = (field: number, value: number): Uint8Array =>
  Uint8Array.from([...number(field << 3), ...number(value)]);

/** 64-bit floating point. */
export function double(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(9);
  bytes[0] = (field << 3) | 1;
  bytes.writeDoubleLE(value, 1);
  return bytes;
}

/** 32-bit floating point. */
export function float(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(5);
  bytes[0] = (field << 3) | 5;
  bytes.writeFloatLE(value, 1);
  return bytes;
}

/** Bytes with their length before them. */
export const delimited = (field: number, content: Uint8Array): Uint8Array =>
  Buffer.concat([Uint8Array.from([(field << 3) | 2, ...number(content.length)]), content]);

/** Text in UTF-8. */
export const text = (field: number, value: string): Uint8Array =>
  delimited(field, Buffer.from(value));

/** A message in a message. */
export const nested = (field: number, fields: readonly Uint8Array[]): Uint8Array =>
  delimited(field, message(fields));

function number(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
}

/** One field as it was read: its number, and a number or the bytes of text or a message. */
export interface Field {
  readonly field: number;
  readonly value: number | Uint8Array;
}

/**
 * The fields of a message, in order.
 * @throws RangeError where it is not one
 */
export function fieldsOf(bytes: Uint8Array): Field[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields: Field[] = [];
  let at = 0;
  const next = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = view.readUInt8(at++);
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < view.length) {
    const key = next();
    const field = Math.floor(key / 8);
    const kind = key % 8;
    if (kind === 0) fields.push({ field, value: next() });
    else if (kind === 1) {
      fields.push({ field, value: view.readDoubleLE(at) });
      at += 8;
    } else if (kind === 5) {
      fields.push({ field, value: view.readFloatLE(at) });
      at += 4;
    } else if (kind === 2) {
      const length = next();
      if (length > view.length - at) throw new RangeError('a field is longer than its message');
      fields.push({ field, value: view.subarray(at, at + length) });
      at += length;
    } else throw new RangeError(`a field of wire type ${kind}, expected 0, 1, 2 or 5`);
  }
  return fields;
}
