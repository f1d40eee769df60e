/** One way to divide tasks among networks. */
export interface Design {
  readonly slug: string;
  /** Each network as `semantic + depth`. */
  readonly title: string;
  /** The tasks of each network, in the order of the data's; together all of them, each once. */
  readonly networks: readonly (readonly string[])[];
}

/**
 * From a network for each task to one for all; in between, for each pair of tasks, one for the pair and one for
 * the rest.
 */
export function designsFor(tasks: readonly string[]): Design[] {
  const alone = tasks.map((task) => [task]);
  const between = tasks.length < 3 ? [] : pairsAndRest(tasks);
  const together = tasks.length < 2 ? [] : [[tasks]];
  const seen = new Set<string>();
  return [alone, ...between, ...together].flatMap((networks) => {
    const title = networks.map((group) => group.join(' + ')).join(', ');
    // Of four tasks, two pairs come twice: as a pair and its rest, and the other way round.
    const key = networks
      .map((group) => group.join())
      .sort()
      .join(' ');
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ slug: networks.map((group) => group.join('-')).join('.'), title, networks }];
  });
}

const pairsAndRest = (tasks: readonly string[]): (readonly string[])[][] =>
  tasks.flatMap((first, i) =>
    tasks.slice(i + 1).map((second) => {
      const rest = tasks.filter((task) => task !== first && task !== second);
      return [[first, second], rest];
    }),
  );

/** Every network of some designs once, the smaller ones first. */
export function networksOf(designs: readonly Design[]): (readonly string[])[] {
  const all = new Map(designs.flatMap(({ networks }) => networks.map((of) => [nameOf(of), of])));
  return [...all.values()].sort((a, b) => a.length - b.length);
}

/** A network by its tasks. */
export const nameOf = (network: readonly string[]): string => network.join('+');
