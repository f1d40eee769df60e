import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from '@jest/globals';

// Globals, since a test may import nothing from outside its package.
const sharedData = (name: string): string =>
  fileURLToPath(new URL(`../shared/data/${name}`, import.meta.url));

const withData = (...names: readonly string[]) => {
  const absent = names.filter((name) => !existsSync(sharedData(name)));
  const why = absent.map((name) => `../shared/data/${name} is absent`).join(', ');
  return (title: string, body: () => Promise<void>): void =>
    why === '' ? test(title, body) : test.skip(`${title} (skipped: ${why})`, body);
};

Object.assign(globalThis, { sharedData, withData });

declare global {
  /** The folder of a data set beside the repository, `../shared/data/<name>`. */
  function sharedData(name: string): string;
  /** A test that needs data sets: skipped, with the reason in its name, where one is absent. */
  function withData(
    ...names: readonly string[]
  ): (title: string, body: () => Promise<void>) => void;
}
