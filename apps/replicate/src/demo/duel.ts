import { learner, type Pair } from './learner.ts';
import { toyPicture, type ToyPicture } from './toy-picture.ts';

/** The two ways that are shown. */
export const METHODS = ['equal', 'uncertainty'] as const;
/** Steps of both. */
export const STEPS = 600;

/** What one of the two is at, after a step. */
export interface State {
  readonly losses: Pair;
  readonly weights: Pair;
  readonly classes: Uint8Array;
  readonly distance: Float32Array;
  /** Share of the pixels whose true class it says, in %. */
  readonly right: number;
  /** Mean |error| of the true distance, cm. */
  readonly error: number;
}

/** Both, after the same number of steps; in the order of {@link METHODS}. */
export interface Frame {
  readonly step: number;
  readonly states: readonly State[];
}

/**
 * Trains the same small network on the same picture both ways, side by side.
 * @param every steps between frames; there is one at the beginning and one at the end
 */
export async function* duel(seed: number, every: number, steps = STEPS): AsyncGenerator<Frame> {
  const picture = toyPicture(seed);
  const learners = [];
  for (const method of METHODS) learners.push(await learner(method, picture, seed));
  try {
    for (let step = 1; step <= steps; step++) {
      const seen = [];
      for (const one of learners) seen.push(await one.step());
      if (step !== 1 && step !== steps && step % every !== 0) continue;
      const states = [];
      for (const [i, one] of learners.entries()) {
        const said = await one.look();
        states.push({ ...seen[i], ...said, ...judged(said, picture) });
      }
      yield { step, states };
    }
  } finally {
    for (const one of learners) await one.dispose();
  }
}

function judged(
  said: Pick<State, 'classes' | 'distance'>,
  { classes, distance }: ToyPicture,
): Pick<State, 'right' | 'error'> {
  const right = classes.filter((kind, i) => kind === said.classes[i]).length;
  const error = distance.reduce((sum, value, i) => sum + Math.abs(value - said.distance[i]), 0);
  return { right: (100 * right) / classes.length, error: error / distance.length };
}
