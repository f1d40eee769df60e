import type { RunSummary } from '../specs/summary.ts';

/** An arm of an experiment with its finished runs, to be set beside others. */
export interface ComparedArm {
  readonly slug: string;
  readonly title: string;
  readonly tasks: readonly string[];
  readonly runs: readonly RunSummary[];
}
