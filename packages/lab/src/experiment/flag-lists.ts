/**
 * The entries of a flag with commas; none for a flag that was not given.
 * @example
 * ```ts
 * import { flagWords } from '@scene-mtl/lab';
 * flagWords('equal, uncertainty'); // → ['equal', 'uncertainty']
 * ```
 */
export const flagWords = (value: string | undefined): string[] =>
  value === undefined ? [] : value.split(',').map((part) => part.trim());

/** Which finite numbers a flag takes; without limits all of them. */
export interface NumberRange {
  readonly whole?: true;
  readonly from?: number;
  readonly above?: number;
  readonly to?: number;
  readonly below?: number;
}

/**
 * The numbers of a flag with commas.
 * @throws naming the flag, which numbers it takes, and the entry that is none of them
 * @example
 * ```ts
 * import { flagNumbers } from '@scene-mtl/lab';
 * flagNumbers('0.1,0.5', '--rates', { above: 0 }); // → [0.1, 0.5]
 * ```
 */
export const flagNumbers = (
  value: string | undefined,
  flag: string,
  range: NumberRange,
): number[] =>
  flagWords(value).map((text) => {
    const number = Number(text);
    if (text !== '' && isWithin(number, range)) return number;
    throw new Error(`${flag} ${value}: expected ${rangeText(range)}, got “${text}”`);
  });

/**
 * The one number of a flag; undefined for a flag that was not given.
 * @throws as {@link flagNumbers}, and for several
 * @example
 * ```ts
 * import { flagNumber } from '@scene-mtl/lab';
 * flagNumber('3', '--trials', { whole: true, from: 1 }); // → 3
 * ```
 */
export function flagNumber(
  value: string | undefined,
  flag: string,
  range: NumberRange,
): number | undefined {
  const numbers = flagNumbers(value, flag, range);
  if (numbers.length > 1) throw new Error(`${flag} ${value}: expected one number`);
  return numbers[0];
}

const isWithin = (number: number, { whole, from, above, to, below }: NumberRange): boolean =>
  Number.isFinite(number) &&
  // Beyond 2⁵³ − 1 whole numbers are not told apart.
  (!whole || Number.isSafeInteger(number)) &&
  (from === undefined || number >= from) &&
  (above === undefined || number > above) &&
  (to === undefined || number <= to) &&
  (below === undefined || number < below);

const rangeText = ({ whole, ...limits }: NumberRange): string =>
  [
    whole ? 'whole numbers' : 'numbers',
    ...(['from', 'above', 'to', 'below'] as const).flatMap((word) =>
      limits[word] === undefined ? [] : [`${word} ${limits[word]}`],
    ),
  ].join(' ');
