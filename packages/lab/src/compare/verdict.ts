import type { Sign } from '@scene-mtl/eval';

/**
 * What the evidence says of a claim. “No difference larger than δ”: it shows that there is none that would matter.
 * “Cannot tell”: it holds both answers, and more of it would tell. “Not measurable”: no number of runs like these would
 * tell, since the data, its size or what was recorded has not what the claim is about. “Not run”: the runs that it is
 * about are not there.
 */
export type Judgement =
  | 'reproduced'
  | 'not reproduced'
  | 'no difference larger than δ'
  | 'cannot tell'
  | 'not measurable'
  | 'not run';

/** What a judgement says of a claim, as reports show it by sign and colour. */
export const signs: Readonly<Record<Judgement, Sign>> = {
  reproduced: 'holds',
  'not reproduced': 'fails',
  'no difference larger than δ': 'fails',
  'cannot tell': 'open',
  'not measurable': 'open',
  'not run': 'open',
};

/** A claim of a paper. */
export interface Claim {
  /** In our words. */
  readonly claim: string;
  /** Section, table or figure. */
  readonly source: string;
}

/** A claim and what these results say about it. */
export interface Verdict extends Claim {
  readonly judgement: Judgement;
  /**
   * Numbers with seeds and intervals, parts divided by `; `: the first one stands in the summary. Empty
   * where nothing was run.
   */
  readonly evidence: string;
  /**
   * p of the tests that it rests on, 1 where these tell nothing: among many verdicts some are wrong by chance. Absent
   * where it rests on none.
   */
  readonly p?: number;
}

/**
 * The verdict on a claim whose runs are not there.
 * @example
 * ```ts
 * import { notRun } from '@scene-mtl/lab';
 * notRun({ claim: 'Learned weights beat equal ones', source: 'Table 1' }).judgement; // → 'not run'
 * ```
 */
export const notRun = ({ claim, source }: Claim): Verdict => ({
  ...{ claim, source },
  judgement: 'not run',
  evidence: '',
});
