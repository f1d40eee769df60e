import { crc32, deflateSync } from 'node:zlib';

const chunk = (type: string, body: Buffer): Buffer => {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
};

/** A grey PNG of 8 or 16 bits, whose samples are the numbers given; 2×2 unless said otherwise. */
export function greyPng(
  data: Uint8Array | Uint16Array,
  { height, width } = { height: 2, width: 2 },
): Buffer {
  const depth = data instanceof Uint16Array ? 16 : 8;
  const samples = Buffer.from(
    data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength),
  );
  if (depth === 16) samples.swap16();
  const row = samples.length / height;
  const lines = Array.from({ length: height }, (_, y) =>
    // Each line begins with its filter, 0: none.
    Buffer.concat([Buffer.of(0), samples.subarray(y * row, (y + 1) * row)]),
  );
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(lines))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
