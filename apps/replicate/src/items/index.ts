import type { Item } from '../experiment/item.ts';
import { figure2Item } from './figure2.ts';
import { table1Item } from './table1.ts';

/** Every table and figure that is made from trained runs, in the order of the paper. */
export const items: readonly Item[] = [table1Item, figure2Item];
