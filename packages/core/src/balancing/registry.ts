import { addedTo } from '@scene-mtl/data';
import type { z } from 'zod';
import type { Balancer } from './balancer.ts';
import { autoLambda } from './auto-lambda.ts';
import { boundaryIntersection } from './boundary-intersection.ts';
import { composed, type CrossMethod, type GradientMethod, type LossMethod } from './composed.ts';
import { cosmos } from './cosmos.ts';
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
import { famo } from './famo.ts';
import { equal, fixed } from './fixed.ts';
import { forum } from './forum.ts';
import { geometricMean } from './geometric-mean.ts';
import { graddrop } from './graddrop.ts';
import { gradnorm } from './gradnorm.ts';
import { gradvac } from './gradvac.ts';
import { groupAlignment } from './group-alignment.ts';
import { impartialLosses } from './impartial-losses.ts';
import { imtl } from './imtl.ts';
import { imtlG } from './imtl-g.ts';
import { krum } from './krum.ts';
import { learned } from './learned.ts';
import { logSum } from './log-sum.ts';
import { maximumError } from './maximum-error.ts';
import { mgda } from './mgda.ts';
import { moco } from './moco.ts';
import { modo } from './modo.ts';
import { moml } from './moml.ts';
import { nash } from './nash.ts';
import { pcgrad } from './pcgrad.ts';
import { priority } from './priority.ts';
import { random } from './random.ts';
import { relobralo } from './relobralo.ts';
import { sdmgrad } from './sdmgrad.ts';
import { smoothTchebycheff } from './smooth-tchebycheff.ts';
import { softOptimal } from './soft-optimal.ts';
import { softadapt } from './softadapt.ts';
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

/** Every method of the losses: one backward pass. A new one is a file and a line here. */
export const lossMethods: readonly LossMethod[] = [
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
  impartialLosses,
  smoothTchebycheff,
  maximumError,
  famo,
  cosmos,
  boundaryIntersection,
  groupAlignment,
  softadapt,
  relobralo,
];

/** Every method of the gradients. A new one is a file and a line here. */
export const gradientMethods: readonly GradientMethod[] = [
  ...gramian,
  crMogm(gramian),
  gradnorm,
  graddrop,
  trimmedMean,
  dualBalancing,
  excess,
  moco,
];

/** Every pair of a method of the losses and one of the gradients that has a name of its own. */
export const namedPairs: readonly AnyBalancer[] = [imtl];

/** Every method of the gradients of three batches. A new one is a file and a line here. */
export const crossMethods: readonly CrossMethod[] = [modo, sdmgrad];

/** Every method that learns from other batches than the one it steps on. A new one is a file and a line here. */
export const batchMethods: readonly AnyBalancer[] = [...crossMethods, autoLambda, moml, forum];

/** Every method. */
export const balancers: readonly AnyBalancer[] = [
  ...lossMethods,
  ...gradientMethods,
  ...namedPairs,
  ...batchMethods,
];

/** What may stand after the + of two methods. */
const following = [...gradientMethods, ...crossMethods];

/** Methods of one's own; which kind one is of is known once it is made. */
const own: BalancerDefinition<z.ZodType, never>[] = [];

/**
 * Makes a method of one's own known by its name, to `balancerNamed` and to all that lists {@link balancers}.
 * @param definition what `defineBalancer` gave
 * @throws when another has its name or alias
 * @example
 * ```ts
 * import { balancerNamed, defineBalancer, equal, registerBalancer } from '@scene-mtl/core';
 * const mine = defineBalancer({ ...equal, name: 'mine', alias: ['ME'], make: equal.make });
 * registerBalancer(mine);
 * balancerNamed('me+upgrad').name; // → 'mine+upgrad'
 * ```
 */
export function registerBalancer<S extends z.ZodType, B extends Balancer>(
  definition: BalancerDefinition<S, B>,
): void {
  for (const registry of [balancers, own]) {
    addedTo<Pick<AnyBalancer, 'name' | 'alias'>>(registry, definition, 'registerBalancer');
  }
}

/**
 * The method of a name or an alias, whatever its case; or two of them, `uw+gradnorm`: one of the losses, and
 * one of the gradients of what it makes of them (see `composed`).
 * @throws naming all there are
 * @example
 * ```ts
 * import { balancerNamed } from '@scene-mtl/core';
 * balancerNamed('DWA').name; // → 'dynamic-average'
 * balancerNamed('uw+gradnorm').name; // → 'uncertainty+gradnorm'
 * balancerNamed('fixed').make({ objectives: [{ name: 'depth' }] }, { depth: 0.5 }).kind; // → 'scalar'
 * ```
 */
export function balancerNamed(nameOrAlias: string): AnyBalancer {
  const parts = nameOrAlias.split('+');
  if (parts.length === 1) {
    return found(balancers, nameOrAlias) ?? unknown(`balancer ${nameOrAlias}`, balancers);
  }
  const where = `balancer ${nameOrAlias}`;
  if (parts.length > 2) {
    throw new Error(`${where}: expected one method, or two with one + between, as uw+gradnorm`);
  }
  const losses = found([...lossMethods, ...own], parts[0]);
  const gradients = found([...following, ...own], parts[1]);
  return composed(
    losses ?? unknown(`${where}: before the + a method of the losses`, lossMethods),
    gradients ?? unknown(`${where}: after the + a method of the gradients`, following),
  );
}

function found<T extends AnyBalancer>(among: readonly T[], nameOrAlias: string): T | undefined {
  const wanted = nameOrAlias.toLowerCase();
  return among.find(({ name, alias }) =>
    [name, ...alias].some((known) => known.toLowerCase() === wanted),
  );
}

function unknown(where: string, among: readonly AnyBalancer[]): never {
  throw new Error(`${where}: expected one of ${among.map(({ name }) => name).join(', ')}`);
}
