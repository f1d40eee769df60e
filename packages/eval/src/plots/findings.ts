// What a chart shows, in words, from the numbers that it draws: for who cannot see it.

/** A number as charts are read: three digits. */
export function read(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  const text = size >= 1e5 || size < 1e-4 ? value.toExponential(2) : String(+value.toPrecision(3));
  return text.replace('-', '−');
}

/** A value by its name. */
interface Named {
  readonly name: string;
  readonly value: number;
}

/** Highest and lowest of several values; what they share where all read alike. */
export function extremes(values: readonly Named[]): string {
  const sorted = [...values].sort((a, b) => b.value - a.value);
  const [highest, lowest] = [sorted[0], sorted[sorted.length - 1]];
  if (sorted.length === 1) return `${highest.name} ${read(highest.value)}`;
  if (read(highest.value) === read(lowest.value)) return `all ${read(highest.value)}`;
  return `highest ${highest.name} (${read(highest.value)}), lowest ${lowest.name} (${read(lowest.value)})`;
}

/** The course of a curve from its first to its last point, over its highest or lowest one between. */
export function course(points: readonly { readonly x: number; readonly y: number }[]): string {
  const known = points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  if (known.length === 0) return 'no values';
  const [first, last] = [known[0], known[known.length - 1]];
  if (known.length === 1) return read(first.y);
  const ends = `${read(first.y)} to ${read(last.y)}`;
  const top = known.reduce((a, b) => (b.y > a.y ? b : a));
  const bottom = known.reduce((a, b) => (b.y < a.y ? b : a));
  // A peak or a dip counts where it lies outside of the ends by more than a tenth of the way.
  const margin = 0.1 * (top.y - bottom.y);
  const peak = top.y - Math.max(first.y, last.y) > margin;
  const dip = Math.min(first.y, last.y) - bottom.y > margin;
  const between = [
    ...(peak ? [`highest ${read(top.y)} at ${read(top.x)}`] : []),
    ...(dip ? [`lowest ${read(bottom.y)} at ${read(bottom.x)}`] : []),
  ];
  return between.length > 0 ? `${ends} (${between.join(', ')})` : ends;
}
