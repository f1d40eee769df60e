import type { Artefacts } from '@scene-mtl/lab';
import { slugOf, type ItemResults, type ResultsGroup } from './group.ts';

/** An item as one group made it. */
export interface SectionPart {
  readonly group: ResultsGroup;
  readonly item: ItemResults;
  readonly artefacts: Artefacts;
}

/** An item with what every group made of it, best evidence first. */
export interface ResultsSection {
  readonly name: string;
  readonly title: string;
  readonly parts: readonly SectionPart[];
}

/** The items that at least one group has run, in the order of the paper. */
export const sectionsOf = (groups: readonly ResultsGroup[]): ResultsSection[] =>
  itemNames(groups).flatMap((name) => {
    const parts = groups.flatMap((group) =>
      group.items.flatMap((item) =>
        item.name === name && item.artefacts ? [{ group, item, artefacts: item.artefacts }] : [],
      ),
    );
    return parts.length > 0 ? [{ name: slugOf(name), title: parts[0].item.title, parts }] : [];
  });

/** Names of all items; what one group alone has keeps its place behind its neighbour there. */
export function itemNames(groups: readonly ResultsGroup[]): string[] {
  const names: string[] = [];
  for (const { items } of groups) {
    let next = 0;
    for (const { name } of items) {
      if (!names.includes(name)) names.splice(next, 0, name);
      next = names.indexOf(name) + 1;
    }
  }
  return names;
}
