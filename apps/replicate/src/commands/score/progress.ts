/** Least time between two lines of a terminal, ms. */
const INTERVAL = 100;
/** Files between two lines elsewhere, while folders are read. */
const MANY = 50_000;

/**
 * How far scoring is: files found, then images done. On a terminal one line that changes ten times a second
 * at most; into a file a line at every fifty thousandth file and every tenth of the images.
 */
export function scoreProgress(out: NodeJS.WriteStream) {
  let last = -Infinity;
  let found = 0;
  const rewrite = (text: string, always: boolean) => {
    const now = performance.now();
    if (!always && now - last < INTERVAL) return;
    last = now;
    out.write(`\r\u001b[K${text}`);
  };
  return {
    found: (files: number): void => {
      if (out.isTTY) rewrite(`${files} files found`, false);
      else if (Math.floor(files / MANY) > Math.floor(found / MANY)) {
        out.write(`${files} files found\n`);
      }
      found = files;
    },
    scored: (done: number, total: number): void => {
      if (out.isTTY) rewrite(`${done} of ${total} images`, done === total);
      else if (done === total || tenth(done, total) > tenth(done - 1, total)) {
        out.write(`${done} of ${total} images\n`);
      }
    },
    clear: (): void => {
      if (out.isTTY) out.write('\r\u001b[K');
    },
  };
}

const tenth = (done: number, total: number): number => Math.floor((10 * done) / total);
