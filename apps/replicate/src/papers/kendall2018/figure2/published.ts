/** One line of the grids of figure 2: the weight of the second task, and what the paper prints. */
export interface GridPoint {
  /** Weight of the second task; the first has 1 − weight. */
  readonly weight: number;
  readonly published: Readonly<Partial<Record<string, number>>>;
}

/** A weight grid of figure 2. */
export interface WeightGrid {
  readonly pair: readonly [string, string];
  readonly points: readonly GridPoint[];
  /** The published result with learned weights. */
  readonly learned: Readonly<Partial<Record<string, number>>>;
}

const grid = (
  pair: readonly [string, string],
  lines: readonly (readonly [weight: number, first?: number | undefined, second?: number])[],
  learned: readonly [number?, number?],
): WeightGrid => ({
  pair,
  points: lines.map(([weight, first, second]) => ({
    weight,
    published: {
      ...(first !== undefined && { [pair[0]]: first }),
      ...(second !== undefined && { [pair[1]]: second }),
    },
  })),
  learned: Object.fromEntries(
    pair.flatMap((task, i) => (learned[i] === undefined ? [] : [[task, learned[i]]])),
  ),
});

/**
 * Figure 2 (a) and (b) of Kendall et al. 2018 with every published line, and the third pair, for
 * which the paper shows none: its grid covers the 1 : 80 ratio of the two losses' scales on both
 * sides, closely where the instance weight is small.
 */
export const weightGrids: readonly WeightGrid[] = [
  grid(
    ['semantic', 'depth'],
    [
      [0, 59.4],
      [0.025, 59.5, 0.664],
      [0.05, 59.9, 0.603],
      [0.1, 60.1, 0.586],
      [0.15, 60.4, 0.582],
      [0.2, 59.6, 0.577],
      [0.3, 59.0, 0.573],
      [0.5, 56.3, 0.602],
      [0.8, 47.2, 0.625],
      [0.9, 42.7, 0.628],
      [1, undefined, 0.64],
    ],
    [62.7, 0.533],
  ),
  grid(
    ['instance', 'depth'],
    [
      [0, 4.61],
      [0.25, 4.52, 0.692],
      [0.5, 4.3, 0.655],
      [0.6, 4.14, 0.641],
      [0.7, 4.04, 0.615],
      [0.8, 3.83, 0.607],
      [0.9, 3.91, 0.6],
      [0.95, 4.27, 0.607],
      [0.975, 4.31, 0.624],
      [1, undefined, 0.64],
    ],
    [3.54, 0.539],
  ),
  grid(
    ['semantic', 'instance'],
    [[0], [0.01], [0.025], [0.05], [0.1], [0.2], [0.3], [0.5], [0.8], [1]],
    [61.0, 3.42],
  ),
];

/** Source line of the published numbers. */
export const figure2Source =
  'Kendall, Gal & Cipolla 2018, figure 2 and Table 1: CityScapes validation set at 128×256, learning rate 0.01';
