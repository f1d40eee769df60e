import { InvalidArgumentError } from 'commander';

/** Commander parser of a path: the empty one would be the folder that one is in. */
export function path(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('expected a path, got nothing.');
  return text;
}
