import { marked } from '@scene-mtl/data';
import { checkedBy } from '@scene-mtl/data/json';
import type { z } from 'zod';
import type { Architecture, ArchitecturePlace, Sharing } from './architecture.ts';

/** Names and sizes of what an architecture is made of. */
export interface ArchitectureSizes {
  readonly tasks: readonly string[];
  /** Shape of one example: `[H, W, 3]` of images, `[n]` of numbers. */
  readonly input: readonly number[];
  /** Channels of each head's output, by its task. */
  readonly outputs: Readonly<Record<string, number>>;
  /** Of the encoder, in order: trainable numbers and output channels of a stage built once, behind the one before. */
  readonly stages: readonly {
    readonly name: string;
    readonly parameters: number;
    readonly channels: number;
    readonly stride: number;
    /** Shapes of its kernels. */
    readonly kernels: readonly (readonly number[])[];
  }[];
}

/** What an architecture says of itself. */
export interface ArchitectureFacts<S extends z.ZodType> {
  /** Canonical: in configurations, run ids and on the command line. */
  readonly name: string;
  /** Names in the field, for example LibMTL's. */
  readonly alias: readonly string[];
  /** Publication, with the number of the equation. */
  readonly source: string;
  /** In the symbols of the code: x features of a stage, W weights, a and b tasks, L loss. */
  readonly formula: string;
  /** Schema of its options. */
  readonly options: S;
  /** Settings of the options, each with a short name, that tests and documents go through; the first is the usual one. */
  readonly settings: (tasks: readonly string[], stages: readonly string[]) => Settings<S>;
  /** Why what it gives as a gradient is not the derivative of its losses; absent: it is. */
  readonly surrogate?: string;
  /** Trainable numbers besides those of the heads. */
  readonly parameters: (sizes: ArchitectureSizes, options: z.output<S>) => number;
}

/** Options by the short name of a setting. */
export type Settings<S extends z.ZodType> = Readonly<Record<string, z.input<S>>>;

/** An architecture of the registry. */
export interface ArchitectureDefinition<
  S extends z.ZodType = z.ZodType,
> extends ArchitectureFacts<S> {
  /** @throws naming the architecture and the option that is unknown, missing or out of range */
  make(options?: z.input<S>): Architecture;
}

/**
 * Adds the checks that are the same for all to an architecture: its options, and what it made.
 * @example
 * ```ts
 * import { defineArchitecture, headOn, lastFeatures, type Scope } from '@scene-mtl/core';
 * import { z } from 'zod';
 * const first = defineArchitecture({
 *   name: 'first-stage-only',
 *   alias: [],
 *   source: 'an example',
 *   formula: 'x₁',
 *   options: z.strictObject({}),
 *   settings: () => ({ usual: {} }),
 *   parameters: ({ stages }) => stages[0].parameters,
 *   build({ input, encoder, heads, seed }) {
 *     const [{ name, stride, channels, build }] = encoder.stages;
 *     const scope: Scope = { name: 'encoder', seed, owner: 'shared' };
 *     const stages = [{ name, stride, channels, features: build(input, scope) }];
 *     return {
 *       outputs: Object.fromEntries(heads.map((head) => [head.name, headOn(head, stages, seed)])),
 *       stages: Object.fromEntries(heads.map((head) => [head.name, stages])),
 *       sharing: () => [{ stage: name, degree: 1, values: {} }],
 *     };
 *   },
 * });
 * first.make().name; // → 'first-stage-only'
 * ```
 */
export function defineArchitecture<S extends z.ZodType>({
  build,
  ...facts
}: ArchitectureFacts<S> & {
  readonly build: (place: ArchitecturePlace, options: z.output<S>) => Sharing;
}): ArchitectureDefinition<S> {
  const { name } = facts;
  return marked('architecture', {
    ...facts,
    make(given?: z.input<S>) {
      const options = checkedBy(facts.options, given ?? {}, name);
      return {
        name,
        build(place: ArchitecturePlace) {
          const made = build(place, options);
          const missing = place.heads.find(
            (head) => !made.outputs[head.name] || !made.stages[head.name],
          );
          if (!missing) return made;
          throw new Error(
            `${name}: expected an output of ${missing.name}, got none; build its head`,
          );
        },
      };
    },
  });
}
