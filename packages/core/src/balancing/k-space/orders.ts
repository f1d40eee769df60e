import type { stream } from '@scene-mtl/data';

/**
 * In which order each task takes the others: `[K − 1, K, K]`; in turn t the row i is 1 at the other task
 * that i takes then, else 0.
 */
export function ordersOf(K: number, random: ReturnType<typeof stream>): Float32Array {
  const order = new Float32Array((K - 1) * K * K);
  for (let i = 0; i < K; i++) {
    const others = Array.from({ length: K }, (_, j) => j).filter((j) => j !== i);
    random.shuffle(others).forEach((j, turn) => {
      order[(turn * K + i) * K + j] = 1;
    });
  }
  return order;
}
