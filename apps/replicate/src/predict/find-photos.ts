import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { walk } from '@scene-mtl/data/walk';

const PHOTO = /\.(jpe?g|png|webp|avif|tiff?)$/i;

/**
 * The photographs that were named: files as they are, every photograph below a folder, every file that a pattern fits
 * (`*` and `?` within a name, `**` over folders, `{a,b}`, `[a-z]`), each once.
 * @throws naming what there is no photograph for
 */
export async function findPhotos(named: readonly string[]): Promise<string[]> {
  const found = await Promise.all(named.map(photosAt));
  return [...new Set(found.flat())];
}

async function photosAt(name: string): Promise<string[]> {
  const there = await stat(name).catch(() => undefined);
  // What is no folder is read later, where an error says what is wrong with it.
  if (there && !there.isDirectory()) return [name];
  const magic = name.search(/[*?[{]/);
  if (!there && magic < 0) return [name];
  const folder = there ? name : name.slice(0, name.lastIndexOf('/', magic) + 1) || '.';
  const below = there ? undefined : globExpression(name.slice(folder === '.' ? 0 : folder.length));
  const { files } = await walk(folder).catch((cause: Error) => {
    throw new Error(`--image ${cause.message}`, { cause });
  });
  const photos = files.filter((file) => (below ? below.test(file) : PHOTO.test(file)));
  if (photos.length > 0) {
    return photos.map((file) => (folder === '.' && !there ? file : join(folder, file)));
  }
  throw new Error(
    there
      ? `--image ${name}: no photograph below this folder; expected files .jpg, .png, .webp, .avif or .tiff`
      : `--image ${name}: no file fits this pattern; ** reaches over folders, * does not`,
  );
}

/** A pattern of paths with `/` as an expression that a whole path fits. */
export function globExpression(pattern: string): RegExp {
  const parts = pattern.match(/\*\*\/|\*\*|\*|\?|\{[^{}]*\}|\[[^\]]+\]|[^]/g) ?? [];
  const source = parts.map((part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    if (part.length > 1 && part.startsWith('{')) {
      return `(?:${part.slice(1, -1).split(',').map(escaped).join('|')})`;
    }
    if (part.length > 1 && part.startsWith('[')) {
      const inside = part.slice(1, -1).replace(/^!/, '^').replace(/\\/g, '\\\\');
      return `[${inside}]`;
    }
    return escaped(part);
  });
  return new RegExp(`^${source.join('')}$`);
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
