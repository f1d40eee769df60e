import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { assertFree, cannotWrite, writeAtomically } from '@scene-mtl/data/files';

const MARK = /<!-- written by report, sha256 ([0-9a-f]{64}) -->\n$/;

/**
 * Writes a page of HTML that says at its end that it was written so. One that is there is replaced when it
 * says so too and was not changed since.
 * @throws for any other file, unless forced; for a folder always
 */
export async function writePage(path: string, html: string, force = false): Promise<void> {
  if (!(await isOwn(path))) await assertFree([path], force);
  await writeAtomically(path, `${html}<!-- written by report, sha256 ${sha256(html)} -->\n`);
}

async function isOwn(path: string): Promise<boolean> {
  // A pipe would be read for ever.
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return false;
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw cannotWrite(path, cause);
  });
  const mark = MARK.exec(text);
  return mark !== null && sha256(text.slice(0, mark.index)) === mark[1];
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
