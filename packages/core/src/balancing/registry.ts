import type { z } from 'zod';
import type { Balancer } from './balancer.ts';
import type { BalancerDefinition } from './define.ts';
import { aligned } from './aligned.ts';
import { bisector } from './bisector.ts';
import { cagrad } from './cagrad.ts';
import { config } from './config.ts';
import { crMogm, type GramianMethod } from './cr-mogm.ts';
import { dualBalancing } from './dual-balancing.ts';
import { dualProjection } from './dual-projection.ts';
import { dynamicAverage } from './dynamic-average.ts';
import { excess } from './excess.ts';
import { fairgrad } from './fairgrad.ts';
import { equal, fixed } from './fixed.ts';
import { geometricMean } from './geometric-mean.ts';
import { graddrop } from './graddrop.ts';
import { gradvac } from './gradvac.ts';
import { imtlG } from './imtl-g.ts';
import { krum } from './krum.ts';
import { learned } from './learned.ts';
import { logSum } from './log-sum.ts';
import { mgda } from './mgda.ts';
import { moco } from './moco.ts';
import { nash } from './nash.ts';
import { pcgrad } from './pcgrad.ts';
import { priority } from './priority.ts';
import { random } from './random.ts';
import { softOptimal } from './soft-optimal.ts';
import { trimmedMean } from './trimmed-mean.ts';
import { uncertaintyExact } from './uncertainty-exact.ts';
import { uncertaintyNormalised } from './uncertainty-normalised.ts';
import { uncertaintyForms } from './uncertainty.ts';
import { upgrad } from './upgrad.ts';

/** A method of any kind, with options of any schema. */
export type AnyBalancer = BalancerDefinition<z.ZodType, Balancer>;

/** Methods that weigh gradients by their scalar products. */
const gramian: readonly GramianMethod[] = [
  mgda,
  bisector,
  pcgrad,
  gradvac,
  cagrad,
  nash,
  fairgrad,
  aligned,
  imtlG,
  config,
  upgrad,
  dualProjection,
  priority,
  krum,
];

/** Every method. A new one is a file and a line here. */
export const balancers: readonly AnyBalancer[] = [
  ...uncertaintyForms,
  uncertaintyExact,
  uncertaintyNormalised,
  equal,
  fixed,
  learned,
  logSum,
  geometricMean,
  random,
  softOptimal,
  dynamicAverage,
  ...gramian,
  crMogm(gramian),
  graddrop,
  trimmedMean,
  dualBalancing,
  excess,
  moco,
];

/**
 * The method of a name or an alias, whatever its case.
 * @throws naming all there are
 * @example
 * ```ts
 * import { balancerNamed } from '@scene-mtl/core';
 * balancerNamed('DWA').name; // → 'dynamic-average'
 * balancerNamed('fixed').make({ objectives: [{ name: 'depth' }] }, { depth: 0.5 }).kind; // → 'scalar'
 * ```
 */
export function balancerNamed(nameOrAlias: string): AnyBalancer {
  const wanted = nameOrAlias.toLowerCase();
  const found = balancers.find(({ name, alias }) =>
    [name, ...alias].some((known) => known.toLowerCase() === wanted),
  );
  if (found) return found;
  const names = balancers.map(({ name }) => name).join(', ');
  throw new Error(`balancer ${nameOrAlias}: expected one of ${names}`);
}
