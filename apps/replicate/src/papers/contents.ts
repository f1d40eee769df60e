import { caruana1997 } from './caruana1997/index.ts';
import type { Entry } from './entry.ts';
import { kendall2018 } from './kendall2018/index.ts';

/** Every experiment that is a command, paper by paper, none of them loaded. */
export const contents: readonly Entry[] = [...kendall2018, ...caruana1997];
