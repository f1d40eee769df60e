import { marked } from '@scene-mtl/data';
import { checkedBy } from '@scene-mtl/data/json';
import { z } from 'zod';
import type { Balanced, Balancer } from './balancer.ts';

/** What a method may take from the run it serves. */
export interface BalancerPlace {
  /** The objectives, in the order of the network's heads. */
  readonly objectives: readonly Balanced[];
  /** Seed of methods that draw. Default 0. */
  readonly seed?: number;
  /** Batches of an epoch, for methods that go by epochs. */
  readonly batchesPerEpoch?: number;
  /** s = log σ² at the start of methods that learn it and are not told otherwise. Default 0. */
  readonly initialLogVariance?: number;
}

/**
 * What users take for granted of a method; tested on every one that does not say otherwise. Asked of
 * all: what an absent objective holds has no influence and what is its own stays as it is, zero
 * gradients give finite numbers, compiled equals eager, state survives a checkpoint.
 */
export type Property =
  /** The order of the objectives has no influence. */
  | 'order'
  /** Where an objective is absent the shared update points as if it had never been. */
  | 'absence'
  /** Two objectives with the same loss and gradient get the same weight. */
  | 'equal tasks'
  /** A factor of one objective's loss leaves the direction of the shared update unchanged. */
  | 'scale';

/** What a method of gradients may promise of its direction d; tested where it does, and on random gradients. */
export type Guarantee =
  /** `gᵢ · d ≥ 0` for every objective, of linearly independent gradients: none gets worse, to first order. */
  | 'non-conflicting'
  /** d is a linear function of factors ≥ 0 of the objectives' gradients (Quinton & Rey 2024). */
  | 'linear under scaling';

/** What a method says of itself. */
export interface BalancerFacts<S extends z.ZodType> {
  /** Canonical: in configurations, run ids and on the command line. */
  readonly name: string;
  /** Short names in the field, for example LibMTL's. */
  readonly alias: readonly string[];
  /** Publication, with the number of the equation. */
  readonly source: string;
  /** In the symbols of the code: L loss, s = log σ², w weight, g gradient, K objectives. */
  readonly formula: string;
  /** What a step costs beside equal weights. */
  readonly cost: string;
  /** Schema of its options, each with its default. */
  readonly options: S;
  /** Properties that it does not have, each with the reason. */
  readonly lacks: Readonly<Partial<Record<Property, string>>>;
  /** What it promises of its direction; default nothing. */
  readonly guarantees?: readonly Guarantee[];
}

/** A method of the registry. */
export interface BalancerDefinition<
  S extends z.ZodType = z.ZodType,
  B extends Balancer = Balancer,
> extends BalancerFacts<S> {
  /**
   * Makes the balancer of a run.
   * @throws naming the method and the option that is unknown, missing or out of range
   */
  make(place: BalancerPlace, options?: z.input<S>): B;
}

/**
 * Adds the checks that are the same for all to a method: its objectives and its options.
 * @example
 * ```ts
 * import { balancerNamed, defineBalancer, type ScalarBalancer } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * import { checkedBy } from '@scene-mtl/data/json';
import { z } from 'zod';
 * const largest = defineBalancer({
 *   name: 'largest',
 *   alias: [],
 *   source: 'an example',
 *   formula: 'max L',
 *   cost: 'none',
 *   options: z.strictObject({}),
 *   lacks: { scale: 'the largest loss depends on units', 'equal tasks': 'one of them is taken' },
 *   make: ({ tasks }): ScalarBalancer => ({
 *     name: 'largest',
 *     kind: 'scalar',
 *     variables: {},
 *     state: {},
 *     inputs: {},
 *     inputsAt: () => ({}),
 *     combine: (losses) => ({ total: tf.max(tf.stack(tasks.map((task) => losses[task]))), report: {} }),
 *   }),
 * });
 * const balancer = largest.make({ objectives: [{ name: 'semantic' }, { name: 'depth' }] });
 * const losses = { semantic: tf.scalar(2), depth: tf.scalar(0.5) };
 * balancer.combine(losses, { present: {}, inputs: {}, sum: () => tf.scalar(0) }).total.arraySync(); // → 2
 * ```
 */
export function defineBalancer<S extends z.ZodType, B extends Balancer>({
  make,
  ...facts
}: BalancerFacts<S> & {
  readonly make: (place: BalancerPlace & { tasks: string[] }, options: z.output<S>) => B;
}): BalancerDefinition<S, B> {
  const { name } = facts;
  return marked('balancer', {
    ...facts,
    make(place: BalancerPlace, options?: z.input<S>) {
      const tasks = place.objectives.map((objective) => objective.name);
      if (tasks.length === 0 || new Set(tasks).size < tasks.length) {
        throw new Error(`${name}: expected one or more distinct tasks, got [${tasks.join(', ')}]`);
      }
      return make({ ...place, tasks }, checkedBy(facts.options, nested(name, options ?? {}), name));
    },
  });
}

/**
 * Options as a command line gives them, by parts: `{ 'preference.depth': 2 }` is
 * `{ preference: { depth: 2 } }`.
 * @throws when an option is given both whole and by parts
 */
function nested(method: string, options: object): object {
  const whole = new Map<string, unknown>();
  const parts = new Map<string, [part: string, value: unknown][]>();
  for (const [key, value] of Object.entries(options)) {
    const at = key.indexOf('.');
    if (at < 0) whole.set(key, value);
    else {
      const option = key.slice(0, at);
      parts.set(option, [...(parts.get(option) ?? []), [key.slice(at + 1), value]]);
    }
  }
  const both = [...parts.keys()].find((option) => whole.has(option));
  if (both !== undefined) {
    throw new Error(`${method}: ${both} is given whole and by parts; give one of them`);
  }
  return Object.fromEntries([
    ...whole,
    ...[...parts].map(([option, given]) => [option, Object.fromEntries(given)] as const),
  ]);
}

/** Options of a method that has none. */
export const noOptions = z.strictObject({});
