import type { Experiment } from '@scene-mtl/lab';
import { caruana1997 } from './caruana1997/index.ts';
import { kendall2018 } from './kendall2018/index.ts';
import { libmtl } from './libmtl/index.ts';

/** What is replicated of one source. */
export interface Paper {
  /** Word before its experiments on the command line. */
  readonly name: string;
  readonly title: string;
  readonly experiments: readonly Experiment[];
}

/** The paper whose experiments are commands by their own names, and `all` of them one. */
export const main: Paper = {
  name: 'kendall2018',
  title: 'Kendall, Gal & Cipolla 2018',
  experiments: kendall2018,
};

/** Every paper with experiments. */
export const papers: readonly Paper[] = [
  main,
  { name: 'caruana1997', title: 'Caruana 1997, Multitask Learning', experiments: caruana1997 },
  {
    name: 'libmtl',
    title: 'Balancing as in LibMTL, TorchJD and the papers behind',
    experiments: libmtl,
  },
];

/** Every experiment that is a command. */
export const experiments: readonly Experiment[] = papers.flatMap((paper) => paper.experiments);
