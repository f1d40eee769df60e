/** Where ground truth and predictions lie, and who is told how far scoring is. */
export interface ScoreInput {
  /** Folder of the ground truth, searched with its subfolders. */
  readonly gt: string;
  /** Folder of the predictions, searched with its subfolders. */
  readonly pred: string;
  /** Called while folders are read, with the number of files so far. */
  readonly onFound?: (files: number) => void;
  /** Called after each image. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Reads items two ahead of their use and uses them in order: files are inflated on other threads
 * while one image is counted, and memory holds three images at most.
 *
 * @param read loads one item
 * @param use takes what was read, one at a time, in the order of `items`
 */
export async function inOrder<Item, Loaded>(
  items: readonly Item[],
  read: (item: Item) => Promise<Loaded>,
  use: (loaded: Loaded, item: Item) => void,
  onProgress?: (done: number, total: number) => void,
): Promise<void> {
  const ahead: Promise<Loaded>[] = [];
  const start = (i: number) => {
    const loading = read(items[i]);
    // An early failure is reported when its turn comes, not as an unhandled rejection.
    loading.catch(() => undefined);
    ahead.push(loading);
  };
  for (let i = 0; i < items.length; i++) {
    while (ahead.length + i < Math.min(items.length, i + 3)) start(ahead.length + i);
    use(await (ahead.shift() as Promise<Loaded>), items[i]);
    onProgress?.(i + 1, items.length);
  }
}
