import type { Config } from '../config/schema.ts';
import type { Artefacts, DataSummary } from '../experiment/item.ts';

/** One table or figure of the paper within a group of results. */
export interface ItemResults {
  /** Name of its command: `table1`, `figure9`; letters, digits, `-`. */
  readonly name: string;
  readonly title: string;
  /** The command that makes it, as one types it. */
  readonly command: string;
  /** Absent where it was not run: shown as a dash. */
  readonly artefacts?: Artefacts;
}

/**
 * Results that may stand beside each other: one profile on one data set. Groups are never mixed in a
 * table, so that a quick result cannot pose as a standard one.
 */
export interface ResultsGroup {
  /** `quick`, `standard`, … */
  readonly profile: string;
  readonly config: Config;
  readonly data: Pick<DataSummary, 'name' | 'frames'>;
  /** In the order of the paper. */
  readonly items: readonly ItemResults[];
  /** Name → value of every run behind it (`RunRecord.environment`); equal ones are shown once. */
  readonly environments: readonly Readonly<Record<string, string>>[];
}

/** A file to write, relative to the root of the repository. */
export interface ResultsFile {
  readonly path: string;
  readonly content: string | Uint8Array;
}

/** `quick / street`, `camvid / camvid, ImageNet weights`: the short name of a group. */
export function groupName({ profile, config, data }: ResultsGroup): string {
  const { encoder } = config.network;
  const start =
    encoder.kind !== 'mobilenet' ? [] : [encoder.weights ? 'ImageNet weights' : 'scratch'];
  return [`${profile} / ${data.name}`, ...start].join(', ');
}

/** The same for file names and anchors: lower-case letters, digits and `-`. */
export const groupSlug = (group: ResultsGroup): string => slugOf(groupName(group));

/** Text → letters, digits and `-`. */
export const slugOf = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

/** `quick / street: 64×128, 600 steps, seed 1`: how long and on what, in every heading. */
export function groupHeading(group: ResultsGroup): string {
  const { size, training, seeds } = group.config;
  const plural = seeds.length > 1 ? 's' : '';
  return `${groupName(group)}: ${size.height}×${size.width} px, ${training.steps} steps, seed${plural} ${seeds.join(', ')}`;
}

/** Machine, versions and commits behind a group: every distinct value of each name, joined. */
export function groupEnvironment({ environments }: ResultsGroup): Record<string, string> {
  const values = new Map<string, Set<string>>();
  for (const environment of environments) {
    for (const [name, value] of Object.entries(environment)) {
      const known = values.get(name) ?? new Set();
      values.set(name, known.add(value));
    }
  }
  // Sorted: the order in which runs were finished must not show.
  return Object.fromEntries([...values].map(([name, of]) => [name, [...of].sort().join('; ')]));
}
