import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from '../src/index.ts';

const tensors = (): Map<string, StoredTensor> =>
  new Map<string, StoredTensor>([
    ['encoder/kernel', { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, NaN, Infinity, -0) }],
    ['s', { shape: [], data: Float32Array.of(0.1) }],
    ['ids', { shape: [2], data: Int32Array.of(-7, 2 ** 31 - 1) }],
    ['empty', { shape: [0, 4], data: new Float32Array() }],
    ['steps', { shape: [1], data: BigInt64Array.of(-(2n ** 60n)) }],
  ]);

/** A file with this header, as it stands, and so many bytes of data: 0, 1, 2 … */
function file(header: string, size: number): Buffer {
  const text = Buffer.from(header);
  const bytes = Buffer.alloc(8 + text.length + size);
  bytes.writeBigUInt64LE(BigInt(text.length));
  text.copy(bytes, 8);
  for (let i = 0; i < size; i++) bytes[8 + text.length + i] = i;
  return bytes;
}

// safetensors of {"a": [[1, 2]] float32} with metadata, laid out by hand after the format's
// description: u64 header length 88, JSON padded with spaces, 8 bytes of data.
const HEADER = '{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}';
const byHand = () => {
  const length = Math.ceil(HEADER.length / 8) * 8;
  const bytes = Buffer.alloc(8 + length + 8, ' ');
  bytes.writeBigUInt64LE(BigInt(length), 0);
  bytes.write(HEADER, 8);
  bytes.writeFloatLE(1, 8 + length);
  bytes.writeFloatLE(2, 12 + length);
  return bytes;
};

test('safetensors bytes are those of the format', () => {
  const encoded = encodeSafetensors(
    new Map([['a', { shape: [1, 2], data: Float32Array.of(1, 2) }]]),
    { k: 'v' },
  );
  expect(Buffer.from(encoded).equals(byHand())).toBe(true);
  const { tensors: read, metadata } = decodeSafetensors(byHand(), 'x');
  expect(metadata).toEqual({ k: 'v' });
  expect(read.get('a')?.shape).toEqual([1, 2]);
  expect(Array.from(read.get('a')?.data as Float32Array)).toEqual([1, 2]);
});

test('what is encoded comes back, bit by bit', () => {
  const { tensors: read } = decodeSafetensors(encodeSafetensors(tensors()), 'x');
  expect([...read.keys()]).toEqual([...tensors().keys()]);
  for (const [name, { shape, data }] of tensors()) {
    expect(read.get(name)?.shape).toEqual(shape);
    expect(read.get(name)?.data).toEqual(data);
  }
  fc.assert(
    fc.property(fc.array(fc.float(), { minLength: 1 }), fc.string({ minLength: 1 }), (v, name) => {
      const data = Float32Array.from(v);
      const map = new Map([[`t/${name}`, { shape: [v.length], data }]]);
      const back = decodeSafetensors(encodeSafetensors(map), 'x').tensors.get(`t/${name}`);
      expect(back?.data).toEqual(data);
    }),
    { numRuns: 50 },
  );
});

test('floats are written as binary16 where it is asked for, other types as they are', () => {
  const mixed = new Map<string, StoredTensor>([
    ['w', { shape: [4], data: Float32Array.of(1, -2.5, 1 / 3, 0) }],
    ['ids', { shape: [1], data: Int32Array.of(-7) }],
  ]);
  const bytes = encodeSafetensors(mixed, {}, { floats: 'F16' });
  // 1 = 0x3c00, -2.5 = 0xc100; 1/3 = 1.0101010101|0101…₂ · 2⁻², the digits after the tenth go: 0x3555. Little endian;
  // then -7 in 32 bits.
  const [data, whole] = ['003c00c15535' + '0000' + 'f9ffffff', Buffer.from(bytes).toString('hex')];
  expect(whole.endsWith(data)).toBe(true);
  expect(Buffer.from(bytes).toString()).toContain('"w":{"dtype":"F16","shape":[4]');
  const { tensors: read } = decodeSafetensors(bytes, 'x');
  // 0x3555 = (1024 + 0x155) · 2⁻¹² = 1365 / 4096.
  expect(read.get('w')?.data).toEqual(Float32Array.of(1, -2.5, 1365 / 4096, 0));
  expect(read.get('ids')?.data).toEqual(Int32Array.of(-7));
});

test('a number that binary16 has no place for is named, not written as infinite', () => {
  const large = (value: number) =>
    encodeSafetensors(
      new Map([['w', { shape: [1], data: Float32Array.of(value) }]]),
      {},
      {
        floats: 'F16',
      },
    );
  expect(() => large(65520)).toThrow('tensor w: expected numbers below 65520 in size');
  // What is infinite is so in both.
  expect(decodeSafetensors(large(Infinity), 'x').tensors.get('w')?.data).toEqual(
    Float32Array.of(Infinity),
  );
});

test('a tensor whose data does not fit its shape is not written', () => {
  const bad = new Map([['a', { shape: [3], data: Float32Array.of(1) }]]);
  expect(() => encodeSafetensors(bad)).toThrow('tensor a: expected 3 numbers, got 1');
});

test('a name that the format or a reader of JSON takes for something else is not written', () => {
  for (const name of ['__metadata__', '__proto__']) {
    const bad = new Map([[name, { shape: [1], data: Float32Array.of(1) }]]);
    expect(() => encodeSafetensors(bad)).toThrow(`tensor ${name}: expected another name`);
  }
});

test('any file cut short, at whatever byte, is refused by name', () => {
  const whole = encodeSafetensors(tensors());
  for (let n = 0; n < whole.length; n++) {
    expect(() => decodeSafetensors(whole.subarray(0, n), 'runs/a/step.safetensors')).toThrow(
      /^runs\/a\/step.safetensors: /,
    );
  }
  expect(() => decodeSafetensors(Buffer.concat([whole, Buffer.alloc(1)]), 'x')).toThrow(
    new Error('x: expected 44 bytes of data for its tensors, got 45'),
  );
  const lying = Buffer.from(whole);
  lying.writeBigUInt64LE(2n ** 63n, 0);
  expect(() => decodeSafetensors(lying, 'x')).toThrow(
    /^x: header: expected at most \d+ bytes, got a length of 9223372036854775808: the file was cut short/,
  );
});

/** An entry of the header. */
const of = (shape: string, offsets: string, dtype = 'F32') =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;

// What the reference implementation (safetensors 0.8.0 of PyPI, `deserialize`) said of the same bytes stands
// beside each: it refuses all but those that are marked.
test.each([
  // [header, bytes of data, error]
  ['{}', 4, 'f: expected 0 bytes of data for its tensors, got 4'],
  ['[]', 0, 'f: header: expected an object, got []'],
  ['', 0, 'f: header:1:1: expected a JSON value, got the end'],
  ['{"a"', 0, 'f: header:1:5: expected : after the key "a", got the end'],
  ['{"a":null}', 0, 'f: tensor a: expected an object, got null'],
  ['{"__metadata__":{"a":1}}', 0, 'f: header: __metadata__: a: expected a text, got 1'],
  ['{"__metadata__":[]}', 0, 'f: header: __metadata__: expected an object, got []'],
  ['{"__metadata__":"x"}', 0, 'f: header: __metadata__: expected an object, got "x"'],
  [
    `{"a":${of('[1]', '[0,4]')},"b":${of('[1]', '[0,4]')}}`,
    4,
    'f: tensor b: expected to begin at byte 4 of the data, got 0: it overlaps tensor a',
  ],
  [
    `{"a":${of('[2]', '[0,8]')},"b":${of('[2]', '[4,12]')}}`,
    12,
    'f: tensor b: expected to begin at byte 8 of the data, got 4: it overlaps tensor a',
  ],
  [
    `{"a":${of('[1]', '[0,4]')},"b":${of('[1]', '[8,12]')}}`,
    12,
    'f: tensor b: expected to begin at byte 4 of the data, got 8: no tensor holds the bytes between',
  ],
  [
    `{"a":${of('[1]', '[4,8]')}}`,
    8,
    'f: tensor a: expected to begin at byte 0 of the data, got 4: no tensor holds the bytes between',
  ],
  [`{"a":${of('[2]', '[0,8]')}}`, 12, 'f: expected 8 bytes of data for its tensors, got 12'],
  [
    `{"a":${of('[2]', '[0,8]')}}`,
    4,
    'f: tensor a: expected 8 bytes of data up to its end, got 4: the file was cut short',
  ],
  [
    `{"a":${of('[3]', '[0,8]')}}`,
    8,
    'f: tensor a: data_offsets: expected 12 bytes for F32 [3], got 0 … 8',
  ],
  [`{"a":${of('[-2]', '[0,8]')}}`, 8, 'f: tensor a: shape[0]: expected a number ≥ 0, got -2'],
  [
    `{"a":${of('[-1,-2]', '[0,8]')}}`,
    8,
    'f: tensor a: shape[0]: expected a number ≥ 0, got -1; shape[1]: expected a number ≥ 0, got -2',
  ],
  [`{"a":${of('[0.5,4]', '[0,8]')}}`, 8, 'f: tensor a: shape[0]: expected a whole number, got 0.5'],
  [`{"a":${of('["2"]', '[0,8]')}}`, 8, 'f: tensor a: shape[0]: expected a number, got "2"'],
  [`{"a":${of('2', '[0,8]')}}`, 8, 'f: tensor a: shape: expected a list, got 2'],
  [
    `{"a":${of('[4294967296,4294967296]', '[0,8]')}}`,
    8,
    'f: tensor a: data_offsets: expected 73786976294838210000 bytes for F32 [4294967296, 4294967296], got 0 … 8',
  ],
  [
    `{"a":${of('[2]', '["0","8"]')}}`,
    8,
    'f: tensor a: data_offsets[0]: expected a number, got "0"; data_offsets[1]: expected a number, got "8"',
  ],
  [
    `{"a":${of('[2]', '[-8,0]')}}`,
    8,
    'f: tensor a: data_offsets[0]: expected a number ≥ 0, got -8',
  ],
  [
    `{"a":${of('[2]', '[0.5,8.5]')}}`,
    8,
    'f: tensor a: data_offsets[0]: expected a whole number, got 0.5; data_offsets[1]: expected a whole number, got 8.5',
  ],
  [
    `{"a":${of('[2]', '[8,0]')}}`,
    8,
    'f: tensor a: data_offsets: expected 8 bytes for F32 [2], got 8 … 0',
  ],
  [
    `{"a":${of('[2]', '[0,8,16]')}}`,
    8,
    'f: tensor a: data_offsets: expected at most 2 items, got [0,8,16]',
  ],
  [`{"a":${of('[2]', '[0]')}}`, 8, 'f: tensor a: data_offsets: expected at least 2 items, got [0]'],
  [
    '{"a":{"dtype":"F32","shape":[2]}}',
    8,
    'f: tensor a: data_offsets: expected a list, got nothing',
  ],
  [
    `{"a":${of('[2]', '[0,8]', 'f32')}}`,
    8,
    'f: tensor a: dtype: expected one of F32, F16, BF16, I64, I32, I16, I8, U16, U8, BOOL, got "f32"',
  ],
  [
    `{"a":${of('[2]', '[0,8]', 'constructor')}}`,
    8,
    'f: tensor a: dtype: expected one of F32, F16, BF16, I64, I32, I16, I8, U16, U8, BOOL, got "constructor"',
  ],
  // The reference reads it; here it would lose digits.
  [
    `{"a":${of('[1]', '[0,8]', 'F64')}}`,
    8,
    'f: tensor a: dtype: expected one of F32, F16, BF16, I64, I32, I16, I8, U16, U8, BOOL, got "F64"',
  ],
  [
    `{"a":${of('[1]', '[0,4]')},"a":${of('[1]', '[4,8]')}}`,
    8,
    'f: header:1:55: the key "a" is there twice; leave one',
  ],
  // The reference takes the last; the format says that duplicate keys are disallowed.
  [
    `{"a":${of('[1]', '[4,8]')},"a":${of('[1]', '[0,4]')}}`,
    4,
    'f: header:1:55: the key "a" is there twice; leave one',
  ],
  // The reference reads it.
  [
    `{"__proto__":${of('[1]', '[0,4]')}}`,
    4,
    'f: header:1:2: the key "__proto__" is not taken; rename it',
  ],
  ['{"a\\n\\u001b[31m":null}', 0, 'f: tensor "a\\n\\u001b[31m": expected an object, got null'],
])('%s with %d bytes: %s', (header, size, message) => {
  expect(() => decodeSafetensors(file(header, size), 'f')).toThrow(new Error(message));
});

// Files that the reference reads (safetensors 0.8.0 of PyPI, `deserialize`).
test.each([
  [`{"a":${of('[2]', '[0,8]')}}   `, 8, ['a']],
  [` {"a":${of('[2]', '[0,8]')}}`, 8, ['a']],
  ['{}', 0, []],
  ['{"__metadata__":null}', 0, []],
  [`{"b":${of('[1]', '[4,8]')},"a":${of('[1]', '[0,4]')}}`, 8, ['b', 'a']],
  [
    `{"a":${of('[1]', '[0,4]')},"e":${of('[0,3]', '[4,4]')},"b":${of('[1]', '[4,8]')}}`,
    8,
    ['a', 'e', 'b'],
  ],
  ['{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1}}', 8, ['a']],
  [`{"constructor":${of('[]', '[0,4]')}}`, 4, ['constructor']],
])('%s with %d bytes is read', (header, size, names) => {
  expect([...decodeSafetensors(file(header, size), 'f').tensors.keys()]).toEqual(names);
});

// Bytes 0, 1, 2 … as little-endian numbers, by hand; binary16 0x0302 is 770 · 2⁻²⁴, bfloat16 0x0302 is
// the float32 0x03020000 = 2⁻¹²¹ · (1 + 2/128).
test.each([
  ['I8', '[4]', Int32Array.of(0, 1, 2, 3)],
  ['U8', '[4]', Int32Array.of(0, 1, 2, 3)],
  ['BOOL', '[4]', Int32Array.of(0, 1, 2, 3)],
  ['I16', '[2]', Int32Array.of(0x100, 0x302)],
  ['U16', '[2]', Int32Array.of(0x100, 0x302)],
  ['F16', '[2]', Float32Array.of(256 * 2 ** -24, 770 * 2 ** -24)],
  ['BF16', '[2]', Float32Array.of(2 ** -125, 2 ** -121 * (1 + 2 / 128))],
])('%s is widened without loss', (dtype, shape, data) => {
  const bytes = file(`{"a":${of(shape, '[0,4]', dtype)}}`, 4);
  expect(decodeSafetensors(bytes, 'f').tensors.get('a')?.data).toEqual(data);
});
