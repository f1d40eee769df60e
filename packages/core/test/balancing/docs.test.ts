import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { balancingDoc } from '../../scripts/balancing-doc.ts';

test('docs/balancing.md is up to date', async () => {
  const path = new URL('../../../../docs/balancing.md', import.meta.url);
  // When this fails: npx tsx --conditions=@scene-mtl/source packages/core/scripts/balancing-doc.ts
  expect(await readFile(path, 'utf8')).toBe(await balancingDoc());
});
