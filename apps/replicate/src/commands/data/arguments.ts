import { InvalidArgumentError } from 'commander';
import type { Size } from '@scene-mtl/data';
import { LIMITS } from '../../config/limits.ts';

/** Commander parser of a size such as `128x256`: height × width in px, as everywhere. */
export function size(text: string): Size {
  const match = /^(\d+)x(\d+)$/.exec(text);
  const [height, width] = [Number(match?.[1]), Number(match?.[2])];
  const fits = (side: number) => side >= 8 && side <= LIMITS.side;
  if (match === null || !fits(width) || !fits(height)) {
    throw new InvalidArgumentError(
      `expected HEIGHTxWIDTH in px, from 8x8 to ${LIMITS.side}x${LIMITS.side}, such as 128x256.`,
    );
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
