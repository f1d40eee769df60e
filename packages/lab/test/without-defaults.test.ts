import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { canonicalJson, withoutDefaults } from '@scene-mtl/lab';

const schema = z.strictObject({
  name: z.string(),
  zoom: z.number().default(1),
  light: z.strictObject({ gain: z.number().default(2), bias: z.number().default(0) }).default({
    gain: 2,
    bias: 0,
  }),
  limit: z.number().nullable().default(null),
  sides: z.array(z.strictObject({ width: z.number(), open: z.boolean().default(false) })),
  pair: z.tuple([z.number(), z.strictObject({ on: z.boolean().default(true) })]).optional(),
  part: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('a'), depth: z.number().default(3) }),
    z.strictObject({ kind: z.literal('b'), depth: z.number().default(4) }),
  ]),
  either: z.union([z.number(), z.strictObject({ of: z.number().default(5) })]).default(0),
});

const plain = { name: 'x', sides: [], part: { kind: 'a' as const } };

test('defaults go at every depth, the rest stays', () => {
  expect(
    withoutDefaults(schema, {
      ...{ name: 'x', zoom: 1, light: { gain: 2, bias: 7 }, limit: null },
      ...{ sides: [{ width: 1, open: false }], pair: [1, { on: true }] },
      ...{ part: { kind: 'b', depth: 4 }, either: { of: 5 } },
    }),
  ).toEqual({
    ...{ name: 'x', light: { bias: 7 }, sides: [{ width: 1 }], pair: [1, {}] },
    ...{ part: { kind: 'b' }, either: {} },
  });
  // 3 is the default of the other kind.
  expect(withoutDefaults(schema, { ...plain, part: { kind: 'b', depth: 3 } })).toEqual({
    ...plain,
    part: { kind: 'b', depth: 3 },
  });
});

test('what no schema knows stays', () => {
  expect(withoutDefaults(schema, { ...plain, more: { gain: 2 } })).toEqual({
    ...plain,
    more: { gain: 2 },
  });
  expect(withoutDefaults(z.object({ a: z.number() }), 'text')).toBe('text');
});

test('a whole value and the one it was parsed from are told alike, and parse to the same', () => {
  const input = fc.record(
    {
      name: fc.string(),
      zoom: fc.constantFrom(1, 2),
      light: fc.record(
        { gain: fc.constantFrom(2, 3), bias: fc.constantFrom(0, 1) },
        { requiredKeys: [] },
      ),
      limit: fc.constantFrom(null, 1),
      sides: fc.array(
        fc.record({ width: fc.integer(), open: fc.boolean() }, { requiredKeys: ['width'] }),
      ),
      part: fc.record(
        { kind: fc.constantFrom('a', 'b'), depth: fc.constantFrom(3, 4) },
        { requiredKeys: ['kind'] },
      ),
    },
    { requiredKeys: ['name', 'sides', 'part'] },
  );
  fc.assert(
    fc.property(input, (given) => {
      const parsed = schema.parse(given);
      const bare = withoutDefaults(schema, parsed);
      expect(withoutDefaults(schema, given)).toEqual(bare);
      expect(withoutDefaults(schema, bare)).toEqual(bare);
      expect(schema.parse(bare)).toEqual(parsed);
    }),
  );
});

test('a new option with a default leaves what was said as it was', () => {
  const before = z.strictObject({ rate: z.number(), part: z.strictObject({ a: z.number() }) });
  const after = z.strictObject({
    rate: z.number(),
    part: z.strictObject({ a: z.number(), b: z.enum(['no', 'yes']).default('no') }),
    more: z.strictObject({ c: z.number().default(1) }).default({ c: 1 }),
  });
  const value = { rate: 0.1, part: { a: 1 } };
  expect(withoutDefaults(after, after.parse(value))).toEqual(withoutDefaults(before, value));
});

test('the order of keys does not matter, that of lists does', () => {
  expect(canonicalJson({ b: { d: 1, c: [1, 2] }, a: undefined })).toBe('{"b":{"c":[1,2],"d":1}}');
  expect(canonicalJson({ b: 1, a: 2 })).toBe(canonicalJson({ a: 2, b: 1 }));
  expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
});
