import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import compile from './jest.compile.js';
import { takeSeed } from './jest.seed.js';

/**
 * Compiles what tests start by itself, and gives all tests one seed of properties and one temporary folder, which
 * `jest.end.js` removes.
 */
export default async function () {
  takeSeed();
  await compile();
  const folder = mkdtempSync(join(tmpdir(), 'scene-mtl-test-'));
  // As the one it lies in: some tests act as another user.
  chmodSync(folder, 0o1777);
  // Workers, and what tests start, take it over.
  process.env.TMPDIR = folder;
  globalThis.testFolder = folder;
}
