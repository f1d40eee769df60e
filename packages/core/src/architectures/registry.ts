import { addedTo } from '@scene-mtl/data';
import type { z } from 'zod';
import { cgc } from './cgc.ts';
import type { ArchitectureDefinition } from './define.ts';
import { dselectK } from './dselect-k.ts';
import { hardSharing } from './hard-sharing.ts';
import { ltb } from './ltb.ts';
import { mmoe } from './mmoe.ts';
import { mtan } from './mtan.ts';
import { ple } from './ple.ts';
import { relationshipNetwork } from './relationship-network.ts';
import { tensorFactorisation } from './tensor-factorisation.ts';
import { adaptiveBranching } from './adaptive-branching.ts';
import { crossStitch } from './cross-stitch.ts';
import { gradientReversal } from './gradient-reversal.ts';
import { jointManyTask } from './joint-many-task.ts';
import { lowSupervision } from './low-supervision.ts';
import { privateLayer } from './private-layer.ts';
import { singleTasks } from './single-tasks.ts';
import { sluice } from './sluice.ts';
import { softSharing } from './soft-sharing.ts';
import { tree } from './tree.ts';

/** An architecture with options of any schema. */
export type AnyArchitecture = ArchitectureDefinition<z.ZodType>;

/** Every architecture. A new one is a file and a line here. */
export const architectures: readonly AnyArchitecture[] = [
  hardSharing,
  mtan,
  mmoe,
  cgc,
  ple,
  dselectK,
  tensorFactorisation,
  relationshipNetwork,
  ltb,
  singleTasks,
  tree,
  privateLayer,
  softSharing,
  crossStitch,
  sluice,
  lowSupervision,
  jointManyTask,
  adaptiveBranching,
  gradientReversal,
];

/**
 * The architecture of a name or an alias, whatever its case.
 * @throws naming all there are
 * @example
 * ```ts
 * import { architectureNamed } from '@scene-mtl/core';
 * architectureNamed('HPS').name; // → 'hard-sharing'
 * ```
 */
export function architectureNamed(nameOrAlias: string): AnyArchitecture {
  const wanted = nameOrAlias.toLowerCase();
  const found = architectures.find(({ name, alias }) =>
    [name, ...alias].some((known) => known.toLowerCase() === wanted),
  );
  if (found) return found;
  const names = architectures.map(({ name }) => name).join(', ');
  throw new Error(`architecture ${nameOrAlias}: expected one of ${names}`);
}

/**
 * Makes an architecture of one's own known by its name, to `architectureNamed` and to all that lists
 * {@link architectures}.
 * @param definition what `defineArchitecture` gave
 * @throws when another has its name or alias
 * @example
 * ```ts
 * import { architectureNamed, hardSharing, registerArchitecture } from '@scene-mtl/core';
 * registerArchitecture({ ...hardSharing, name: 'mine', alias: [] });
 * architectureNamed('mine').formula; // → hardSharing.formula
 * ```
 */
export const registerArchitecture = <S extends z.ZodType>(
  definition: ArchitectureDefinition<S>,
): void =>
  addedTo<Pick<AnyArchitecture, 'name' | 'alias'>>(
    architectures,
    definition,
    'registerArchitecture',
  );
