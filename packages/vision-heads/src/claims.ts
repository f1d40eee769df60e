import type { KitData, TargetKit } from './target-kit.ts';

/** A kit with a field that it makes the task of. */
export interface Claim<K extends TargetKit> {
  readonly kit: K;
  readonly field: string;
}

/**
 * Which kit makes the task of each field of some data, in the order of the kits. What a kit of one's own learns
 * from is no other's: so a field of a usual kind can get another head, loss or metric.
 * @param kits those that came with this package, then one's own
 * @param usual how many came with it
 * @throws when two of one's own learn from the same field
 */
export function claims<K extends TargetKit>(
  kits: readonly K[],
  usual: number,
  data: KitData,
): Claim<K>[] {
  const owner = new Map<string, K>();
  const own = kits.slice(usual).flatMap((kit) =>
    kit.fieldsIn(data).map((field) => {
      const other = owner.get(field);
      if (other) {
        throw new Error(
          `task kits ${other.name} and ${kit.name}: both learn from ${field}; a field has one task`,
        );
      }
      owner.set(field, kit);
      return { kit, field };
    }),
  );
  const others = kits
    .slice(0, usual)
    .flatMap((kit) => kit.fieldsIn(data).map((field) => ({ kit, field })));
  return [...others.filter(({ field }) => !owner.has(field)), ...own];
}
