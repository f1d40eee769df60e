import type { Artefacts } from '../experiment/artefacts.ts';

/** With what an experiment of a group was run: its seeds may be fewer than those of the group. */
export interface RunWith {
  /** How many seeds. */
  readonly seeds: number;
  /** The group's name with all that numbers depend on: size, steps, seeds. */
  readonly heading: string;
  /** Flags that choose the data, change the profile and give the seeds, as one types them. */
  readonly flags: string;
  /** Seeds of which a part of the runs is there, and whether they are shown, in words. */
  readonly partly?: string;
}

/** One experiment within a group of results. */
export interface ExperimentResults extends RunWith {
  /** Name of its section: letters, digits, `-`. */
  readonly name: string;
  readonly title: string;
  /** Its command and its own flags as one types them. */
  readonly typed: string;
  /** Absent where it was not run. */
  readonly artefacts?: Artefacts;
}

/**
 * Results that may stand beside each other: one profile on one data set. Groups are never mixed in a
 * table, so that a quick result cannot pose as one of a long training.
 */
export interface ResultsGroup {
  /** Short and unique: the profile and the data. */
  readonly name: string;
  /** The name with all that numbers depend on: size, steps, all seeds. */
  readonly heading: string;
  /** What it was made with, in a line of a table: column → text; the columns of all groups are the same. */
  readonly overview: Readonly<Record<string, string>>;
  /** The rest of what its numbers depend on. */
  readonly conditions: Readonly<Record<string, string>>;
  /** Flags that chose the data, changed the profile and gave all seeds, as one types them. */
  readonly flags: string;
  /** In the order of sections; without those that the data cannot have. */
  readonly experiments: readonly ExperimentResults[];
  /** Name → value of every run behind it; equal ones are shown once. */
  readonly environments: readonly Readonly<Record<string, string>>[];
}

/** A file to write, relative to the folder of the pages. */
export interface ResultsFile {
  readonly path: string;
  readonly content: string | Uint8Array;
}

/** What pages say besides results. */
export interface ResultsTexts {
  /** One sentence on what this is. */
  readonly subject: string;
  /** What was asked, a paragraph each. */
  readonly asked: readonly string[];
  /** What was learned in doing it: a heading and its points. */
  readonly remarks: readonly { readonly heading: string; readonly points: readonly string[] }[];
  readonly howToRead: readonly string[];
  /** What stands before the list of what was not run. */
  readonly notRunLead: string;
  /** What every command begins with. */
  readonly program: string;
  /** The experiment whose first table stands in the summary, as the group with most seeds has it. */
  readonly main: string;
}

/** The name of a group for file names and anchors. */
export const groupSlug = ({ name }: Pick<ResultsGroup, 'name'>): string => slugOf(name);

/**
 * Text → lower-case letters, digits and `-`.
 * @example
 * ```ts
 * import { slugOf } from '@scene-mtl/lab';
 * slugOf('Table 1, 64×128'); // → 'table-1-64-128'
 * ```
 */
export const slugOf = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

/** The command that makes an experiment as a group has it. */
export const commandOf = (
  { program }: Pick<ResultsTexts, 'program'>,
  { typed, flags }: Pick<ExperimentResults, 'typed' | 'flags'>,
): string => `${program} ${typed} ${flags}`.trim();

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

/** All conditions of a group: what it was made with, on which machines. */
export const factsOf = (group: ResultsGroup): Record<string, string> => ({
  ...Object.fromEntries(
    Object.entries(group.overview).map(([name, text]) => [name.toLowerCase(), text]),
  ),
  ...group.conditions,
  ...groupEnvironment(group),
});
