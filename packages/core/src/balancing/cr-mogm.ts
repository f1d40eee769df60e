import { z } from 'zod';
import { cagrad } from './cagrad.ts';
import type { GramianBalancer } from './balancer.ts';
import { defineBalancer, type BalancerDefinition } from './define.ts';
import { mgda } from './mgda.ts';
import { pcgrad } from './pcgrad.ts';
import { refreshOptions } from './refresh.ts';
import { upgrad } from './upgrad.ts';

/** Methods whose weights are smoothed: the paper's three, and UPGrad. */
const methods: Readonly<
  Record<'mgda' | 'pcgrad' | 'cagrad' | 'upgrad', BalancerDefinition<z.ZodType, GramianBalancer>>
> = { mgda, pcgrad, cagrad, upgrad };

/**
 * Correlation-reduced stochastic multi-objective gradient manipulation, CR-MOGM (Zhou et al. 2022,
 * equation 5): another method's weights ŵ, followed slowly,
 *
 * `w ← α w + (1 − α) ŵ`,
 *
 * so that they hang less on the batch whose gradients they weigh. The paper lets α grow to 1 as the
 * learning rate falls; this, as TorchJD's default, keeps it. Every gramian method has the same as its
 * option `smoothing`.
 */
export const crMogm = defineBalancer({
  name: 'cr-mogm',
  alias: ['CRMOGM', 'CR-MOGM'],
  source:
    'Zhou et al. 2022, "On the convergence of stochastic multi-objective gradient manipulation and beyond"',
  formula: 'w ← αw + (1−α)ŵ, ŵ by another method',
  cost: 'K backward passes',
  options: z.strictObject({
    method: z.enum(['mgda', 'pcgrad', 'cagrad', 'upgrad']).default('mgda').describe('gives ŵ'),
    every: refreshOptions.every,
    smoothing: z.number().min(0).max(1).default(0.9).describe('α'),
  }),
  lacks: { scale: 'the methods that it smooths lack it' },
  make: (place, { method, ...refresh }) => ({
    ...methods[method].make(place, refresh),
    name: 'cr-mogm',
  }),
});
