import { z } from 'zod';
import type { ComposedBalancer } from './balancer.ts';
import { composed } from './composed.ts';
import { defineBalancer, type BalancerDefinition } from './define.ts';
import type { GradientBalancer } from './gradient-balancer.ts';
import type { ScalarBalancer } from './scalar-balancer.ts';

/** What {@link namedPair} is told. */
export interface PairFacts<L extends z.ZodRawShape, G extends z.ZodRawShape> {
  readonly name: string;
  readonly alias: readonly string[];
  readonly source: string;
  readonly losses: BalancerDefinition<z.ZodObject<L>, ScalarBalancer>;
  readonly gradients: BalancerDefinition<z.ZodObject<G>, GradientBalancer>;
}

/**
 * Two methods that are published as one: `composed` under a name of its own. It takes the options of both as they
 * are called there; no two have one name.
 */
export function namedPair<L extends z.ZodRawShape, G extends z.ZodRawShape>(
  facts: PairFacts<L, G>,
): BalancerDefinition<z.ZodObject<L & G>, ComposedBalancer> {
  const { name, alias, source, losses, gradients } = facts;
  const pair = composed(losses, gradients);
  const { formula, cost, lacks } = pair;
  const [first, second] = [losses.options.shape, gradients.options.shape];
  const twice = Object.keys(first).find((option) => option in second);
  if (twice !== undefined) throw new Error(`${name}: both methods have an option ${twice}`);
  const prefixOf = (option: string) => (option in first ? losses.name : gradients.name);
  return defineBalancer({
    ...{ name, alias, source, formula, cost, lacks },
    options: z.strictObject({ ...first, ...second }),
    make(place, options): ComposedBalancer {
      const given = Object.entries(options as Record<string, unknown>)
        .filter(([, value]) => value !== undefined)
        .map(([option, value]) => [`${prefixOf(option)}.${option}`, value] as const);
      return { ...pair.make(place, Object.fromEntries(given)), name };
    },
  });
}
