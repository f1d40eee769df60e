/**
 * 8-connected components of equal non-zero values (two-pass union-find).
 * @param values `u16 [H, W]`; 0 is background
 * @returns component per pixel `i32 [H, W]`, −1 for background, else 0 … count − 1 in row order
 */
export function connectedComponents(
  values: Uint16Array,
  height: number,
  width: number,
): { readonly labels: Int32Array; readonly count: number } {
  const parent: number[] = [];
  const find = (a: number): number => {
    let root = a;
    while (parent[root] !== root) root = parent[root];
    while (parent[a] !== root) [a, parent[a]] = [parent[a], root];
    return root;
  };
  const labels = new Int32Array(values.length).fill(-1);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (values[i] === 0) continue;
      // West, north-west, north, north-east: the neighbours already seen.
      for (const [dy, dx] of seen) {
        const [ny, nx] = [y + dy, x + dx];
        if (ny < 0 || nx < 0 || nx >= width || values[ny * width + nx] !== values[i]) continue;
        const root = find(labels[ny * width + nx]);
        if (labels[i] < 0) labels[i] = root;
        else parent[Math.max(find(labels[i]), root)] = Math.min(find(labels[i]), root);
      }
      if (labels[i] < 0) labels[i] = parent.push(parent.length) - 1;
    }
  }
  const numbers = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] < 0) continue;
    const root = find(labels[i]);
    if (!numbers.has(root)) numbers.set(root, numbers.size);
    labels[i] = numbers.get(root) as number;
  }
  return { labels, count: numbers.size };
}

const seen = [
  [0, -1],
  [-1, -1],
  [-1, 0],
  [-1, 1],
] as const;
