/** Silence before the first line, and between lines, milliseconds. */
const QUIET = 2000;

/**
 * Reports progress on standard error: nothing for work that ends within two seconds, then a line
 * every two seconds (overwritten on a terminal), with the time left.
 */
export function progress(what: string): (done: number, total: number) => void {
  const start = Date.now();
  let last = start;
  return (done, total) => {
    const now = Date.now();
    const spoken = last > start;
    if (now - last < QUIET && !(done === total && spoken)) return;
    last = now;
    const left = Math.round((((now - start) / done) * (total - done)) / 1000);
    const line = `${what}: ${done} of ${total} (${Math.floor((100 * done) / total)} %), ${left} s left`;
    if (process.stderr.isTTY) {
      process.stderr.write(`\r${line}   ${done === total ? '\n' : ''}`);
    } else {
      process.stderr.write(`${line}\n`);
    }
  };
}
