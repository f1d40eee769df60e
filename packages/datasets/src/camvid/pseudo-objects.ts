import { connectedComponents, type Size } from '@scene-mtl/data';

/**
 * Objects of data that marks none: connected components of the pixels of some classes.
 *
 * Each component lies in one class. Components under `minimumPixels` stay 0. Objects that touch are
 * one component, so these are only pseudo-objects.
 * @param semantic `u8 [H, W]` training ids
 * @param classes training ids that form objects
 * @returns `u16 [H, W]`: 0, or 1, 2, … in order of each object's first pixel
 */
export function pseudoObjects(
  semantic: Uint8Array,
  { height, width }: Size,
  classes: readonly number[],
  minimumPixels: number,
): Uint16Array {
  const wanted = new Set(classes);
  // One more than the class: class 0 is no background.
  const values = Uint16Array.from(semantic, (label) => (wanted.has(label) ? label + 1 : 0));
  const { labels, count } = connectedComponents(values, height, width);
  const sizes = new Uint32Array(count);
  for (const label of labels) if (label >= 0) sizes[label]++;
  let kept = 0;
  const objects = Uint16Array.from(sizes, (size) => (size < minimumPixels ? 0 : ++kept));
  return Uint16Array.from(labels, (label) => (label < 0 ? 0 : objects[label]));
}
