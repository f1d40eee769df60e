import type { Transform } from '../batches.ts';

/** Transforms one after the other, all drawing from the same stream. */
export function compose(...transforms: readonly Transform[]): Transform {
  return (sample, random) => transforms.reduce((s, transform) => transform(s, random), sample);
}

/** The transform with probability p, else the sample as it is. Draws one number either way. */
export function withProbability(p: number, transform: Transform): Transform {
  return (sample, random) => (random() < p ? transform(sample, random) : sample);
}
