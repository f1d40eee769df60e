import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import {
  checkedBy,
  parseJson,
  parseJsonFile,
  parseJsonFileIfPresent,
  parseJsonFileIfPresentSync,
  parseJsonText,
  unchanged,
} from '../src/json.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'json-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a text is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), fc.constantFrom(undefined, 1, '\t'), (text, space) => {
      // The one key that is refused.
      fc.pre(!text.includes('__proto__'));
      const spaced = JSON.stringify(JSON.parse(text), null, space);
      expect(parseJson(spaced, 'f')).toEqual(JSON.parse(spaced));
    }),
    { numRuns: 300 },
  );
  expect(
    parseJson(' [-0, 1.5e-3, "\\u00e9\\ud83d\\ude00\\/\\"", true, false, null] ', 'f'),
  ).toEqual([-0, 0.0015, 'é😀/"', true, false, null]);
  expect(parseJson('\ufeff{"a":1}', 'f')).toEqual({ a: 1 });
});

test('a text that JSON.parse refuses is refused', () => {
  fc.assert(
    fc.property(
      fc.json({ maxDepth: 3 }),
      fc.nat(),
      fc.constantFrom('', '"', '}', ',', '\0', 'x'),
      (text, n, by) => {
        const place = n % (text.length + 1);
        const broken = text.slice(0, place) + by + text.slice(place + 1);
        let valid = true;
        try {
          JSON.parse(broken);
        } catch {
          valid = false;
        }
        if (!valid) expect(() => parseJson(broken, 'file')).toThrow(/^file:\d+:\d+: /);
      },
    ),
    { numRuns: 500 },
  );
});

test.each([
  ['', 'f:1:1: expected a JSON value, got the end'],
  ['{"a": 1,\n "b": }', 'f:2:7: expected a JSON value, got "}"'],
  ['{"a": 1', 'f:1:8: expected , or }, got the end'],
  ['[1 2]', 'f:1:4: expected , or ], got "2"'],
  ['{a: 1}', 'f:1:2: expected a key in "…", got "a"'],
  ['{"a" 1}', 'f:1:6: expected : after the key "a", got "1"'],
  ['{"a": 1} x', 'f:1:10: expected nothing more, got "x"'],
  ['[01]', 'f:1:3: expected , or ], got "1"'],
  ['NaN', 'f:1:1: expected a JSON value, got "N"'],
  ['"a\nb"', 'f:1:3: expected the end of a text, ", got "\\n"'],
  ['"\\x"', 'f:1:2: expected an escape such as \\n, got "\\\\"'],
  ['\0\0\0', 'f:1:1: expected a JSON value, got "\\u0000"'],
  ['\u009b31m', 'f:1:1: expected a JSON value, got "\\u009b"'],
  ['{"a": 1, "b": {"c": 1, "c": 2}}', 'f:1:24: the key "c" is there twice; leave one'],
  ['{"a": 1, "\\u0061": 2}', 'f:1:10: the key "a" is there twice; leave one'],
  ['{"__proto__": {"x": 1}}', 'f:1:2: the key "__proto__" is not taken; rename it'],
  ['['.repeat(100_000), 'f:1:201: nested more than 200 deep'],
])('%j is no JSON of ours: %s', (text, message) => {
  expect(() => parseJson(text, 'f')).toThrow(new Error(message));
});

test('names that every object has are keys like others', () => {
  const text = '{"constructor": 1, "toString": 2, "hasOwnProperty": 3}';
  expect(Object.entries(parseJson(text, 'f') as object)).toEqual(
    Object.entries(JSON.parse(text) as object),
  );
});

const schema = z.strictObject({
  steps: z.number().int().positive(),
  seeds: z.array(z.number().int()).min(1),
  kind: z.enum(['a', 'b']).optional(),
  weights: z.record(z.string(), z.number()).optional(),
  initial: z.union([z.number(), z.record(z.string(), z.number())]).optional(),
});

test.each([
  [null, 'f: expected an object, got null'],
  [[], 'f: expected an object, got []'],
  [{ seeds: [1] }, 'f: steps: expected a number, got nothing'],
  [{ steps: '5', seeds: [1] }, 'f: steps: expected a number, got "5"'],
  [{ steps: 1.5, seeds: [1] }, 'f: steps: expected a whole number, got 1.5'],
  [{ steps: 0, seeds: [1] }, 'f: steps: expected a number > 0, got 0'],
  [
    { steps: 1, seeds: [2 ** 53] },
    'f: seeds[0]: expected a number ≤ 9007199254740991, got 9007199254740992',
  ],
  [{ steps: 1, seeds: [] }, 'f: seeds: expected at least 1 items, got []'],
  [{ steps: 1, seeds: [1], kind: 'c' }, 'f: kind: expected "a" or "b", got "c"'],
  [{ steps: 1, seeds: [1], stepz: 2 }, 'f: unknown key "stepz"'],
  [
    { steps: 1, seeds: [1], weights: { 'a.b': null } },
    'f: weights["a.b"]: expected a number, got null',
  ],
  [{ steps: 1, seeds: [1], initial: 'x' }, 'f: initial: expected a number or an object, got "x"'],
  [{ steps: 1, seeds: [1], initial: { a: 'x' } }, 'f: initial.a: expected a number, got "x"'],
  [
    { steps: 'a', seeds: 'b', kind: 3, weights: [], initial: true },
    'f: steps: expected a number, got "a"; seeds: expected a list, got "b"; kind: expected "a" or "b", got 3; and 2 more',
  ],
  [{ steps: 'x'.repeat(100), seeds: [1] }, `f: steps: expected a number, got "${'x'.repeat(56)}…`],
])('%j does not fit: %s', (value, message) => {
  expect(() => checkedBy(schema, value, 'f')).toThrow(new Error(message));
});

test('a schema that only checks gives back what it was given', () => {
  const value = { b: 1, steps: 2 };
  const loose = z.looseObject({ steps: z.number(), zoom: z.number().default(1) });
  expect(Object.keys(checkedBy(unchanged<object>(loose), value, 'f'))).toEqual(['b', 'steps']);
  expect(() => checkedBy(unchanged(loose), { steps: '2' }, 'f')).toThrow('f: steps: expected a');
});

const steps = z.object({ steps: z.number() });

test('a file is read with a byte-order mark or without; what is no file of text is named', async () => {
  const file = join(folder, 'a.json');
  await writeFile(file, '\ufeff{"steps": 5}');
  expect(await parseJsonFile(file, steps)).toEqual({ steps: 5 });
  expect(parseJsonFileIfPresentSync(file, steps)).toEqual({ steps: 5 });
  await writeFile(file, Buffer.from('\ufeff{"steps": 5}', 'utf16le'));
  await expect(parseJsonFile(file, steps)).rejects.toMatchObject({
    message: `${file}: expected UTF-8, got UTF-16; save it as UTF-8`,
  });
  await writeFile(file, Buffer.from([0x7b, 0xc3, 0x28]));
  await expect(parseJsonFile(file, steps)).rejects.toMatchObject({
    message: `${file}: expected UTF-8 text, got other bytes`,
  });
  await expect(parseJsonFile(folder, steps)).rejects.toMatchObject({
    message: `${folder}: expected a file`,
  });
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  for (const path of [join(folder, 'pipe'), '/dev/zero']) {
    await expect(parseJsonFile(path, steps)).rejects.toMatchObject({
      message: `${path}: expected a file`,
    });
    expect(() => parseJsonFileIfPresentSync(path, steps)).toThrow(`${path}: expected a file`);
  }
});

test('only a file that is not there is absent', async () => {
  const nowhere = join(folder, 'nowhere.json');
  expect(await parseJsonFileIfPresent(nowhere, steps)).toBeUndefined();
  expect(parseJsonFileIfPresentSync(nowhere, steps)).toBeUndefined();
  await expect(parseJsonFile(nowhere, steps)).rejects.toMatchObject({
    message: `${nowhere}: cannot be read (ENOENT)`,
  });
  const file = join(folder, 'b.json');
  await writeFile(file, '{}');
  const remedy = { remedy: 'delete it to make it again' };
  await expect(parseJsonFileIfPresent(file, steps, remedy)).rejects.toMatchObject({
    message: `${file}: steps: expected a number, got nothing; delete it to make it again`,
  });
  expect(() => parseJsonText('{', file, steps, remedy)).toThrow(
    `${file}:1:2: expected a key in "…", got the end; delete it to make it again`,
  );
});

test('what a terminal would take for a command is escaped wherever it stands', () => {
  const bad = '\u001b[31m\u007f\u009b\u2028';
  const safe = '"\\u001b[31m\\u007f\\u009b\\u2028"';
  expect(() => checkedBy(z.strictObject({}), { [bad]: 1 }, 'f')).toThrow(`f: unknown key ${safe}`);
  expect(() => checkedBy(z.record(z.string(), z.number()), { [bad]: bad }, 'f')).toThrow(
    `f: [${safe}]: expected a number, got ${safe}`,
  );
  const key = JSON.stringify(bad);
  expect(() => parseJson(`{${key}:1,${key}:2}`, 'f')).toThrow(`the key ${safe} is there twice`);
});
