/**
 * A binary min-heap of items 0 … n − 1 which knows each item's place, so that a smaller key moves an
 * item up in O(log n): the seed list of OPTICS (Ankerst et al. 1999, figure 6). Ties go to the
 * smaller `ids`.
 */
export interface IndexedHeap {
  /** Adds an item, or moves it up after its key has become smaller. */
  push(item: number): void;
  /** The item of the smallest key, −1 when there is none. */
  peek(): number;
  /** Takes the item of the smallest key, −1 when there is none. */
  pop(): number;
}

/**
 * @param keys key of each item, `[n]`, read at each comparison
 * @param ids second key of each item, `[n]`
 */
export function createIndexedHeap(keys: Float64Array, ids: ArrayLike<number>): IndexedHeap {
  const heap = new Int32Array(keys.length);
  const placeOf = new Int32Array(keys.length).fill(-1);
  let size = 0;

  const before = (a: number, b: number) =>
    keys[a] < keys[b] || (keys[a] === keys[b] && ids[a] < ids[b]);

  return {
    push(item) {
      let hole = placeOf[item] >= 0 ? placeOf[item] : size++;
      while (hole > 0) {
        const up = (hole - 1) >> 1;
        if (!before(item, heap[up])) break;
        heap[hole] = heap[up];
        placeOf[heap[hole]] = hole;
        hole = up;
      }
      heap[hole] = item;
      placeOf[item] = hole;
    },
    peek: () => (size === 0 ? -1 : heap[0]),
    pop() {
      if (size === 0) return -1;
      const smallest = heap[0];
      placeOf[smallest] = -1;
      const moved = heap[--size];
      if (size === 0) return smallest;
      let hole = 0;
      for (;;) {
        let child = 2 * hole + 1;
        if (child >= size) break;
        if (child + 1 < size && before(heap[child + 1], heap[child])) child++;
        if (!before(heap[child], moved)) break;
        heap[hole] = heap[child];
        placeOf[heap[hole]] = hole;
        hole = child;
      }
      heap[hole] = moved;
      placeOf[moved] = hole;
      return smallest;
    },
  };
}
