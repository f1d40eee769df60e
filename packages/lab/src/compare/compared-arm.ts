import type { RunSummary } from '../specs/summary.ts';

/** An arm of an experiment with its finished runs, to be set beside others. */
export interface ComparedArm {
  readonly slug: string;
  readonly title: string;
  /** The title, told apart from arms of the same one; absent: the title. */
  readonly name?: string;
  readonly tasks: readonly string[];
  readonly runs: readonly RunSummary[];
}

/** How an arm is called among others. */
export const nameOf = ({ name, title }: ComparedArm): string => name ?? title;
