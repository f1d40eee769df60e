import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { appendMetrics, readMetrics, truncateMetrics, type MetricsRecord } from '../src/index.ts';

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metrics-'));
  path = join(folder, 'metrics.jsonl');
});
afterAll(() => rm(folder, { recursive: true }));

const record = (step: number): MetricsRecord => ({ step, kind: 'train', values: { total: null } });
const line = (step: number) => `${JSON.stringify(record(step))}\n`;

test('records come back; of a line that was cut short nothing is kept', async () => {
  expect(await readMetrics(join(folder, 'nowhere'))).toEqual([]);
  await appendMetrics(path, record(1));
  await appendMetrics(path, record(2));
  const whole = await readFile(path);
  for (let n = 0; n < whole.length; n++) {
    await writeFile(path, whole.subarray(0, n));
    expect(await readMetrics(path)).toEqual(n < line(1).length ? [] : [record(1)]);
  }
  // Half of a character, and NULs after the last line, are a line cut short too.
  for (const tail of [Buffer.from('{"ä').subarray(0, 3), Buffer.alloc(100)]) {
    await writeFile(path, Buffer.concat([Buffer.from(line(1)), tail]));
    expect(await readMetrics(path)).toEqual([record(1)]);
    await truncateMetrics(path, 1);
    expect(await readFile(path, 'utf8')).toBe(line(1));
  }
});

test('a byte-order mark and the line ends of another system are no part of a record', async () => {
  await writeFile(path, `\ufeff${line(1)}${line(2)}`.replaceAll('\n', '\r\n'));
  expect(await readMetrics(path)).toEqual([record(1), record(2)]);
});

const remedy = '; delete the line, or the run if it is to be whole';

test.each([
  ['null', `:2: expected an object, got null${remedy}`],
  ['\0\0\0', `:2: expected a record, got NUL bytes${remedy}`],
  [`\0\0${line(3).trim()}`, `:2: expected a record, got NUL bytes${remedy}`],
  ['{"step":', ':2:9: expected a JSON value, got the end'],
  ['', ':2:1: expected a JSON value, got the end'],
  ['{"step":1,"step":2}', ':2:11: the key "step" is there twice; leave one'],
  ['{"step":"1","kind":"train","values":{}}', `:2: step: expected a number, got "1"${remedy}`],
  ['{"step":-1,"kind":"train","values":{}}', `:2: step: expected a number ≥ 0, got -1${remedy}`],
  [
    '{"step":1.5,"kind":"train","values":{}}',
    `:2: step: expected a whole number, got 1.5${remedy}`,
  ],
  [
    '{"step":1,"kind":"test","values":{}}',
    `:2: kind: expected "train" or "evaluation" or "gradients", got "test"${remedy}`,
  ],
  ['{"step":1,"kind":"train"}', `:2: values: expected an object, got nothing${remedy}`],
  [
    '{"step":1,"kind":"train","values":{"total":"1"}}',
    `:2: values.total: expected a number, got "1"${remedy}`,
  ],
])('the line %j is named with its field', async (text, message) => {
  await writeFile(path, `${line(1)}${text}\n${line(3)}`);
  await expect(readMetrics(path)).rejects.toMatchObject({ message: `${path}${message}` });
});
