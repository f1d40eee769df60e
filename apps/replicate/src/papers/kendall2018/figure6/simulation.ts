import { stationaryS, type Term } from '../log-variance-forms.ts';

/** What a simulated descent of one s is told. */
export interface Descent {
  readonly term: Term;
  /** L, held constant. */
  readonly loss: number;
  readonly start: number;
  readonly rate: number;
  readonly momentum: number;
  readonly steps: number;
}

/**
 * s over the steps of SGD with Nesterov momentum (the form of `sgd` in `@scene-mtl/core`) on
 * `a e^{−s/q} L + r s` with a constant L: what the optimiser alone allows. From above the gradient is
 * at most r, so |ds/dt| ≤ r · rate / (1 − μ).
 */
export function descent({ term, loss, start, rate, momentum, steps }: Descent): number[] {
  const { attenuation, regulariser, root } = term;
  const path = [start];
  let s = start;
  let velocity = 0;
  for (let i = 0; i < steps; i++) {
    const gradient = regulariser - (attenuation / root) * Math.exp(-s / root) * loss;
    velocity = momentum * velocity + gradient;
    s -= rate * (gradient + momentum * velocity);
    path.push(s);
  }
  return path;
}

/** Steps until s stays within a tolerance of the stationary point; undefined if never in `steps`. */
export function settlingSteps(of: Descent, tolerance = 0.1): number | undefined {
  const goal = stationaryS(of.term, of.loss);
  const path = descent(of);
  const last = path.findLastIndex((s) => Math.abs(s - goal) > tolerance);
  return last + 1 < path.length ? last + 1 : undefined;
}
