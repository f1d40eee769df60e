import {
  compare,
  metricOf,
  paired,
  summariesOf,
  type Comparison,
  type Paired,
} from '@scene-mtl/lab';
import type { SceneResults, SceneSummary } from '../../../scenes/kind.ts';
import { betterSign, primaryOfTask } from '../../../scenes/quantities.ts';
import { armFor, countsOf, seedsAt, targetOf, ways, type Context, type Way } from './arms.ts';
import { framesFor, rising, type Equivalent, type LearningPoint } from './equivalent.ts';

/** What the finished runs say, by way and number of labelled frames. */
export interface Findings {
  /** The finished runs; with all frames labelled, learning all tasks is one way. */
  readonly runs: (way: Way, count: number, width?: number) => readonly SceneSummary[];
  /** One way against another in the target’s metric, seed by seed; undefined without a seed that both have. */
  readonly paired: (way: Way, against: Way, count: number, width?: number) => Paired | undefined;
  /** The same for a verdict; none without a seed that both have. */
  readonly compared: (way: Way, against: Way, count: number) => Comparison[];
  /** How many labelled frames one task alone needs for what a way reaches, with its 95 % interval. */
  readonly equivalent: (way: Way, count: number) => EquivalentFrames | undefined;
}

/** See {@link Findings.equivalent}. */
export interface EquivalentFrames {
  readonly value: Equivalent;
  /** Undefined for one seed. */
  readonly interval: readonly [low: Equivalent, high: Equivalent] | undefined;
  readonly seeds: number;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** What is found in the results so far. */
export function findingsOf(context: Context, results: SceneResults): Findings {
  const target = targetOf(context);
  const quantity = primaryOfTask(target);
  const sign = betterSign(target);
  const runs: Findings['runs'] = (way, count, width = 1) => {
    const arm = armFor(context, way, count, width);
    return arm ? summariesOf(results, seedsAt(context, count), arm) : [];
  };
  const pair: Findings['paired'] = (way, against, count, width) =>
    paired(runs(way, count, width), runs(against, count, width), quantity);
  /** The curve of one task alone, so that more is better. */
  const curve = (): LearningPoint[] =>
    rising(
      countsOf(context).flatMap((frames) => {
        const values = metricOf(runs(ways.alone, frames), quantity.metric);
        return values.length > 0 ? [{ frames, value: sign * mean(values) }] : [];
      }),
    );
  return {
    runs,
    paired: pair,
    compared: (way, against, count) =>
      compare(runs(way, count), runs(against, count), [quantity]).map((one) => {
        const p = pair(way, against, count)?.p ?? NaN;
        const told = one.n > 1 ? `, p ${p.toFixed(3)}` : '';
        return { ...one, evidence: `${count} labelled frames: ${one.evidence}${told}` };
      }),
    equivalent(way, count) {
      const alone = curve();
      const here = alone.find(({ frames }) => frames === count);
      const gain = pair(way, ways.alone, count);
      if (!here || !gain || alone.length < 2) return undefined;
      // From the curve, which all seeds make, by the differences of the same seeds.
      const at = (difference: number) => framesFor(alone, here.value + sign * difference);
      const ends = gain.interval.map(at);
      const [low, high] = sign > 0 ? ends : ends.reverse();
      return {
        value: at(gain.difference),
        interval: gain.n > 1 ? [low, high] : undefined,
        seeds: gain.n,
      };
    },
  };
}
