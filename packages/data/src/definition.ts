/** What a program can be taught by definitions of one's own. */
export type DefinitionKind = 'task' | 'data set' | 'balancer' | 'architecture';

// Of the global registry of symbols: a definition is known as one to another copy of this package too.
const MARK = Symbol.for('scene-mtl.definition');

/**
 * Marks what a `define…` function gives, so that it is known as such among the exports of a module.
 * @returns the same object
 * @example
 * ```ts
 * import { definitionKind, marked } from '@scene-mtl/data';
 * definitionKind(marked('balancer', { name: 'mine' })); // → 'balancer'
 * definitionKind({ name: 'mine' }); // → undefined
 * ```
 */
export function marked<T extends object>(kind: DefinitionKind, definition: T): T {
  // Not enumerable: a copy with other parts is not a definition before it is checked as one.
  return Object.defineProperty(definition, MARK, { value: kind });
}

/** What a value was defined as; undefined where no `define…` function gave it. */
export const definitionKind = (value: unknown): DefinitionKind | undefined =>
  typeof value === 'object' && value !== null
    ? (value as { [MARK]?: DefinitionKind })[MARK]
    : undefined;

/** What a registry knows its entries by. */
interface Named {
  readonly name: string;
  readonly alias?: readonly string[];
}

/**
 * Adds to a registry in place, so that whoever holds the list sees it. The same entry again changes nothing.
 * @param where begins the error
 * @throws when another entry has one of its names, whatever the case
 * @example
 * ```ts
 * import { addedTo } from '@scene-mtl/data';
 * const methods = [{ name: 'equal', alias: ['EW'] }];
 * addedTo(methods, { name: 'mine', alias: [] }, 'registerBalancer');
 * methods.map(({ name }) => name); // → ['equal', 'mine']
 * ```
 */
export function addedTo<T extends Named>(registry: readonly T[], entry: T, where: string): void {
  if (registry.includes(entry)) return;
  const namesOf = ({ name, alias = [] }: Named) => [name, ...alias];
  const taken = new Set(registry.flatMap(namesOf).map((name) => name.toLowerCase()));
  const again = namesOf(entry).find((name) => taken.has(name.toLowerCase()));
  if (again !== undefined) {
    throw new Error(`${where}: the name '${again}' is taken already; take another one`);
  }
  (registry as T[]).push(entry);
}
