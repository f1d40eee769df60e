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

/** Commander parser of a size such as `128x256`: height × width in px, as everywhere. */
export function size(text: string): Size {
  const match = /^(\d+)x(\d+)$/.exec(text);
  const [height, width] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || width < 8 || height < 8) {
    throw new InvalidArgumentError('expected HEIGHTxWIDTH in px, at least 8x8, such as 128x256.');
  }
  return { height, width };
}

/**
 * What to tell whoever asks for scenes of a street that are higher than wide: this flag once had the width
 * first, and a command of that time still works.
 */
export const upright = ({ height, width }: Size): string | undefined =>
  height > width
    ? `note: --size ${height}x${width} is ${height} px high and ${width} px wide; the order is HEIGHTxWIDTH`
    : undefined;

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
