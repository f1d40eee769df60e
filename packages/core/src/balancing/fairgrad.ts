import { z } from 'zod';
import type { GramianBalancer } from './gradient-balancer.ts';
import { cosines } from './k-space/cosines.ts';
import { inversePower } from './k-space/newton.ts';
import { defineGramian } from './refresh.ts';
import { nothing } from './stateful.ts';

/**
 * Fair resource allocation (Ban & Ji 2024, equation 4): the weights with `M α = α^(−1/p)`, `α > 0`,
 * under which the tasks' progress `gᵢ · d = αᵢ^(−1/p)` is p-fair: p = 1 is Nash-MTL without its cut, and
 * p → ∞ serves the worst-off task only. Their α-fairness is p here; 0, the plain mean, is `equal`.
 *
 * Solved by damped Newton (see `inversePower`); the published code by a general least-squares solver.
 */
export const fairgrad = defineGramian({
  name: 'fairgrad',
  alias: ['FairGrad'],
  source: 'Ban & Ji 2024, arXiv 2402.15638, equation 4',
  formula: 'Mα = α^(−1/p), d = Σ αᵢgᵢ',
  cost: 'K backward passes',
  options: {
    // LibMTL's default is 1, which is Nash-MTL; TorchJD has none.
    p: z.number().positive().max(5).default(2).describe('the fairness'),
    steps: z
      .number()
      .int()
      .positive()
      .max(100)
      .optional()
      .describe('of the solver; default 12, above p = 2 24'),
  },
  lacks: { scale: 'only for p = 1 do the lengths of the gradients not count' },
  guarantees: ['non-conflicting'],
  make: (_place, { p, steps = p > 2 ? 24 : 12 }): GramianBalancer => ({
    ...nothing,
    kind: 'gramian',
    name: 'fairgrad',
    weights: (gram) => inversePower(cosines(gram), p, steps),
  }),
});
