import { staged, type AtomicWriteOptions, type Staged } from './atomic.ts';

/**
 * Writes files that belong together: all are whole on the disk before the first takes its name, so that a
 * full disk or an end of the process leaves the old ones. They take their names in the order given: the
 * file that says what is there comes last.
 * @throws as `writeAtomically`, for the first that cannot be written; then none is
 */
export async function writeTogether(
  files: Iterable<readonly [path: string, content: Uint8Array | string]>,
  options: AtomicWriteOptions = {},
): Promise<void> {
  const ready: Staged[] = [];
  try {
    for (const [path, content] of files) ready.push(await staged(path, content, options));
    while (ready.length > 0) await ready.shift()!.take();
  } finally {
    for (const { drop } of ready) await drop();
  }
}
