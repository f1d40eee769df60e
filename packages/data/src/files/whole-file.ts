import { readFile, stat } from 'node:fs/promises';

/**
 * All bytes of a file.
 * @param maximum largest file that is read, bytes
 * @throws naming the file and the system's code; `not a file` for a folder, and for a pipe or a device, which would be
 * read for ever; `too large` above the maximum
 */
export async function wholeFile(file: string, maximum = Infinity): Promise<Buffer> {
  try {
    const found = await stat(file);
    if (!found.isFile()) throw Object.assign(new Error(), { code: 'not a file' });
    if (found.size > maximum) throw Object.assign(new Error(), { code: 'too large' });
    return await readFile(file);
  } catch (cause) {
    const { code = 'unreadable' } = cause as NodeJS.ErrnoException;
    throw new Error(`${file}: cannot be read (${code})`, { cause });
  }
}
