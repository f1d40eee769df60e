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

/**
 * The numbers of a flag with commas.
 * @param allowed which ones may stand there
 * @throws naming the flag and the entry that is none of them
 * @example
 * ```ts
 * import { flagNumbers } from '@scene-mtl/lab';
 * flagNumbers('0.1,0.5', '--rates', (rate) => rate > 0); // → [0.1, 0.5]
 * ```
 */
export const flagNumbers = (
  value: string | undefined,
  flag: string,
  allowed: (number: number) => boolean,
): number[] =>
  flagWords(value).map((text) => {
    const number = Number(text);
    if (text !== '' && allowed(number)) return number;
    throw new Error(`${flag} ${value}: “${text}” is not a number that fits here`);
  });
