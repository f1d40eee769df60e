import { z } from 'zod';
import type { BalancerDefinition } from './define.ts';
import type { GramianBalancer, GroupedBalancer } from './gradient-balancer.ts';
import { defineGradient } from './mode.ts';
import { refreshOptions } from './refresh.ts';

/** A method that weighs gradients by their scalar products, with options of any schema. */
export type GramianMethod = BalancerDefinition<z.ZodType, GramianBalancer | GroupedBalancer>;

/**
 * Correlation-reduced stochastic multi-objective gradient manipulation, CR-MOGM (Zhou et al.
 * 2022): another method's weights ŵ, followed slowly,
 *
 * `w ← α w + (1 − α) ŵ`,
 *
 * so that they hang less on the batch whose gradients they weigh. The paper lets α grow to 1 as the
 * learning rate falls; this, as TorchJD's default, keeps it. It is the other method with its option
 * `smoothing`, and has no others of its own.
 * @param methods what it can smooth, the default first
 */
export function crMogm(methods: readonly GramianMethod[]) {
  const [first] = methods;
  return defineGradient({
    name: 'cr-mogm',
    alias: ['CRMOGM', 'CR-MOGM'],
    source:
      'Zhou et al. 2022, "On the convergence of stochastic multi-objective gradient manipulation and beyond"',
    formula: 'w ← αw + (1−α)ŵ, ŵ by another method',
    cost: 'K backward passes',
    options: {
      method: z
        .enum(methods.map(({ name }) => name))
        .default(first.name)
        .describe('gives ŵ'),
      every: refreshOptions.every,
      smoothing: z.number().min(0).max(1).default(0.9).describe('α'),
    },
    lacks: first.lacks,
    make(place, { method, ...refresh }): GramianBalancer | GroupedBalancer {
      const other = methods.find(({ name }) => name === method) as GramianMethod;
      return { ...other.make(place, refresh), name: 'cr-mogm' };
    },
  });
}
