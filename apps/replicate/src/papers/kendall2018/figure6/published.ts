/** Values of s = log σ² read off the plots of figure 6, to about ±0.1. */
export interface PlotReading {
  readonly task: string;
  readonly at100: number;
  readonly at250: number;
}

/** Figure 6 of Kendall et al. 2018 (arXiv v3): all starts reach these. */
export const figure6: readonly PlotReading[] = [
  { task: 'semantic', at100: -0.35, at250: -0.65 },
  { task: 'instance', at100: 2.5, at250: 2.05 },
  { task: 'depth', at100: -0.2, at250: -0.4 },
];

/** Starts of s: the text says from −2 to 5; the plots show 4.9, 3.9, 2.9, 1.9, 1.0 and −0.3. */
export const figure6Range = [-2, 5] as const;

/** Iterations within which s is said to converge (appendix B). */
export const figure6Iterations = 100;

/** Both learning rates that the paper states: appendix A.1, and the caption of figure 2. */
export const statedRates = [2.5e-3, 0.01] as const;

/** Source line of the readings. */
export const figure6Source =
  'Kendall, Gal & Cipolla 2018 (arXiv v3), figure 6, read off the plots: CityScapes';
