import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

// A global, since a test may import nothing from outside its package.
const root = fileURLToPath(new URL('.', import.meta.url));

const compiled = (source: URL): string =>
  join(
    root,
    'node_modules/.cache/scene-mtl/compiled',
    relative(root, fileURLToPath(source)),
  ).replace(/\.ts$/, '.js');

Object.assign(globalThis, { compiled });

declare global {
  /**
   * Where a source file or folder of a package lies compiled (jest.compile.js): what a test starts in a process
   * or thread of its own, which Node then loads without a loader.
   */
  function compiled(source: URL): string;
}
