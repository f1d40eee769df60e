/**
 * What was probably meant by a word that is not known, and what is: the end of an error.
 * @returns `did you mean steps? There are: steps, seed`, or the list alone where nothing is near
 * @example
 * ```ts
 * import { didYouMean } from '@scene-mtl/data';
 * didYouMean('stepz', ['steps', 'seed']); // → 'did you mean steps? There are: steps, seed'
 * ```
 */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  const list = `${near === undefined ? 'there' : 'There'} are: ${known.join(', ')}`;
  return near === undefined ? list : `did you mean ${near}? ${list}`;
}

/** The known word with fewest changes, if at most a third of its letters change; the first of equals. */
function nearest(word: string, known: readonly string[]): string | undefined {
  let best: { readonly word: string; readonly changes: number } | undefined;
  for (const candidate of known) {
    const changes = changesBetween(word.toLowerCase(), candidate.toLowerCase());
    if (changes <= Math.max(1, candidate.length / 3) && !(best && best.changes <= changes)) {
      best = { word: candidate, changes };
    }
  }
  return best?.word;
}

/** Letters inserted, deleted, replaced or exchanged with their neighbour (Damerau 1964, restricted). */
function changesBetween(a: string, b: string): number {
  // A long word is near to nothing, and its table would be large.
  if (Math.abs(a.length - b.length) > b.length) return Infinity;
  const table = Array.from({ length: a.length + 1 }, (_, i) => [
    i,
    ...new Array<number>(b.length).fill(0),
  ]);
  for (let j = 0; j <= b.length; j++) table[0][j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      table[i][j] = Math.min(
        table[i - 1][j] + 1,
        table[i][j - 1] + 1,
        table[i - 1][j - 1] + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        table[i][j] = Math.min(table[i][j], table[i - 2][j - 2] + 1);
      }
    }
  }
  return table[a.length][b.length];
}
