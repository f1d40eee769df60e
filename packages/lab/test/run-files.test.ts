import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  checkFolder,
  planOf,
  readJsonIfPresent,
  resultsIn,
  resultSchema,
  timingSchema,
  type Json,
  type Measurement,
  type RunSpec,
} from '@scene-mtl/lab';
import { z } from 'zod';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'run-files-'));
  await mkdir(join(root, 'run', 'measured'), { recursive: true });
});
afterAll(() => rm(root, { recursive: true }));

const spec: RunSpec = {
  ...{ config: {}, tasks: ['x'], balance: { name: 'equal', options: {} }, seed: 1 },
};
const summary = {
  id: 'run',
  spec,
  data: { name: 'points', train: 2, val: 1, fingerprint: null },
  // As JSON has it, of a metric that was NaN.
  result: { metrics: { 'x/error': null }, sigma2: {}, weights: {}, parameters: 1, steps: 1 },
  series: { 'loss/x': [[1, 0.5]] },
  evaluations: [{ step: 1, metrics: { 'x/error': null } }],
  timing: { seconds: 1, stepsPerSecond: 1, engine: 'none' },
  environment: { commit: '1' },
};
const measurement = { name: 'objects', version: 2 } as Measurement<Json>;
const again = '; delete it to make it again';

const record = () => join(root, 'run', 'record.json');
const results = () => resultsIn(root, () => 'run');

test('a record comes back as it was written, unknown keys and their order included', async () => {
  const value = { more: 1, ...summary };
  await writeFile(record(), `\ufeff${JSON.stringify(value)}`);
  expect(JSON.stringify(results().summary(spec))).toBe(JSON.stringify(value));
});

test.each([
  ['', ':1:1: expected a JSON value, got the end'],
  ['null', ': expected an object, got null'],
  [
    JSON.stringify(summary).slice(0, -1),
    `:1:${JSON.stringify(summary).length}: expected , or }, got the end`,
  ],
  [JSON.stringify({ ...summary, id: 5 }), ': id: expected a text, got 5'],
  [
    JSON.stringify({ ...summary, spec: { ...spec, seed: 1.5 } }),
    ': spec.seed: expected a whole number, got 1.5',
  ],
  [
    JSON.stringify({
      ...summary,
      spec: { ...spec, balance: { name: 'equal', options: { a: '1' } } },
    }),
    ': spec.balance.options.a: expected a number, got "1"',
  ],
  [
    JSON.stringify({ ...summary, series: { x: [[1]] } }),
    ': series.x[0]: expected at least 2 items, got [1]',
  ],
  [
    JSON.stringify({ ...summary, result: { ...summary.result, metrics: { 'x/error': '0' } } }),
    ': result.metrics["x/error"]: expected a number, got "0"',
  ],
  [
    JSON.stringify(summary).replace('"id":"run"', '"id":"run","id":"other"'),
    ':1:13: the key "id" is there twice; leave one',
  ],
])('a record %j is named with its field, for tables and plans alike', async (text, message) => {
  await writeFile(record(), text);
  const expected = expect.objectContaining({ message: `${record()}${message}${again}` });
  expect(() => results().summary(spec)).toThrow(expected);
  const program = { name: 'p', effort: () => ({ network: 'n', work: 1, steps: 1 }) };
  expect(() => planOf([], results(), root, program)).toThrow(expected);
});

test.each([
  ['null', ': expected an object, got null'],
  ['{"version":"2","value":1}', ': version: expected a number, got "2"'],
  ['{"version":2}', ': value: expected a value, got nothing'],
])('a measurement %j is named with its field', async (text, message) => {
  const file = join(root, 'run', 'measured', 'objects.json');
  await writeFile(file, '{"version":2,"value":null}');
  expect(results().measured(spec, measurement)).toBeNull();
  await writeFile(file, text);
  expect(() => results().measured(spec, measurement)).toThrow(
    new Error(`${file}${message}${again}`),
  );
});

test.each([
  [
    'result.json',
    resultSchema,
    '{"result":{}}',
    'configHash: expected a text, got nothing; result.metrics: expected an object, got nothing; result.sigma2: expected an object, got nothing; and 3 more',
  ],
  [
    'timing.json',
    timingSchema,
    '{"seconds":-1,"stepsPerSecond":1,"engine":"x"}',
    'seconds: expected a number ≥ 0, got -1',
  ],
])('%s is held to its schema', async (name, schema, text, message) => {
  const file = join(root, 'run', name);
  await writeFile(file, text);
  await expect(readJsonIfPresent<unknown>(file, schema)).rejects.toMatchObject({
    message: `${file}: ${message}${again}`,
  });
});

test('a configuration that is none is not compared with one', async () => {
  const file = join(root, 'run', 'config.json');
  const kept = { config: { steps: 1 }, schema: z.object({ steps: z.number() }) };
  await writeFile(file, '5');
  await expect(checkFolder(join(root, 'run'), kept)).rejects.toMatchObject({
    message: `${file}: expected an object, got 5${again}`,
  });
});
