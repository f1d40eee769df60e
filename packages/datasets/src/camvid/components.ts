/**
 * Connected components (8-connectivity) of the pixels of some classes, as object ids.
 *
 * Each component lies in one class. Components under `minimumPixels` stay 0. Objects that touch are
 * one component, so these are only pseudo-instances.
 * @param semantic `u8 [H, W]` training ids
 * @param classes training ids that form objects
 * @returns `u16 [H, W]`: 0, or 1, 2, … in order of each object's first pixel
 */
export function connectedComponents(
  semantic: Uint8Array,
  width: number,
  classes: readonly number[],
  minimumPixels: number,
): Uint16Array {
  const height = semantic.length / width;
  const result = new Uint16Array(semantic.length);
  const visited = new Uint8Array(semantic.length);
  const wanted = new Set(classes);
  let count = 0;
  for (let seed = 0; seed < semantic.length; seed++) {
    if (visited[seed] || !wanted.has(semantic[seed])) continue;
    const component = flood(seed);
    if (component.length < minimumPixels) continue;
    count++;
    for (const i of component) result[i] = count;
  }
  return result;

  function flood(seed: number): number[] {
    const component = [seed];
    visited[seed] = 1;
    for (let next = 0; next < component.length; next++) {
      const row = Math.floor(component[next] / width);
      const column = component[next] % width;
      for (let r = Math.max(0, row - 1); r <= Math.min(height - 1, row + 1); r++) {
        for (let c = Math.max(0, column - 1); c <= Math.min(width - 1, column + 1); c++) {
          const i = r * width + c;
          if (visited[i] || semantic[i] !== semantic[seed]) continue;
          visited[i] = 1;
          component.push(i);
        }
      }
    }
    return component;
  }
}
