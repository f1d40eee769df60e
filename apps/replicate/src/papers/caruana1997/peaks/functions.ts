import type { Random } from '@scene-mtl/data';
import { numbersProgram } from '../../../numbers/program.ts';

const FEATURES = 6;
const BITS = 10;

/** A function of {@link FUNCTIONS}: which feature is tested, and which is given then and else. */
export interface PeakFunction {
  readonly test: number;
  readonly then: number;
  readonly otherwise: number;
}

const all = Array.from({ length: FEATURES }, (_, i) => i);

/** The 120 functions `IF (?1 > 1/2) THEN ?2 ELSE ?3` of distinct features among six (Caruana 1997, section 3.3). */
export const FUNCTIONS: readonly PeakFunction[] = all.flatMap((test) =>
  all
    .filter((then) => then !== test)
    .flatMap((then) =>
      all
        .filter((otherwise) => otherwise !== test && otherwise !== then)
        .map((otherwise) => ({ test, then, otherwise })),
    ),
);

/** Six numbers in 0 … 1 as binary codes, and all 120 functions of them. */
export function draw(random: Random) {
  const codes = all.map(() => random.integer(2 ** BITS));
  const features = codes.map((code) => (code + 0.5) / 2 ** BITS);
  const bits = codes.flatMap((code) => Array.from({ length: BITS }, (_, i) => (code >> i) & 1));
  const functions = FUNCTIONS.map(({ test, then, otherwise }) =>
    features[test] > 0.5 ? features[then] : features[otherwise],
  );
  return { bits, functions };
}

/** Sizes as in the paper; examples, rate and steps are ours. */
export const CONFIG = {
  inputs: ['bits'],
  hidden: [64],
  activation: 'sigmoid' as const,
  ...{ train: 1000, val: 500, test: 500, snapshots: true },
  ...{
    optimiser: 'adam' as const,
    steps: 3000,
    evalEvery: 250,
    batchSize: 50,
    learningRate: 0.005,
  },
};

export default numbersProgram({
  ...{ name: 'peaks', module: import.meta.url, draw, config: CONFIG },
  tasks: { functions: 'linear' },
});
