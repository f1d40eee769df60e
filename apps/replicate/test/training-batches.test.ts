import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const tensorFlow = `Object.keys(createRequire('/').cache).filter((file) => file.includes('@tensorflow')).length`;

/** How many of TensorFlow.js's modules a program has loaded after importing one of ours. */
async function loadedBy(module: string): Promise<number> {
  const code = `import { createRequire } from 'node:module';
    await import(${JSON.stringify(module)});
    console.log(${tensorFlow});`;
  const args = ['--input-type=module', '-e', code];
  const cwd = compiled(new URL('..', import.meta.url));
  return Number((await promisify(execFile)(process.execPath, args, { cwd })).stdout);
}

// It would cost a second at the start, and each collection of garbage the marking of its heap.
test('a data worker loads no TensorFlow.js', async () => {
  const recipe = compiled(new URL('../src/data/training-batches.ts', import.meta.url));
  expect(await loadedBy(recipe)).toBe(0);
  expect(await loadedBy('@scene-mtl/core')).toBeGreaterThan(0);
});
