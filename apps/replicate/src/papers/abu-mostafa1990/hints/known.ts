import {
  aboveOf,
  approximation,
  convexity,
  equivariance,
  evenness,
  examples,
  HIGH,
  LOW,
  monotonicity,
  oddness,
  otherOf,
  range,
  SHARE,
  VALUE,
  type Batch,
  type Hint,
} from '@scene-mtl/core';
import type { Random } from '@scene-mtl/data';
import * as tf from '@tensorflow/tfjs';
import type { Function } from './functions.ts';

/** A hint and how its virtual examples are drawn, without a label. */
export interface KnownHint {
  readonly hint: (of: Function) => Hint;
  /** What an example has besides `x`. Default: nothing. */
  readonly more?: (
    random: Random,
    x: readonly number[],
    of: Function,
  ) => Readonly<Record<string, readonly number[]>>;
}

const read = ({ main }: Readonly<Record<string, tf.Tensor>>): tf.Tensor => main;
const shape = [1];
const input = (of: Function) => ({ name: 'x', shape: [of.inputs] });

/** Two inputs exchanged. */
const exchanged = (i: number, k: number) => {
  const order = [0, 1, 2, 3].map((place) => (place === i ? k : place === k ? i : place));
  return ({ x }: Batch): Batch => ({ x: tf.gather(x, order, 1) });
};
const mirrored = ({ x }: Batch): Batch => ({ x: tf.reverse(x, 1) });

/** A point further on in the first two inputs, anywhere in the square. */
const further: KnownHint['more'] = (random, x) => ({
  [aboveOf('x')]: x.map((value, i) => (i < 2 ? value + (1 - value) * random.next() : value)),
});
const third: KnownHint['more'] = (random, _, of) => ({
  [otherOf('x')]: of.draw(random).x,
  [SHARE]: [random.next()],
});
/** An interval of width 1 on the side of 0 where the function is, or on the wrong one. */
const sided =
  (side: 1 | -1): NonNullable<KnownHint['more']> =>
  (_, x, of) => {
    const middle = of.at!(x) >= 0 ? side / 2 : -side / 2;
    return { [LOW]: [middle - 0.5], [HIGH]: [middle + 0.5] };
  };

/** What is known of the functions, each beside something of the same kind that is false. */
export const knownHints = {
  odd: { hint: () => oddness({ read, input: 'x' }) },
  even: { hint: () => evenness({ read, input: 'x' }) },
  exchange: { hint: () => equivariance({ read, move: exchanged(0, 1) }) },
  'false-exchange': { hint: () => equivariance({ read, move: exchanged(0, 2) }) },
  rising: { hint: (of) => monotonicity({ read, input: input(of) }), more: further },
  falling: {
    hint: (of) => monotonicity({ read: (outputs) => tf.neg(read(outputs)), input: input(of) }),
    more: further,
  },
  range: { hint: () => range({ read, low: -1, high: 1 }) },
  'false-range': { hint: () => range({ read, low: -0.3, high: 0.3 }) },
  interval: { hint: () => approximation({ read, shape }), more: sided(1) },
  'false-interval': { hint: () => approximation({ read, shape }), more: sided(-1) },
  convex: { hint: (of) => convexity({ read, input: input(of) }), more: third },
  concave: {
    hint: (of) => convexity({ read: (outputs) => tf.neg(read(outputs)), input: input(of) }),
    more: third,
  },
  catalyst: {
    hint: () => examples({ read: ({ part }) => part, shape }),
    more: (_, x, of) => ({ [VALUE]: [of.part!(x)] }),
  },
  'false-catalyst': {
    hint: () => examples({ read: ({ part }) => part, shape }),
    more: (_, x) => ({ [VALUE]: [x[2] * x[3]] }),
  },
  mirror: { hint: () => equivariance({ read, move: mirrored, turn: (y) => tf.neg(y) }) },
  'false-mirror': { hint: () => equivariance({ read, move: mirrored }) },
} as const satisfies Readonly<Record<string, KnownHint>>;

/** Name of a hint. */
export type HintName = keyof typeof knownHints;
