/** By what a change is refused: the bad end of its interval, or its estimate. */
export type GateRule = 'interval' | 'estimate';

/** A metric of one network beside that of another on the same frames. */
export interface Change {
  /** Null where a network has nothing to be judged by, or what it gives is not finite. */
  readonly before: number | null;
  readonly after: number | null;
  /** How much worse, in the metric's unit: above 0 is worse, whichever way the metric runs. */
  readonly interval: readonly [low: number, high: number] | undefined;
  readonly better: 'higher' | 'lower';
  /** The drop that is let through, from 0, in the metric's unit. */
  readonly epsilon: number;
}

/**
 * What the interval says: all of it on the better side; all on the worse side; within ±ε, or exactly no
 * change; none of these.
 */
export type ChangeOutcome = 'better' | 'same' | 'worse' | 'cannot tell';

/** What is made of a {@link Change}. */
export interface JudgedChange {
  /** How much worse by the estimate; null where either side is. */
  readonly drop: number | null;
  readonly outcome: ChangeOutcome;
  /** False: a drop beyond ε, or one that cannot be excluded. */
  readonly passes: boolean;
}

/**
 * Judges a change as a test of non-inferiority (Piaggio et al. 2012): by the rule `interval`, the usual one, it
 * passes when the bad end of the interval of the drop is at most ε, so that what cannot be told is not let
 * through; by `estimate`, when the drop itself is. What has no number now passes neither.
 *
 * @example
 * ```ts
 * import { judgeChange } from '@scene-mtl/lab';
 * const iou = { before: 50, after: 49.5, better: 'higher', epsilon: 1 } as const;
 * judgeChange({ ...iou, interval: [0.2, 0.8] }); // → { drop: 0.5, outcome: 'worse', passes: true }
 * judgeChange({ ...iou, interval: [-0.5, 1.5] }); // → { drop: 0.5, outcome: 'cannot tell', passes: false }
 * judgeChange({ ...iou, interval: [-0.5, 1.5] }, 'estimate').passes; // → true
 * ```
 */
export function judgeChange(change: Change, rule: GateRule = 'interval'): JudgedChange {
  const { before, after, interval, better, epsilon } = change;
  if (before === null || after === null) {
    // What was judged before and gives no number now has dropped as far as can be.
    const outcome = before !== null ? 'worse' : 'cannot tell';
    return { drop: null, outcome, passes: false };
  }
  const drop = better === 'higher' ? before - after : after - before;
  const passes = rule === 'estimate' ? drop <= epsilon : !!interval && interval[1] <= epsilon;
  return { drop, outcome: interval ? outcomeOf(interval, epsilon) : 'cannot tell', passes };
}

function outcomeOf([low, high]: readonly [number, number], epsilon: number): ChangeOutcome {
  if (high < 0) return 'better';
  if (low > 0) return 'worse';
  return (low === 0 && high === 0) || (low >= -epsilon && high <= epsilon) ? 'same' : 'cannot tell';
}

/** The usual ε of a share, in points of %, and that of any other metric, as a share of its value before. */
const [POINTS, SHARE] = [1, 0.03];

/**
 * The usual ε of a metric: one point of a share in %, 3 % of the value before of any other.
 * @param before the metric of the network that the change is judged against; null: none
 * @example
 * ```ts
 * import { defaultEpsilon } from '@scene-mtl/lab';
 * defaultEpsilon('%', 45.2); // → 1
 * defaultEpsilon('px', 2); // → 0.06
 * ```
 */
export const defaultEpsilon = (unit: string, before: number | null): number =>
  unit === '%' ? POINTS : SHARE * Math.abs(before ?? 0);
