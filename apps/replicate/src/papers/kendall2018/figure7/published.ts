/** σ² of the three tasks as the paper has them. */
export interface PublishedNoise {
  readonly title: string;
  readonly sigma2: Readonly<Record<string, number>>;
  /** The ratio of 1/σ², semantic : instance : depth, that the paper prints for them. */
  readonly printed: string;
}

/**
 * Appendix B of Kendall et al. 2018 (arXiv v3), full resolution. The values at the end are printed as
 * "0.075, 3.25 and 20.4" after "semantic, instance, depth"; the ratio printed beside them follows
 * only with the last two exchanged, and figure 7 agrees with that.
 */
export const publishedNoise: readonly PublishedNoise[] = [
  {
    title: 'Paper, iteration 500',
    sigma2: { semantic: 0.6, instance: 62.5, depth: 13.5 },
    printed: '23 : 0.22 : 1',
  },
  {
    title: 'Paper, end, in the order printed',
    sigma2: { semantic: 0.075, instance: 3.25, depth: 20.4 },
    printed: '43 : 0.16 : 1',
  },
  {
    title: 'Paper, end, instance and depth exchanged',
    sigma2: { semantic: 0.075, instance: 20.4, depth: 3.25 },
    printed: '43 : 0.16 : 1',
  },
];

/** The iteration of the early values. */
export const EARLY = 500;

/** Width of the images that the published values belong to, px. */
export const FULL_WIDTH = 2048;

/** Source line of the values. */
export const figure7Source =
  'Kendall, Gal & Cipolla 2018 (arXiv v3), appendix B and figure 7: CityScapes at 1024×2048';
