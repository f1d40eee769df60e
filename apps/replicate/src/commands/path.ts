import { InvalidArgumentError } from 'commander';

/** Whether what was typed for a folder is the address of a bucket, or something of the kind. */
export const isAddress = (text: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(text);

/** Commander parser of a path: the empty one would be the folder that one is in. */
export function path(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('expected a path, got nothing.');
  if (isAddress(text)) throw new InvalidArgumentError('expected a path of this machine.');
  return text;
}
