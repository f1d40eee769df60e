import { numbersProgram } from '../../../numbers/program.ts';
import { functionOf } from './functions.ts';
import { knownHints, type HintName } from './known.ts';
import { streamedHint } from './virtual.ts';

/** Examples of all functions: which one is in `data.function`. */
export default numbersProgram({
  ...{ name: 'hints', module: import.meta.url },
  tasks: { main: 'linear', part: 'linear' },
  draw(random, data) {
    const of = functionOf(data);
    const { x, value } = of.draw(random);
    return { x, main: value + of.noise * random.normal(), part: of.part?.(x) ?? NaN };
  },
  hints: Object.fromEntries(
    (Object.keys(knownHints) as HintName[]).map((name) => [
      name,
      (spec) => streamedHint(name, spec),
    ]),
  ),
  config: {
    ...{ inputs: ['x'], hidden: [16], train: 16, val: 10, test: 1000 },
    ...{ steps: 800, batchSize: 16, learningRate: 0.03, evalEvery: 800 },
  },
});
