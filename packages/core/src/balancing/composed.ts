import { z } from 'zod';
import type { Balancer, ComposedBalancer, FollowingBalancer } from './balancer.ts';
import type { BalancerDefinition } from './define.ts';
import type { GradientBalancer } from './gradient-balancer.ts';
import type { ScalarBalancer } from './scalar-balancer.ts';
import type { CrossBalancer } from './second-batch-balancer.ts';
import type { Stateful } from './stateful.ts';

/** A method of the losses, with options of any schema. */
export type LossMethod = BalancerDefinition<z.ZodType, ScalarBalancer>;
/** A method of the gradients, with options of any schema. */
export type GradientMethod = BalancerDefinition<z.ZodType, GradientBalancer>;
/** A method of the gradients of three batches, with options of any schema. */
export type CrossMethod = BalancerDefinition<z.ZodType, CrossBalancer>;

/**
 * A method of the losses with one of the gradients: `uncertainty+gradnorm`. Its options are those of both,
 * each after the name of its method and a dot: `gradnorm.alpha`.
 * @example
 * ```ts
 * import { balancerNamed } from '@scene-mtl/core';
 * const both = balancerNamed('UW+GradNorm');
 * both.name; // → 'uncertainty+gradnorm'
 * const balancer = both.make({ objectives: [{ name: 'depth' }] }, { 'gradnorm.alpha': 1 });
 * [balancer.kind, Object.keys(balancer.variables)]; // → ['composed', ['depth']]
 * ```
 */
export function composed(
  losses: LossMethod,
  gradients: GradientMethod | CrossMethod,
): BalancerDefinition<z.ZodType, ComposedBalancer> {
  const name = `${losses.name}+${gradients.name}`;
  return {
    name,
    alias: [],
    source: `${losses.source}; ${gradients.source}`,
    formula: `${gradients.formula}, with wᵢgᵢ for gᵢ, w of: ${losses.formula}`,
    cost: [losses, gradients]
      .map(({ cost }) => cost)
      .filter((cost) => cost !== 'none')
      .join(', '),
    options: z.record(z.string(), z.unknown()),
    lacks: lacking(losses, gradients),
    make(place, options) {
      const given = Object.entries((options ?? {}) as Readonly<Record<string, unknown>>);
      const methods = [losses, gradients].map((method) => method.name);
      const known = methods.map((method) => `${method}.`);
      const over = given.find(([key]) => !known.some((prefix) => key.startsWith(prefix)));
      if (over) {
        throw new Error(
          `${name}: expected options that begin with ${known.join(' or ')}, got ${over[0]}`,
        );
      }
      const optionsOf = (method: string) =>
        Object.fromEntries(
          given.flatMap(([key, value]) =>
            key.startsWith(`${method}.`) ? [[key.slice(method.length + 1), value]] : [],
          ),
        );
      const first = losses.make(place, optionsOf(losses.name));
      const second = gradients.make(place, optionsOf(gradients.name));
      assertGoTogether(name, first, second);
      return compose(name, first, second);
    },
  };
}

/** Of methods of one's own the kind is known only now. */
function assertGoTogether(name: string, losses: Balancer, gradients: Balancer): void {
  if (losses.kind !== 'scalar') {
    throw new Error(`${name}: before the + a method of the losses; ${losses.name} is none`);
  }
  if (!['gramian', 'grouped', 'jacobian', 'cross'].includes(gradients.kind)) {
    throw new Error(`${name}: after the + a method of the gradients; ${gradients.name} is none`);
  }
}

/** What either lacks; but a factor of a loss that one of them takes out is out for both. */
function lacking(losses: LossMethod, gradients: GradientMethod | CrossMethod): LossMethod['lacks'] {
  const { scale, ...rest } = { ...gradients.lacks, ...losses.lacks };
  const both = 'scale' in losses.lacks && 'scale' in gradients.lacks;
  return { ...rest, ...(both && scale !== undefined && { scale }) };
}

function compose(
  name: string,
  losses: ScalarBalancer,
  gradients: FollowingBalancer,
): ComposedBalancer {
  const parts = [losses, gradients];
  const joined = <T>(of: (part: Balancer) => Readonly<Record<string, T>>): Record<string, T> =>
    Object.assign({}, ...parts.map((part) => prefixed(part, of(part)))) as Record<string, T>;
  return {
    kind: 'composed',
    name,
    losses,
    gradients,
    variables: { ...losses.variables, ...gradients.variables },
    state: joined((part) => part.state),
    inputs: joined((part) => part.inputs),
    inputsAt: (batch) => joined((part) => part.inputsAt(batch)),
  };
}

const prefixed = <T>({ name }: Stateful, values: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [`${name}/${key}`, value]));
