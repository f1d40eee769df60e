import { readIds, readWords } from '../image/ids.ts';
import { PARTNERS } from './paths.ts';

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
 * @param files of the frame
 * @returns undefined where they agree, or one of them is not there
 * @throws when a file cannot be read or the sizes differ
 */
export async function labelDisagreement(
  files: readonly string[],
): Promise<Disagreement | undefined> {
  const [labels, file] = [PARTNERS.semantic, PARTNERS.instance].map(([, ending]) =>
    files.find((path) => path.toLowerCase().endsWith(`_${ending}`.toLowerCase())),
  );
  if (labels === undefined || file === undefined) return undefined;
  const { data: labelIds } = await readIds(labels);
  const { data: instanceIds, height, width } = await readWords(file);
  if (labelIds.length !== instanceIds.length) {
    throw new Error(`${file}: ${height} × ${width} px, but labelIds has ${labelIds.length} px`);
  }
  let pixels = 0;
  let at = -1;
  // Neighbours mostly share their value.
  let [last, label] = [-1, -1];
  for (let i = 0; i < instanceIds.length; i++) {
    const value = instanceIds[i];
    if (value !== last) {
      last = value;
      label = value < 1000 ? value : Math.floor(value / 1000);
    }
    if (label === labelIds[i]) continue;
    if (pixels++ === 0) at = i;
  }
  if (pixels === 0) return undefined;
  const [row, column] = [Math.floor(at / width), at % width];
  return {
    pixels,
    first: { row, column, labelId: labelIds[at], instanceId: instanceIds[at] },
    file,
  };
}
