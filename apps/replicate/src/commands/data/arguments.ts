import { InvalidArgumentError } from 'commander';
import type { Size } from '@scene-mtl/data';
import { LIMITS } from '../../config/limits.ts';

/** Commander parser of a size such as `256x128` (width × height, px). */
export function size(text: string): Size {
  const match = /^(\d+)x(\d+)$/.exec(text);
  const [width, height] = [Number(match?.[1]), Number(match?.[2])];
  const fits = (side: number) => side >= 8 && side <= LIMITS.side;
  if (match === null || !fits(width) || !fits(height)) {
    throw new InvalidArgumentError(
      `expected WIDTHxHEIGHT in px, from 8x8 to ${LIMITS.side}x${LIMITS.side}, such as 256x128.`,
    );
  }
  return { width, height };
}

/** Commander parser of a number of at least 0. */
export function notNegative(text: string): number {
  const value = Number(text);
  if (!(value >= 0) || !Number.isFinite(value) || text.trim() === '') {
    throw new InvalidArgumentError('expected a number of at least 0.');
  }
  return value;
}

/** Commander parser of a share between 0 and 1. */
export function share(text: string): number {
  const value = notNegative(text);
  if (value > 1) throw new InvalidArgumentError('expected a share between 0 and 1.');
  return value;
}
