import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import '../src/index.ts';
import { kernelsDoc } from '../scripts/kernels-doc.ts';
import { compositions, kernels } from '../src/kernels/index.ts';
import { families, testedElsewhere } from './families/index.ts';

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
