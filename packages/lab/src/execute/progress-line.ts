import type { ProgressLine } from '../specs/program.ts';

/** A progress line on standard error. On a terminal it changes 10 times a second, else every 10 s. */
export function progressLine(stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  const terminal = stream.isTTY === true;
  const interval = terminal ? 100 : 10_000;
  let last = -Infinity;
  let shown = false;
  const clear = () => {
    if (shown) stream.write('\r\x1b[2K');
    shown = false;
  };
  return {
    update(text) {
      const now = performance.now();
      if (now - last < interval) return;
      last = now;
      if (!terminal) return void stream.write(`${text()}\n`);
      clear();
      stream.write(text().slice(0, Math.max(20, (stream.columns ?? 80) - 1)));
      shown = true;
    },
    print(text) {
      clear();
      stream.write(`${text}\n`);
      last = performance.now();
    },
  };
}

/**
 * 83 → `1:23`, 3723 → `1:02:03`.
 * @example
 * ```ts
 * import { duration } from '@scene-mtl/lab';
 * duration(3723); // → '1:02:03'
 * ```
 */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  const two = (n: number) => String(n).padStart(2, '0');
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}
