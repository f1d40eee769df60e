import { numbersProgram } from '../../../numbers/program.ts';
import { numbered, PROGRAM } from './mechanism.ts';
import { mechanismOf } from './mechanisms.ts';

/** What mechanisms name their tasks. */
const tasks = ['main', ...numbered(16), ...numbered(7, 'away')];

/** Examples of all mechanisms: which one is in `data.mechanism`. */
export default numbersProgram({
  ...{ ...PROGRAM, module: import.meta.url },
  tasks: Object.fromEntries(tasks.map((task) => [task, 'linear'])),
  draw: (random, data) => mechanismOf(data).draw(random, data),
  config: {
    ...{ inputs: ['x'], hidden: [4], train: 100, val: 10, test: 1000 },
    ...{ steps: 1000, batchSize: 25, learningRate: 0.01, evalEvery: 1000 },
  },
});
