import { z } from 'zod';
import {
  defineBalancer,
  type BalancerDefinition,
  type BalancerFacts,
  type BalancerPlace,
} from './define.ts';
import type { GradientBalancer } from './gradient-balancer.ts';

/** Whose gradients are balanced: an option of every method of the gradients. */
export const modeOptions = {
  mode: z
    .enum(['parameters', 'representation'])
    .default('parameters')
    .describe('whose gradients are balanced: shared parameters, or what the heads read of them'),
};

/** What defines a method of the gradients, besides the options that all of them have. */
export type GradientFacts<S extends z.ZodRawShape, B> = Omit<
  BalancerFacts<z.ZodType>,
  'options'
> & {
  readonly options: S;
  readonly make: (
    place: BalancerPlace & { tasks: string[] },
    options: z.output<z.ZodObject<S>>,
  ) => B;
};

/**
 * `defineBalancer` for a method of the gradients: adds {@link modeOptions} to its options.
 *
 * In place of the K gradients of the shared parameters, those of the shared representation z may be balanced
 * (the upper bound of Sener & Koltun 2018, section 3.3; LibMTL's `rep_grad`): K backward passes through the
 * heads, and one through what lies before z. The direction d stands for the gradient of z, and the shared
 * parameters get `d · ∂z/∂θ`. A method that keeps numbers of every element refuses it: in the next batch an
 * element of z is of another example.
 */
export function defineGradient<S extends z.ZodRawShape, B extends GradientBalancer>({
  make,
  options,
  ...facts
}: GradientFacts<S, B>): BalancerDefinition<
  z.ZodObject<S & typeof modeOptions, z.core.$strict>,
  B
> {
  const { name } = facts;
  return defineBalancer({
    ...facts,
    options: z.strictObject({ ...options, ...modeOptions }),
    make(place, all): B {
      const made = make(place, all as z.output<z.ZodObject<S>>);
      const { mode } = all as unknown as { mode: GradientBalancer['mode'] };
      if (mode !== 'representation') return made;
      if (made.kind !== 'gramian' && (made.memory ?? []).length > 0) {
        throw new Error(
          `${name}: mode representation: it keeps ${made.memory?.join(', ')} from batch to batch, and in the ` +
            `next batch an element of the representation is of another example; use mode=parameters`,
        );
      }
      return { ...made, mode };
    },
  });
}
