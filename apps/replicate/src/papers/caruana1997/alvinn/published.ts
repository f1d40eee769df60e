import type { RoadTask } from '../road.ts';

/** Hidden units of the networks of one task. */
export const SIZES = [2, 4, 8, 16] as const;

/** A row of table 1 of Caruana 1997: test RMSE. */
export interface PublishedRow {
  readonly task: RoadTask;
  readonly title: string;
  /** Of networks of {@link SIZES}. */
  readonly single: readonly [number, number, number, number];
  readonly multi: number;
  /** Whether the paper marks the gain on the best of them as significant (p ≤ 0.05). */
  readonly isSignificant: boolean;
}

const row = (
  task: RoadTask,
  title: string,
  single: PublishedRow['single'],
  multi: number,
  isSignificant = false,
): PublishedRow => ({ task, title, single, multi, isSignificant });

/** Table 1, its last row first. */
export const published: readonly PublishedRow[] = [
  row('steering', 'steering', [0.093, 0.069, 0.087, 0.072], 0.058, true),
  row('lanes', '1 or 2 lanes', [0.201, 0.209, 0.207, 0.178], 0.156, true),
  row('left', 'left edge', [0.069, 0.071, 0.073, 0.073], 0.062, true),
  row('right', 'right edge', [0.076, 0.062, 0.058, 0.056], 0.051, true),
  row('lineCentre', 'line centre', [0.153, 0.152, 0.152, 0.152], 0.151),
  row('centre', 'road centre', [0.038, 0.037, 0.039, 0.042], 0.034, true),
  row('road', 'road greylevel', [0.054, 0.055, 0.055, 0.054], 0.038, true),
  row('border', 'edge greylevel', [0.037, 0.038, 0.039, 0.038], 0.038),
  row('line', 'line greylevel', [0.054, 0.054, 0.054, 0.054], 0.054),
];

/** The published change from the best network of one task to that of all, %. */
export const publishedChange = ({ single, multi }: PublishedRow): number =>
  100 * (multi / Math.min(...single) - 1);
