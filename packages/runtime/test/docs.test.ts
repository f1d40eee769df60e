import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import '../src/index.ts';
import * as tf from '@tensorflow/tfjs';
import { kernelsDoc } from '../scripts/kernels-doc.ts';
import { compositions, kernels } from '../src/kernels/index.ts';
import * as runtime from '../src/index.ts';
import { families, testedElsewhere } from './families/index.ts';

tf.env().set('PROD', true);

test('every kernel is covered by a parity test', () => {
  const covered = new Set(families.flatMap((family) => family.covers));
  const names = [...kernels.keys(), ...compositions.keys()];
  expect(names.filter((name) => !covered.has(name) && !(name in testedElsewhere))).toEqual([]);
});

test('docs/kernels.md is up to date', async () => {
  const path = new URL('../../../docs/kernels.md', import.meta.url);
  // When this fails: npx tsx --conditions=@scene-mtl/source packages/runtime/scripts/kernels-doc.ts
  expect(await readFile(path, 'utf8')).toBe(await kernelsDoc());
});

test('the example of the README runs and says what the README says', async () => {
  const text = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const block = /```ts\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  expect(block).toContain('compile(');
  await tf.setBackend('cpu');
  const printed: string[] = [];
  const body = block
    .replace(/^import .* from '@scene-mtl\/runtime';$/m, 'const { compile } = runtime;')
    .replace(/^import .* from '@tensorflow\/tfjs';$/m, '');
  expect(body).not.toContain('import ');
  const prototype = Object.getPrototypeOf(async () => {}) as { constructor: unknown };
  const AsyncFunction = prototype.constructor as new (
    ...args: string[]
  ) => (...values: unknown[]) => Promise<void>;
  const log = { log: (...values: unknown[]) => printed.push(values.join(' ')) };
  await new AsyncFunction('tf', 'runtime', 'console', body)(tf, runtime, log);
  const promised = [...block.matchAll(/\/\/ → (.*)$/gm)].map(([, line]) => line);
  expect(promised.length).toBeGreaterThan(0);
  expect(printed).toEqual(promised);
});
