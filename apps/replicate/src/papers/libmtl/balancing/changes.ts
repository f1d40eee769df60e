import type { ComparedArm } from '@scene-mtl/lab';
import { changesOf } from '../../../scenes/changes.ts';
import type { BalancingContext } from './rows.ts';

/**
 * By how much the Δm of an arm differs from that of equal weights, percent of these, seed by seed: below 0 is better.
 * Empty without a seed that both have.
 */
export const changesAgainst = (
  context: BalancingContext,
  arm: ComparedArm,
  equal: ComparedArm,
): number[] =>
  arm.runs.flatMap((run) => {
    const same = equal.runs.filter(({ spec }) => spec.seed === run.spec.seed);
    const of = (runs: ComparedArm['runs']): number[] => changesOf(context, { ...arm, runs }, equal);
    const [[ours], [theirs]] = [of([run]), of(same)];
    return ours === undefined || theirs === undefined ? [] : [ours - theirs];
  });
