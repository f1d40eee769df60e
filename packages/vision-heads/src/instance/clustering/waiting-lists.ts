/**
 * One min-heap of (value, item) pairs per list, all lists in one pool of memory. Adding is O(1) and
 * most pairs are thrown away unread, hence pairing heaps (Fredman, Sedgewick, Sleator and Tarjan,
 * "The pairing heap", Algorithmica 1986). Equal values come out in no particular order.
 */
export interface WaitingLists {
  /** Adds an item to a list. */
  push(list: number, item: number, value: number): void;
  /** Smallest value of a list, Infinity when it is empty. */
  least(list: number): number;
  /** Removes the item of smallest value from a list that is not empty. */
  pop(list: number): number;
  /** Empties a list. */
  clear(list: number): void;
}

/** @param lists number of lists */
export function createWaitingLists(lists: number): WaitingLists {
  const root = new Int32Array(lists).fill(-1);
  let item = new Int32Array(1024);
  let value = new Float64Array(1024);
  let child = new Int32Array(1024);
  let sibling = new Int32Array(1024);
  let used = 0;
  // Roots of trees of free entries; taking a root frees its child and its sibling as two trees.
  const free: number[] = [];

  function allocate(): number {
    const entry = free.pop();
    if (entry !== undefined) {
      if (child[entry] >= 0) free.push(child[entry]);
      if (sibling[entry] >= 0) free.push(sibling[entry]);
      return entry;
    }
    if (used === item.length) {
      item = grow(item, new Int32Array(2 * used));
      value = grow(value, new Float64Array(2 * used));
      child = grow(child, new Int32Array(2 * used));
      sibling = grow(sibling, new Int32Array(2 * used));
    }
    return used++;
  }

  /** The larger root becomes the first child of the smaller. Neither may have a sibling. */
  function meld(a: number, b: number): number {
    const isSmaller = value[b] < value[a];
    const small = isSmaller ? b : a;
    const large = isSmaller ? a : b;
    sibling[large] = child[small];
    child[small] = large;
    return small;
  }

  /** Melds siblings in pairs from left to right, then the pairs from right to left. */
  function meldSiblings(first: number): number {
    let pairs = -1;
    for (let a = first; a >= 0;) {
      const b = sibling[a];
      const after = b >= 0 ? sibling[b] : -1;
      sibling[a] = -1;
      if (b >= 0) sibling[b] = -1;
      const pair = b >= 0 ? meld(a, b) : a;
      sibling[pair] = pairs;
      pairs = pair;
      a = after;
    }
    let merged = -1;
    while (pairs >= 0) {
      const after = sibling[pairs];
      sibling[pairs] = -1;
      merged = merged < 0 ? pairs : meld(merged, pairs);
      pairs = after;
    }
    return merged;
  }

  return {
    push(list, added, its) {
      const entry = allocate();
      item[entry] = added;
      value[entry] = its;
      child[entry] = -1;
      sibling[entry] = -1;
      root[list] = root[list] < 0 ? entry : meld(root[list], entry);
    },
    least: (list) => (root[list] < 0 ? Infinity : value[root[list]]),
    pop(list) {
      const entry = root[list];
      root[list] = meldSiblings(child[entry]);
      child[entry] = -1;
      free.push(entry);
      return item[entry];
    },
    clear(list) {
      if (root[list] >= 0) free.push(root[list]);
      root[list] = -1;
    },
  };
}

function grow<A extends Int32Array | Float64Array>(old: A, bigger: A): A {
  bigger.set(old);
  return bigger;
}
