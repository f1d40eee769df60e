import { abuMostafa1990 } from './abu-mostafa1990/index.ts';
import { caruana1997 } from './caruana1997/index.ts';
import type { Entry } from './entry.ts';
import { karpathy2019 } from './karpathy2019/index.ts';
import { kendall2018 } from './kendall2018/index.ts';
import { libmtl } from './libmtl/index.ts';
import { ruder2017 } from './ruder2017/index.ts';

/** What is replicated of one source. */
export interface Paper {
  /** Word before its experiments on the command line. */
  readonly name: string;
  readonly title: string;
  readonly entries: readonly Entry[];
}

/** The paper whose experiments are commands by their own names, and `all` of them one. */
export const main: Paper = {
  name: 'kendall2018',
  title: 'Kendall, Gal & Cipolla 2018',
  entries: kendall2018,
};

/** The other papers with experiments. */
export const others: readonly Paper[] = [
  {
    name: 'abu-mostafa1990',
    title: 'Abu-Mostafa 1990 and 1995, Learning from Hints',
    entries: abuMostafa1990,
  },
  { name: 'caruana1997', title: 'Caruana 1997, Multitask Learning', entries: caruana1997 },
  {
    name: 'karpathy2019',
    title: 'Karpathy 2019, Multi-Task Learning in the Wilderness',
    entries: karpathy2019,
  },
  {
    name: 'libmtl',
    title: 'Balancing as in LibMTL, TorchJD and the papers behind them',
    entries: libmtl,
  },
  {
    name: 'ruder2017',
    title: 'Ruder 2017, An Overview of Multi-Task Learning in Deep Neural Networks',
    entries: ruder2017,
  },
];

/** Every experiment that is a command, paper by paper, none of them loaded. */
export const contents: readonly Entry[] = [main, ...others].flatMap(({ entries }) => entries);

/** One line on a paper and the names of its experiments. */
export const paperSummary = ({ title, entries }: Paper): string =>
  `${title}: ${entries.map(({ name }) => name).join(', ')}.`;

/** Whether an experiment's own name is enough to mean it: no other experiment or paper has it. */
export const isNamedAlone = ({ name }: Entry): boolean =>
  [...contents, ...others].filter((one) => one.name === name).length === 1;

/** Words that begin with an experiment as its command is typed, `ruder2017 scenes …`, without the paper. */
export function withoutPaper(words: readonly string[]): readonly string[] {
  const [first, second] = words;
  const paper = others.find(({ name }) => name === first);
  return paper?.entries.some(({ name }) => name === second) ? words.slice(1) : words;
}
