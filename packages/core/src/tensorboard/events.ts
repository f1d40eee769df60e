import type { MetricsRecord } from '../training/metrics-log.ts';
import { crc32c } from './crc32c.ts';

/**
 * Encodes metrics as an event file for TensorBoard: TFRecords of `tensorflow.Event` messages
 * (tensorflow/core/util/event.proto), one scalar per value, tagged `train/<name>` or
 * `evaluation/<name>`. Values that are null are left out.
 *
 * Name the file `events.out.tfevents.<anything>` for TensorBoard to find it.
 * @param wallTime seconds since 1970 of a record; default its step, so that the same metrics give
 *   the same bytes
 * @example
 * ```ts
 * import { tensorBoardEvents } from '@scene-mtl/core';
 * import { writeFileSync } from 'node:fs';
 * const records = [{ step: 10, kind: 'train', values: { 'loss/depth': 0.5 } }] as const;
 * writeFileSync('events.out.tfevents.mine', tensorBoardEvents(records));
 * ```
 */
export function tensorBoardEvents(
  records: readonly MetricsRecord[],
  wallTime: (record: MetricsRecord) => number = (record) => record.step,
): Uint8Array {
  const version = message([
    double(1, records[0] ? wallTime(records[0]) : 0),
    text(3, 'brain.Event:2'),
  ]);
  const events = records.map((record) => {
    const values = Object.entries(record.values).flatMap(([name, value]) =>
      value === null ? [] : [nested(1, [text(1, `${record.kind}/${name}`), float(2, value)])],
    );
    return message([double(1, wallTime(record)), varint(2, record.step), nested(5, values)]);
  });
  return Buffer.concat([version, ...events].map(framed));
}

/** One TFRecord: length, its checksum, the data, its checksum. */
function framed(data: Uint8Array): Uint8Array {
  const head = Buffer.alloc(12);
  head.writeBigUInt64LE(BigInt(data.length));
  head.writeUInt32LE(masked(crc32c(head.subarray(0, 8))), 8);
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(masked(crc32c(data)));
  return Buffer.concat([head, data, tail]);
}

/** TFRecord's masking, since a checksum of data that holds checksums is weak. */
const masked = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;

// Protocol buffers, only the field kinds that an event has: (field << 3) | wire type, then the value.

const message = (fields: readonly Uint8Array[]): Uint8Array => Buffer.concat(fields);

function number(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
}

const varint = (field: number, value: number): Uint8Array =>
  Uint8Array.from([...number(field << 3), ...number(value)]);

function double(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(9);
  bytes[0] = (field << 3) | 1;
  bytes.writeDoubleLE(value, 1);
  return bytes;
}

function float(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(5);
  bytes[0] = (field << 3) | 5;
  bytes.writeFloatLE(value, 1);
  return bytes;
}

const delimited = (field: number, content: Uint8Array): Uint8Array =>
  Buffer.concat([Uint8Array.from([(field << 3) | 2, ...number(content.length)]), content]);

const text = (field: number, value: string): Uint8Array => delimited(field, Buffer.from(value));

const nested = (field: number, fields: readonly Uint8Array[]): Uint8Array =>
  delimited(field, message(fields));
