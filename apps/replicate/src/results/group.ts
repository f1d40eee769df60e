import type { Config } from '../config/schema.ts';
import type { Artefacts, DataSummary } from '@scene-mtl/lab';

/** One table or figure of the paper within a group of results. */
export interface ItemResults {
  /** Name of its section: `table1`, `table1-tune-rates-0-05`; letters, digits, `-`. */
  readonly name: string;
  readonly title: string;
  /** Its command and its own flags as one types them: `table1 --tune-rates 0.05`. */
  readonly typed: string;
  /** Absent where it was not run. */
  readonly artefacts?: Artefacts;
}

/**
 * Results that may stand beside each other: one profile on one data set. Groups are never mixed in a
 * table, so that a quick result cannot pose as a standard one.
 */
export interface ResultsGroup {
  /** `quick`, `standard`, … */
  readonly profile: string;
  /** Its seeds are those that were run. */
  readonly config: Config;
  readonly data: Pick<DataSummary, 'name' | 'frames'>;
  /** Flags that chose the data and changed the profile, as one types them. */
  readonly flags: string;
  /** In the order of the paper; without those that the data cannot have. */
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
export function groupName({ profile, config, data }: Omit<ResultsGroup, 'items'>): string {
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

/** `128×256 px` */
export const sizeText = ({ config: { size } }: ResultsGroup): string =>
  `${size.height}×${size.width} px`;

/** `quick / street: 64×128 px, 600 steps, seed 1`: how long and on what, in every heading. */
export function groupHeading(group: ResultsGroup): string {
  const { training, seeds } = group.config;
  const plural = seeds.length > 1 ? 's' : '';
  return `${groupName(group)}: ${sizeText(group)}, ${training.steps} steps, seed${plural} ${seeds.join(', ')}`;
}

/** The command that makes an item of a group, or `ITEM` in its place. */
export const commandOf = ({ flags }: ResultsGroup, { typed } = { typed: 'ITEM' }): string =>
  `npm run replicate -- ${typed} ${flags}`.trim();

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
