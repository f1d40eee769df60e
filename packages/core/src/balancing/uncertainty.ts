import * as tf from '@tensorflow/tfjs';
import type { z } from 'zod';
import { defineBalancer, type BalancerDefinition } from './define.ts';
import { logVarianceBalancer, logVarianceOptions, type Form } from './log-variance.ts';
import type { ScalarBalancer } from './scalar-balancer.ts';

const half = (x: tf.Scalar): tf.Scalar => tf.mul(x, 0.5);
const precision = (s: tf.Scalar): tf.Scalar => tf.exp(tf.neg(s));

/** A form of uncertainty weighting, in s = log σ². */
interface UncertaintyForm {
  readonly name: string;
  readonly alias?: readonly string[];
  readonly source: string;
  readonly formula: string;
  readonly term: Form['term'];
  readonly rest: Form['rest'];
}

/** s = log σ² at which σ² = L. */
const logLoss = (loss: number): number => Math.log(loss);
/** At which σ² = 2L. */
const logTwice = (loss: number): number => Math.log(2 * loss);

/**
 * - `uncertainty`: as the paper prints it. It uses the Gaussian form for its L1 losses too, and so does
 *   this. The weight ends at 1/(2L), so that the total follows Σ ½ log Lᵢ.
 * - `-plain`: twice `½ e^{−s} L + ½ s`, so s moves twice as fast against the same learning rate.
 * - `-likelihood`: the negative log likelihood that belongs to each loss. An L1 task counts twice as
 *   much as under the paper's form; reports b for it. Set `dimensions` where the loss sums over several
 *   components, each of which has its log b.
 * - `-positive`: never below 0. Small losses are raised by about 1/√(2L) rather than 1/L, so it depends
 *   on the unit of a loss. Learned as s = log c²: c itself can cross 0, where the term has a pole.
 */
const forms = [
  {
    name: 'uncertainty',
    alias: ['UW'],
    source: 'Kendall et al. 2018, equation 10',
    formula: '½e⁻ˢL + ½s, softmax e⁻ˢL + ½s; ends at w = 1/(2L)',
    term: (s, likelihood) => ({
      attenuation: likelihood === 'softmax' ? precision(s) : half(precision(s)),
      regulariser: half(s),
      noise: tf.exp(s),
    }),
    rest: (loss, likelihood) => (likelihood === 'softmax' ? logTwice(loss) : logLoss(loss)),
  },
  {
    name: 'uncertainty-half-log',
    source:
      'github.com/SamsungLabs/MTL: the classification term of equation 10 for all, s = 0 first',
    formula: 'e⁻ˢL + ½s; ends at σ² = 2L, w = 1/(2L)',
    term: (s) => ({ attenuation: precision(s), regulariser: half(s), noise: tf.exp(s) }),
    rest: logTwice,
  },
  {
    name: 'uncertainty-halved',
    source: 'LibMTL (UW) and github.com/lorenmt/mtan, which begin at s = −0.5; nash-mtl at 0',
    formula: '½e⁻ˢL + ½s; ends at σ² = L, w = 1/(2L)',
    term: (s) => ({ attenuation: half(precision(s)), regulariser: half(s), noise: tf.exp(s) }),
    rest: logLoss,
  },
  {
    name: 'uncertainty-likelihood',
    source: 'the likelihoods of Kendall et al. 2018, equations 5 and 10, and Laplace’s',
    formula: 'L1: L/b + log b, b = e^{s/2}, ends at w = 1/L; else as uncertainty',
    term: (s, likelihood) => {
      const logB = half(s);
      if (likelihood === 'laplace') {
        return { attenuation: precision(logB), regulariser: logB, noise: tf.exp(logB) };
      }
      const weight = precision(s);
      return {
        attenuation: likelihood === 'softmax' ? weight : half(weight),
        regulariser: logB,
        noise: tf.exp(s),
      };
    },
    rest: (loss, likelihood) =>
      ({ laplace: 2 * Math.log(loss), softmax: logTwice(loss), gaussian: logLoss(loss) })[
        likelihood ?? 'gaussian'
      ],
  },
  {
    name: 'uncertainty-plain',
    source: 'github.com/yaringal/multi-task-learning-example',
    formula: 'e⁻ˢL + s; ends at σ² = L, w = 1/L',
    term: (s) => ({ attenuation: precision(s), regulariser: s, noise: tf.exp(s) }),
    rest: logLoss,
  },
  {
    name: 'uncertainty-positive',
    source: 'Liebel & Körner 2018, arXiv 1805.06334, equation 3',
    formula: 'L/(2c²) + log(1 + c²), c² = eˢ; ends at c² = (L + √(L² + 8L))/4',
    term: (s) => {
      const c2 = tf.exp<tf.Scalar>(s);
      return { attenuation: half(precision(s)), regulariser: tf.log(tf.add(c2, 1)), noise: c2 };
    },
    rest: (loss) => Math.log((loss + Math.sqrt(loss ** 2 + 8 * loss)) / 4),
  },
] satisfies UncertaintyForm[];

/** Why the unit of a loss has an influence before s has followed it. */
export const FOLLOWS = 's follows the unit of a loss only as fast as it is learned';

/**
 * The forms of uncertainty weighting that are one term per task, each a method of its own. The total is a negative
 * log likelihood, so it falls below 0 as soon as the noise is small: that is no fault (`-positive` never does).
 */
export const uncertaintyForms: readonly BalancerDefinition<
  typeof logVarianceOptions,
  ScalarBalancer
>[] = (forms as UncertaintyForm[]).map(({ alias = [], term, rest, ...facts }) =>
  defineBalancer({
    ...facts,
    alias,
    cost: 'none',
    options: logVarianceOptions,
    lacks: { scale: FOLLOWS },
    make: (place, options: z.output<typeof logVarianceOptions>) =>
      logVarianceBalancer(facts.name, place, { term, rest }, options),
  }),
);

/**
 * Uncertainty weighting as the paper prints it.
 * @example
 * ```ts
 * import { uncertainty } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * const objectives = [{ name: 'semantic', likelihood: 'softmax' }, { name: 'depth', likelihood: 'laplace' }] as const;
 * const balancer = uncertainty.make({ objectives });
 * const sum = (terms: Readonly<Record<string, tf.Scalar>>) => tf.addN(Object.values(terms)) as tf.Scalar;
 * const losses = { semantic: tf.scalar(2), depth: tf.scalar(0.5) };
 * // At s = 0: 2 + ½ · 0.5.
 * balancer.combine(losses, { sum, present: {}, inputs: {} }).total.arraySync(); // → 2.25
 * ```
 */
export const uncertainty = uncertaintyForms[0];
