import { classesKind, fieldOf, imageOf, type Size } from '@scene-mtl/data';
import { openDataset, type Split } from '@scene-mtl/datasets';

/** The frames of a split. */
async function framesOf(root: string, split: Split, size: Size) {
  const dataset = await openDataset(root);
  return Promise.all(dataset.list(split).map((id) => dataset.read(id, split, size)));
}

/** What differs between the class ids in a split's frames and those wanted; undefined where nothing. */
export async function classes(root: string, split: Split, size: Size, want: readonly number[]) {
  const frames = await framesOf(root, split, size);
  const ids = frames.flatMap((frame) => [...fieldOf(frame, 'semantic', classesKind).data]);
  const got = [...new Set(ids)].sort((a, b) => a - b);
  return differs(got, want);
}

/** What differs between a pixel of a split's first photograph and the colour wanted, beyond what JPEG may. */
export async function pixel(
  root: string,
  size: Size,
  { row, column }: { readonly row: number; readonly column: number },
  want: readonly number[],
) {
  const [frame] = await framesOf(root, 'train', size);
  const at = 3 * (row * size.width + column);
  const got = [...imageOf(frame).data.slice(at, at + 3)];
  return got.every((v, i) => Math.abs(v - want[i]) <= 4) ? undefined : differs(got, want);
}

/** What differs between two lists of numbers, in words. */
export const differs = (got: readonly number[], want: readonly number[]): string | undefined =>
  got.length === want.length && got.every((v, i) => v === want[i])
    ? undefined
    : `got ${got.join(' ')}, expected ${want.join(' ')}`;
