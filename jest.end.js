import { rm } from 'node:fs/promises';

/** Removes the temporary folder of all tests. */
export default () =>
  rm(globalThis.testFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
