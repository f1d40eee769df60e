import type { LeftOut } from '@scene-mtl/data/walk';
import type { Dataset } from '../dataset.ts';

/** Names that one line shows. */
const NAMED = 3;
/** Reasons that the one line of a warning shows. */
const REASONS = 3;

/**
 * What a reader did not take, a line for each reason: why, how many, and the first names.
 * @example
 * ```ts
 * import { leftOutLines } from '@scene-mtl/datasets';
 * leftOutLines([{ path: 'train/a.bmp', reason: 'no photograph' }]); // → ['no photograph: 1 (train/a.bmp)']
 * ```
 */
export function leftOutLines(leftOut: readonly LeftOut[], named = NAMED): string[] {
  const groups = new Map<string, string[]>();
  for (const { path, reason } of leftOut) {
    const paths = groups.get(reason);
    if (paths) paths.push(path);
    else groups.set(reason, [path]);
  }
  return Array.from(groups, ([reason, paths]) => {
    const more = paths.length > named ? ', …' : '';
    const names = paths.slice(0, named).join(', ');
    return printable(`${reason}: ${paths.length} (${names}${more})`);
  });
}

/**
 * One line that says what of a data set's folder is not taken and what is odd about it; undefined where
 * there is nothing to say.
 */
export function listingWarning(
  root: string,
  { leftOut = [], notes = [] }: Pick<Dataset, 'leftOut' | 'notes'>,
): string | undefined {
  const lines = leftOutLines(leftOut, 1);
  if (lines.length > REASONS) lines.splice(REASONS, Infinity, '…');
  const parts = [
    ...(lines.length > 0 ? [`${leftOut.length} left out (${lines.join('; ')})`] : []),
    ...notes.map(printable),
  ];
  if (parts.length === 0) return undefined;
  return `${printable(root)}: ${parts.join('; ')}; 'data check' tells more`;
}

/**
 * A text with names of files as a terminal may show it: control and direction characters by their number.
 * @example
 * ```ts
 * import { printable } from '@scene-mtl/datasets';
 * printable('a\u001bb.png'); // → 'a\\u001bb.png'
 * ```
 */
export const printable = (text: string): string =>
  text.replace(
    // eslint-disable-next-line no-control-regex
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** A note on frames that several splits have, for each pair of splits that share some. */
export function sharedFrames(list: Dataset['list']): string[] {
  const pairs = [
    ['train', 'val'],
    ['train', 'test'],
    ['val', 'test'],
  ] as const;
  return pairs.flatMap(([one, other]) => {
    const known = new Set(list(one));
    const both = list(other).filter((id) => known.has(id));
    if (both.length === 0) return [];
    const names = both.slice(0, NAMED).join(', ') + (both.length > NAMED ? ', …' : '');
    return [`frames that are in ${one} and in ${other}: ${both.length} (${names})`];
  });
}
