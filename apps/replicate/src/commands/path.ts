import { statSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';

/** Whether what was typed for a folder is the address of a bucket, or something of the kind. */
export const isAddress = (text: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(text);

/** Commander parser of a path: the empty one would be the folder that one is in. */
export function path(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('expected a path, got nothing.');
  if (isAddress(text)) throw new InvalidArgumentError('expected a path of this machine.');
  return text;
}

/** Commander parser of a folder, which need not be there yet. */
export function folderPath(text: string): string {
  if (isFolder(path(text)) === false) {
    throw new InvalidArgumentError('expected a folder, this is a file.');
  }
  return text;
}

/** Commander parser of a file, which need not be there yet. */
export function filePath(text: string): string {
  if (isFolder(path(text))) throw new InvalidArgumentError('expected a file, this is a folder.');
  return text;
}

/** Undefined where nothing is, or it cannot be looked at, which whoever uses it will tell. */
export function isFolder(place: string): boolean | undefined {
  try {
    return statSync(place).isDirectory();
  } catch {
    return undefined;
  }
}
