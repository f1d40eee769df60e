import type { Split } from '../dataset.ts';
import { readGrey16, readGrey8 } from '../image/read.ts';
import { partnerPath } from './files.ts';

/** Pixels of a frame whose class is not the same in `labelIds` and `instanceIds`. */
export interface Disagreement {
  readonly pixels: number;
  /** The first of them in row order. */
  readonly first: {
    readonly row: number;
    readonly column: number;
    readonly labelId: number;
    readonly instanceId: number;
  };
  /** The `instanceIds` file. */
  readonly file: string;
}

/**
 * Compares both files of a frame at their own size: an instance value v stands for class v below 1000,
 * else floor(v / 1000), and both are painted from the same polygons.
 * @returns undefined where they agree
 * @throws when a file cannot be read or the sizes differ
 */
export async function labelDisagreement(
  root: string,
  split: Split,
  id: string,
): Promise<Disagreement | undefined> {
  const file = partnerPath(root, split, id, 'instance');
  const { data: labelIds } = await readGrey8(partnerPath(root, split, id, 'semantic'));
  const { data: instanceIds, height, width } = await readGrey16(file);
  if (labelIds.length !== instanceIds.length) {
    throw new Error(`${file}: ${height} × ${width} px, but labelIds has ${labelIds.length} px`);
  }
  let pixels = 0;
  let at = -1;
  instanceIds.forEach((value, i) => {
    if ((value < 1000 ? value : Math.floor(value / 1000)) === labelIds[i]) return;
    if (pixels++ === 0) at = i;
  });
  if (pixels === 0) return undefined;
  const [row, column] = [Math.floor(at / width), at % width];
  return {
    pixels,
    first: { row, column, labelId: labelIds[at], instanceId: instanceIds[at] },
    file,
  };
}
