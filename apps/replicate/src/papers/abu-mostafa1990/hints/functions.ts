import type { Random } from '@scene-mtl/data';
import { drawRoad } from '../../../numbers/road.ts';

/** A function to be learned, of which more is known than its examples. */
export interface Function {
  readonly inputs: number;
  /** An input, and the function there. */
  draw(this: void, random: Random): { readonly x: number[]; readonly value: number };
  /** Deviation of the noise of a label. */
  readonly noise: number;
  /** Learning rate at which no seed diverges, with or without hints. */
  readonly rate: number;
  /** The function at an input, where it can be computed of it. */
  readonly at?: (x: readonly number[]) => number;
  /** Something that the function is made of, for a catalytic hint. */
  readonly part?: (x: readonly number[]) => number;
}

const NUMBERS = 4;
const within = (random: Random) => Array.from({ length: NUMBERS }, () => 2 * random.next() - 1);
const computed = (
  at: (x: readonly number[]) => number,
  part?: (x: readonly number[]) => number,
): Function => ({
  ...{ inputs: NUMBERS, noise: 0.2, rate: 0.03, at, ...(part && { part }) },
  draw(random) {
    const x = within(random);
    return { x, value: at(x) };
  },
});

/** A row of a road with or without a lane for those who come the other way. Steering is 0 straight ahead. */
const road = (lanes: 0 | 1): Function => ({
  ...{ inputs: 32, noise: 0, rate: 0.01 },
  draw(random) {
    for (;;) {
      const drawn = drawRoad(random);
      if (drawn.lanes === lanes) return { x: drawn.row, value: drawn.steering - 0.5 };
    }
  },
});

/** By the number in a run's `data.function`. */
export const functions = {
  /** Odd, rises in the first two inputs, the same when they change places, between −1 and 1. */
  0: computed(([a, b, c]) => {
    const sum = a + b;
    return 0.7 * Math.tanh(1.5 * sum + 0.5 * sum ** 3) + 0.3 * Math.sin(3 * c);
  }),
  /** Convex. */
  1: computed(([a, b, c]) => a ** 2 + Math.abs(b) + 0.5 * Math.abs(c - a) - 1),
  /** Made of the product of its first two inputs. */
  2: computed(
    ([a, b]) => 1.2 * Math.tanh(4 * a * b),
    ([a, b]) => a * b,
  ),
  /** Steering on a road of one lane: mirrored, it is the other way. */
  3: road(0),
  /** Steering on the right lane of two: mirrored, it is not. */
  4: road(1),
} as const;

/** Number of a function. */
export type FunctionNumber = keyof typeof functions;

/** @throws for a number that is none */
export function functionOf(data: Readonly<Record<string, number>>): Function {
  const found = (functions as Readonly<Record<number, Function>>)[data['function']];
  if (found) return found;
  const known = Object.keys(functions).join(', ');
  throw new Error(`hints: data.function: expected one of ${known}, got ${data['function']}`);
}
