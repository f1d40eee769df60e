import { stream, type Random } from '@scene-mtl/data';

/**
 * Where a layer stands: the prefix of its name and the seed of the initial weights. The weights of
 * a layer depend on the seed and on its full name only, not on the order of construction.
 */
export interface Scope {
  /** Full name, `stage2/block1`; letters, digits, `_`, `-`, `.` and `/`. */
  readonly name: string;
  readonly seed: number;
}

/** The scope `name` inside `scope`. */
export const inside = (scope: Scope, name: string): Scope => ({
  name: scope.name === '' ? name : `${scope.name}/${name}`,
  seed: scope.seed,
});

/** The stream from which the weight `name` of a scope is drawn. */
export const initialStream = (scope: Scope, name: string): Random =>
  stream(scope.seed, 'initial', `${scope.name}/${name}`);
