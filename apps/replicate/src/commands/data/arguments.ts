import { InvalidArgumentError } from 'commander';
import type { Size } from '@scene-mtl/data';

/** Commander parser of a whole number of at least `minimum`. */
export function wholeNumber(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < minimum || text.trim() === '') {
      throw new InvalidArgumentError(`expected a whole number of at least ${minimum}.`);
    }
    return value;
  };
}

/** Commander parser of a size such as `256x128` (width × height, px). */
export function size(text: string): Size {
  const match = /^(\d+)x(\d+)$/.exec(text);
  const [width, height] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || width < 8 || height < 8) {
    throw new InvalidArgumentError('expected WIDTHxHEIGHT in px, at least 8x8, such as 256x128.');
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
