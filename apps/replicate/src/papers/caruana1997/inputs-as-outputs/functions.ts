import type { Random } from '@scene-mtl/data';
import { numbersProgram } from '../../../numbers/program.ts';

const BITS = 10;
const sigma = (x: number): number => 1 / (1 + Math.exp(-x));

/** `F1 = σ(A + B)` and `F2 = σ(A − B)` of A and B in −5 … 5, which are read as binary codes (Caruana 1997, section 4.5). */
export function draw(random: Random) {
  const codes = [random.integer(2 ** BITS), random.integer(2 ** BITS)];
  const [a, b] = codes.map((code) => (10 * (code + 0.5)) / 2 ** BITS - 5);
  const bits = codes.flatMap((code) => Array.from({ length: BITS }, (_, i) => (code >> i) & 1));
  return { bits, f1: sigma(a + b), f2: sigma(a - b) };
}

/** As in the paper; rate, momentum and steps are ours, the same for all arms. */
export const CONFIG = {
  inputs: ['bits'],
  hidden: [16],
  activation: 'sigmoid' as const,
  ...{ train: 50, val: 1000, test: 1000 },
  ...{ steps: 3000, evalEvery: 100, batchSize: 10, learningRate: 0.5 },
};

export default numbersProgram({
  ...{ name: 'sum-and-difference', module: import.meta.url, draw, config: CONFIG },
  tasks: { f1: 'sigmoid', f2: 'sigmoid' },
});
