/** One of the changes of the story. */
export interface Change {
  /** Of the run that it makes, and of its metrics. */
  readonly slug: string;
  readonly title: string;
  /** The head that is trained; absent: all that there are. */
  readonly head?: string;
  /** Whether the head begins anew. */
  readonly isFresh?: boolean;
  /** Parts of the trunk that are trained with it. */
  readonly unfreeze?: readonly string[];
}

/** What the network begins with. */
export const BASE_TASKS: readonly string[] = ['semantic', 'instance', 'depth'];

/** The changes, each of the network that the one before it left. */
export const CHANGES: readonly Change[] = [
  { slug: 'tune-depth', title: 'Tune depth', head: 'depth' },
  { slug: 'add-edges', title: 'Add edges', head: 'edges', isFresh: true },
  { slug: 'replace-instance', title: 'Replace instance', head: 'instance', isFresh: true },
  {
    slug: 'unfreeze-aspp',
    title: 'Tune semantic with the pyramid',
    head: 'semantic',
    unfreeze: ['encoder/aspp'],
  },
  { slug: 'refresh', title: 'Refresh all, end to end' },
];

/** Metrics of a change in a story's result. */
export const metricOfChange = (slug: string, what: string): string => `${slug}/${what}`;
