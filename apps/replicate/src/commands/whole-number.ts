import { InvalidArgumentError } from 'commander';

/**
 * Commander parser of a whole number within limits, exact: beyond 2⁵³ − 1 numbers are not told apart.
 * @param largest what is still sensible, so that a slip of the keyboard is refused at once
 */
export function wholeNumber(
  smallest: number,
  largest: number = Number.MAX_SAFE_INTEGER,
): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < smallest || value > largest) {
      throw new InvalidArgumentError(`expected a whole number from ${smallest} to ${largest}.`);
    }
    return value;
  };
}
