import type { Item } from '../experiment/item.ts';
import { figure2Item } from './figure2.ts';
import { figure3 } from './figure3.ts';
import { figure4 } from './figure4.ts';
import { figure5 } from './figure5.ts';
import { figure6Item } from './figure6.ts';
import { figure7Item } from './figure7.ts';
import { ablationsItem } from './ablations.ts';
import { figure9 } from './figure9.ts';
import { table1Item } from './table1.ts';
import { table2Item } from './table2.ts';

/** Every table and figure that is made from trained runs, in the order of the paper. */
export const items: readonly Item[] = [
  table1Item,
  figure2Item,
  figure3,
  figure4,
  table2Item,
  figure5,
  figure6Item,
  figure7Item,
  figure9,
  ablationsItem,
];
