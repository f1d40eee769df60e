import {
  compare,
  flagNumbers,
  judge,
  measuredCell,
  metricOf,
  overSeeds,
  pairedTable,
  summariesOf,
  type Experiment,
} from '@scene-mtl/lab';
import { numbersArm } from '../../../numbers/arm.ts';
import type { Numbers } from '../../../numbers/kind.ts';
import roads, { CONFIG, TASKS } from './road.ts';

const armOf = (slug: string, title: string, tasks: readonly string[], hidden: number) =>
  numbersArm(roads, { slug, title }, tasks, { ...CONFIG, hidden: [hidden] });
const multi = armOf('multi', 'all tasks, 16 hidden', TASKS, 16);
const single = [4, 16].map((n) =>
  armOf(`single-${n}`, `steering alone, ${n} hidden`, ['steering'], n),
);
const arms = [...single, multi];

const error = { task: 'steering', metric: 'steering/rms', name: 'RMSE', unit: 'of the width' };
const quantities = [{ ...error, better: 'lower', digits: 4, primary: true }] as const;
const claim = {
  claim:
    'Extra tasks lower the error of steering, against networks of either size that steer alone',
  source: 'Caruana 1997, section 2.1 and table 1',
};
const lead = `Rows of ${CONFIG.train} made roads, ${CONFIG.steps} steps of ${CONFIG.batchSize}, stopped early on ${CONFIG.val} others, error on ${CONFIG.test} more. The simulator of the paper is not to be had: what can be reproduced is the direction, not its numbers.`;

/** The road experiment of Caruana 1997 in small: is steering learned better along with what else there is to see? */
export const alvinn: Experiment<{ readonly seeds: readonly number[] }, Numbers> = {
  name: 'alvinn',
  title: '1-D ALVINN: steering, alone and with seven extra tasks',
  program: roads,
  addFlags: (command) => command.option('--trials <n>', 'seeds of each arm (default: 5)'),
  options({ trials }) {
    const [count = 5] = flagNumbers(trials, '--trials', (n) => Number.isInteger(n) && n > 0);
    return { seeds: Array.from({ length: count }, (_, i) => i + 1) };
  },
  *stages({ options: { seeds } }) {
    yield arms.flatMap(({ slug, spec }) => overSeeds(slug, seeds, spec));
  },
  show({ options: { seeds } }, results) {
    const made = arms.map((arm) => ({
      ...arm,
      tasks: ['steering'],
      runs: summariesOf(results, seeds, arm.spec),
    }));
    const [own, others] = [made[made.length - 1], made.slice(0, -1)];
    const rows = made.map(({ title, runs }) => ({
      header: title,
      cells: [measuredCell(metricOf(runs, error.metric))],
    }));
    const columns = [{ ...error, name: 'RMSE of steering', better: 'lower', decimals: 4 }] as const;
    const table = { title: 'Error of steering', corner: 'Network', columns, rows, notes: [lead] };
    const units = 'In widths of the picture; below 0: the network of all tasks is better.';
    const paired = pairedTable({ arm: own, others, quantities, seeds, units });
    const comparisons = others.flatMap(({ runs }) => compare(own.runs, runs, quantities));
    return {
      lead,
      figures: [],
      grids: [],
      verdicts: [judge(claim, comparisons)],
      tables: [
        { name: 'alvinn', table },
        ...(paired ? [{ name: 'alvinn-paired', table: paired }] : []),
      ],
    };
  },
};
