import fc from 'fast-check';

/** Values that a schema, or code that has none, may not expect. */
const values: readonly unknown[] = [
  ...[null, true, -1, 0, 1.5, 1e300, 2 ** 53, '', '1', '../../x', 'constructor', [], [[]], {}],
  ...[{ length: 5 }, [0, 8, 16], Number.MIN_VALUE, 'a\u0000b', '\u001b[31m'],
];

/** Texts that JSON.stringify does not give, in the place of a value. */
const texts = ['1e999', '-0', '01', 'NaN', '', '{"a":1,"a":2}', '{"__proto__":1}', '['.repeat(500)];

/** Number of values inside a JSON value, itself included. */
const count = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? Object.values(value).reduce<number>((n, inner) => n + count(inner), 1)
    : 1;

/** JSON text with the n-th value, in the order of the text, replaced by a text; `''` leaves its key out. */
function replaced(value: unknown, n: number, by: string): string {
  let at = 0;
  const write = (inner: unknown): string => {
    if (at++ === n) return by;
    if (typeof inner !== 'object' || inner === null) return JSON.stringify(inner);
    if (Array.isArray(inner)) return `[${inner.map(write).join(',')}]`;
    return `{${Object.entries(inner)
      .map(([key, of]) => `${JSON.stringify(key)}:${write(of)}`)
      .join(',')}}`;
  };
  return write(value);
}

/** A JSON value with some of its values replaced by others, as text. */
export const hostileJson = (valid: unknown): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.nat(count(valid) - 1),
      fc.oneof(
        fc.constantFrom(...texts),
        fc.constantFrom(...values.map((value) => JSON.stringify(value))),
      ),
      fc.constantFrom('', '', '', '\ufeff', ' ', '\0'),
    )
    .map(([n, by, before]) => before + replaced(valid, n, by));

/** Bytes with some of them changed, taken out, doubled or put in, or cut short. */
export const hostileBytes = (valid: Uint8Array): fc.Arbitrary<Buffer> =>
  fc
    .array(
      fc.tuple(
        fc.constantFrom('set', 'flip', 'cut', 'drop', 'double', 'insert'),
        fc.nat(valid.length),
        fc.nat(255),
        fc.nat(16),
      ),
      { minLength: 1, maxLength: 3 },
    )
    .map((changes) =>
      changes.reduce((bytes, [kind, place, value, length]) => {
        const at = Math.min(place, bytes.length);
        const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
        const middle = after.subarray(0, length);
        switch (kind) {
          case 'set':
            return Buffer.concat([before, Buffer.of(value), after.subarray(1)]);
          case 'flip':
            return Buffer.concat([
              before,
              Buffer.of((after[0] ?? 0) ^ (1 << (value & 7))),
              after.subarray(1),
            ]);
          case 'cut':
            return before;
          case 'drop':
            return Buffer.concat([before, after.subarray(length)]);
          case 'double':
            return Buffer.concat([before, middle, after]);
          default:
            return Buffer.concat([before, Buffer.alloc(length, value), after]);
        }
      }, Buffer.from(valid)),
    );

/** Faults of our own code, not of a file. */
const CRASHES = ['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError', 'AssertionError'];

/**
 * Whether what was thrown says in one line what is wrong with a file, by its name.
 * @returns what is wrong with the error; undefined where nothing is
 */
export function fault(error: unknown, name: string): string | undefined {
  const { message, name: kind, stack } = error as Error;
  if (CRASHES.includes(kind)) return `a crash: ${stack}`;
  if (!message.includes(name)) return `without ${name}: ${stack}`;
  // eslint-disable-next-line no-control-regex -- They would change a terminal.
  return /[\u0000-\u001f\u007f-\u009f]/.test(message) ? `not one line: ${stack}` : undefined;
}
