import type { SceneExperiment } from '../../scenes/kind.ts';
import { ablations } from './ablations/ablations.ts';
import { figure2 } from './figure2/figure2.ts';
import { figure3 } from './figure3/figure3.ts';
import { figure4 } from './figure4/figure4.ts';
import { figure5 } from './figure5/figure5.ts';
import { figure6 } from './figure6/figure6.ts';
import { figure7 } from './figure7/figure7.ts';
import { figure9 } from './figure9/figure9.ts';
import { table1 } from './table1/table1.ts';
import { table2 } from './table2/table2.ts';

/** Every table and figure that is made from trained runs, in the order of the paper. */
export const kendall2018: readonly SceneExperiment[] = [
  table1,
  figure2,
  figure3,
  figure4,
  table2,
  figure5,
  figure6,
  figure7,
  figure9,
  ablations,
];
