import { describe, expect, test } from '@jest/globals';
import { stream } from '@scene-mtl/data';
import fc from 'fast-check';
import {
  benjaminiHochberg,
  bootstrapInterval,
  bootstrapStatistic,
  deltaM,
  meanRank,
  pairedPermutationTest,
  selectBest,
  settle,
  studentQuantile,
  studentT,
  summarise,
  type BaselineProvenance,
  type DeltaMetric,
  type SelectionScore,
} from '../src/index.ts';

describe('summarise', () => {
  test('gives mean and sample deviation', () => {
    // Mean 4; squares 4 + 0 + 4 over n − 1 = 2.
    expect(summarise([2, 4, 6])).toEqual({ n: 3, mean: 4, sd: 2, min: 2, max: 6 });
    expect(summarise([5]).sd).toBeNaN();
  });

  test('refuses to hide a failed run', () => {
    expect(() => summarise([1, NaN])).toThrow('value 1 is NaN; leave failed runs out');
    expect(() => summarise([])).toThrow('got none');
  });
});

describe('bootstrapStatistic', () => {
  const mean = (values: readonly number[]) => (drawn: Int32Array) =>
    drawn.reduce((sum, i) => sum + values[i], 0) / drawn.length;

  test('of the mean, it is the interval of the mean', () => {
    const values = [3, 1, 4, 1, 5, 9];
    expect(bootstrapStatistic(6, mean(values))).toEqual(bootstrapInterval(values));
  });

  test('resamples without a statistic are left out, and none comes of too few', () => {
    // One unit of three counts: a resample lacks it with (2/3)³ = 30 %; the ratio is 1 in the rest.
    const ratio = (drawn: Int32Array) => {
      const hits = drawn.filter((i) => i === 0).length;
      return hits / hits;
    };
    expect(bootstrapStatistic(3, ratio)).toEqual([1, 1]);
    expect(bootstrapStatistic(3, () => NaN)).toBeUndefined();
    expect(bootstrapStatistic(0, () => 1)).toBeUndefined();
    expect(() => bootstrapStatistic(3, ratio, { level: 1 })).toThrow('level must lie between');
  });
});

describe('bootstrapInterval', () => {
  test('is the same for the same seed and lies within the values', () => {
    const values = [47.1, 46.2, 48.9, 47.7];
    const [low, high] = bootstrapInterval(values);
    expect(bootstrapInterval(values)).toEqual([low, high]);
    const few = { resamples: 50 };
    expect(bootstrapInterval(values, { ...few, seed: 1 })).not.toEqual(
      bootstrapInterval(values, few),
    );
    expect(low).toBeGreaterThanOrEqual(46.2);
    expect(high).toBeLessThanOrEqual(48.9);
    expect(bootstrapInterval([3])).toEqual([3, 3]);
  });

  test('agrees with the normal interval for many values', () => {
    // 400 evenly spread values on 0 … 1: sd of the mean = √(1/12/400) = 0.01443; 1.96 of it 0.0283.
    const values = Array.from({ length: 400 }, (_, i) => (i + 0.5) / 400);
    const [low, high] = bootstrapInterval(values, { resamples: 4000 });
    expect(low).toBeCloseTo(0.5 - 0.0283, 2);
    expect(high).toBeCloseTo(0.5 + 0.0283, 2);
  });

  test('covers the true mean about as often as it says', () => {
    // 300 samples of 20 from the sum of two dice; expected coverage 95 %, somewhat less for n = 20.
    let inside = 0;
    let state = 1;
    const die = () => ((state = (state * 48271) % 2147483647) % 6) + 1;
    for (let k = 0; k < 300; k++) {
      const values = Array.from({ length: 20 }, () => die() + die());
      const [low, high] = bootstrapInterval(values, { resamples: 400, seed: k });
      if (low <= 7 && high >= 7) inside++;
    }
    expect(inside / 300).toBeGreaterThan(0.88);
    expect(inside / 300).toBeLessThan(0.99);
  });

  test('refuses options out of range', () => {
    expect(() => bootstrapInterval([1], { level: 95 })).toThrow('between 0 and 1');
    expect(() => bootstrapInterval([1], { resamples: 0 })).toThrow('whole number from 1');
  });
});

describe('pairedPermutationTest', () => {
  test('is exact for few pairs', () => {
    // Differences 1, 2, 3: of the 8 sign flips only +++ and −−− reach |sum| = 6.
    expect(pairedPermutationTest([2, 4, 6], [1, 2, 3])).toEqual({
      difference: 2,
      p: 0.25,
      exact: true,
      permutations: 8,
      smallestP: 0.25,
    });
    // Differences 1, −1, 1: |sum| 1 is reached by all but… |sums| are 1, 3, 1, 1, 1, 1, 3, 1: p = 1.
    expect(pairedPermutationTest([1, 0, 1], [0, 1, 0]).p).toBe(1);
  });

  test('agrees with enumeration by hand where signs differ', () => {
    // All 2^5 flips of (0.3, 0.1, −0.2, 0.4, 0.5), |sum| ≥ 1.1: by enumeration +++++ (with −0.2
    // kept) 1.1, flips of −0.2 → 1.5; flips of −0.2 and 0.1 → 1.3; of 0.1 → 0.9 no; of −0.2 and
    // 0.3 → 0.9 no; so 3 of 16 up to the overall sign: p = 6/32.
    const test = pairedPermutationTest([0.3, 0.1, -0.2, 0.4, 0.5], [0, 0, 0, 0, 0]);
    expect(test.p).toBe(6 / 32);
  });

  test('draws flips for many pairs, near the exact value and repeatably', () => {
    // Differences all 1: the exact p of 20 pairs is 2 / 2^20; drawn, it is the smallest possible.
    const ones = new Array<number>(20).fill(1);
    const zeros = new Array<number>(20).fill(0);
    const drawn = pairedPermutationTest(ones, zeros);
    expect(drawn.exact).toBe(false);
    expect(drawn.p).toBeLessThan(1e-4);
    expect(pairedPermutationTest(ones, zeros)).toEqual(drawn);
    // Alternating signs sum to 0: every flip reaches that.
    expect(
      pairedPermutationTest(
        ones.map((_, i) => (-1) ** i),
        zeros,
      ).p,
    ).toBe(1);
  });

  test('is symmetric, blind to order, and never below the smallest p', () => {
    const value = fc.integer({ min: -50, max: 50 });
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 7 }), (pairs) => {
        const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
        const { p, smallestP } = pairedPermutationTest(a, b);
        expect(pairedPermutationTest(b, a).p).toBe(p);
        expect(pairedPermutationTest([...a].reverse(), [...b].reverse()).p).toBe(p);
        expect(p).toBeGreaterThanOrEqual(smallestP);
        expect(p).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('refuses lists that are no pairs', () => {
    expect(() => pairedPermutationTest([1, 2], [1])).toThrow('2 and 1 values');
  });
});

describe('deltaM', () => {
  const baseline: BaselineProvenance = {
    source: 'single-task runs',
    dataset: 'NYUv2',
    split: 'test',
    seeds: 3,
    epochRule: 'mean of last 10',
    accumulation: 'mean of batch means',
  };
  const metric = (
    name: string,
    task: string,
    better: 'higher' | 'lower',
    value: number,
    base: number,
    primary = false,
  ): DeltaMetric => ({ name, task, better, value, baseline: base, primary });

  test('gives the three published values of equal weighting on NYUv2', () => {
    // Nine metrics of the Nash-MTL protocol; base values as hard-coded in its code (fractions × 100),
    // equal weighting ("LS") from table 1 of the NTKMTL paper: +5.59 per metric, −0.88 per task,
    // −2.90 on the primary metrics.
    const result = deltaM(
      [
        metric('mIoU', 'seg', 'higher', 39.29, 38.3, true),
        metric('PixAcc', 'seg', 'higher', 65.33, 63.76),
        metric('AbsErr', 'depth', 'lower', 0.5493, 0.6754, true),
        metric('RelErr', 'depth', 'lower', 0.2263, 0.278),
        metric('mean', 'normal', 'lower', 28.15, 25.01, true),
        metric('median', 'normal', 'lower', 23.96, 19.21),
        metric('11.25', 'normal', 'higher', 22.09, 30.14),
        metric('22.5', 'normal', 'higher', 47.5, 57.2),
        metric('30', 'normal', 'higher', 61.08, 69.15),
      ],
      baseline,
    );
    expect(result.perMetric.toFixed(2)).toBe('5.59');
    expect(result.perTask.toFixed(2)).toBe('-0.88');
    expect(result.primary.toFixed(2)).toBe('-2.90');
    expect(result.baseline).toEqual(baseline);
  });

  test('is 0 at the baseline and positive for what is worse, whatever the direction', () => {
    const at = deltaM([metric('a', 't', 'higher', 5, 5, true)], baseline);
    expect([at.perMetric, at.perTask, at.primary].map((x) => x + 0)).toEqual([0, 0, 0]);
    const worse = deltaM(
      [metric('a', 't', 'higher', 4, 5, true), metric('b', 'u', 'lower', 6, 5, true)],
      baseline,
    );
    expect(worse.byMetric).toEqual({ a: 20, b: 20 });
  });

  test('refuses what would give a number without meaning', () => {
    const a = metric('a', 't', 'higher', 1, 1, true);
    expect(() => deltaM([], baseline)).toThrow('at least one');
    expect(() => deltaM([{ ...a, baseline: 0 }], baseline)).toThrow('metric "a" has value 1 and');
    expect(() => deltaM([{ ...a, value: NaN }], baseline)).toThrow('metric "a" has value NaN');
    expect(() => deltaM([{ ...a, primary: false }], baseline)).toThrow('exactly one primary');
    expect(() => deltaM([a, a], baseline)).toThrow('names must differ');
  });
});

describe('meanRank', () => {
  test('averages ranks, ties sharing theirs', () => {
    const metrics = [
      { name: 'iou', better: 'higher' },
      { name: 'error', better: 'lower' },
    ] as const;
    // iou: a 1, b and c share (2 + 3)/2; error: c 1, a 2, b 3.
    const values = {
      a: { iou: 60, error: 2 },
      b: { iou: 50, error: 3 },
      c: { iou: 50, error: 1 },
    };
    expect(meanRank(values, metrics)).toEqual({ a: 1.5, b: 2.75, c: 1.75 });
  });

  test('refuses a method without every metric', () => {
    const metrics = [{ name: 'iou', better: 'higher' }] as const;
    expect(() => meanRank({ a: {} }, metrics)).toThrow('method "a" has undefined for metric "iou"');
  });
});

describe('selectBest', () => {
  const score = (candidate: string, value: number): SelectionScore<string> => ({
    candidate,
    split: 'val',
    value,
  });

  test('chooses by direction, the first among equals', () => {
    expect(selectBest([score('a', 1), score('b', 3), score('c', 3)], 'higher')).toBe('b');
    expect(selectBest([score('a', 1), score('b', 3)], 'lower')).toBe('a');
  });

  test('refuses test data, in the type and at run time', () => {
    // @ts-expect-error test data has no place in the type
    const leaked: SelectionScore<string> = { candidate: 'x', split: 'test', value: 9 };
    expect(() => selectBest([score('a', 1), leaked], 'higher')).toThrow(
      'choose on val and report the chosen one on test',
    );
  });

  test('refuses mixed splits, failed runs and nothing to choose from', () => {
    const train: SelectionScore<string> = { candidate: 't', split: 'train', value: 1 };
    expect(() => selectBest([score('a', 1), train], 'higher')).toThrow('of val and train');
    expect(() => selectBest([score('a', NaN)], 'higher')).toThrow('leave failed runs out');
    expect(() => selectBest([], 'higher')).toThrow('at least one score');
  });
});

describe('Student’s t', () => {
  test('is SciPy’s (1.17.1, stats.t.cdf and ppf, float64)', () => {
    const cdf = [
      ...[
        [2.5, 2, 0.9351941398892446],
        [-1.7, 5, 0.074938393424162],
        [12, 3, 0.9993774920996054],
      ],
      ...[
        [1e-9, 4, 0.500000000375],
        [40, 2.5, 0.9999290218285475],
      ],
    ];
    for (const [t, df, p] of cdf) expect(Math.abs(studentT(t, df) - p)).toBeLessThan(1e-14);
    const quantiles = [
      ...[
        [0.975, 2, 4.302652729749462],
        [0.8, 4, 0.9409645772351816],
      ],
      ...[
        [0.95, 200, 1.6525081009108769],
        [0.025, 6, -2.4469118511449794],
      ],
    ];
    for (const [p, df, t] of quantiles) expect(studentQuantile(p, df)).toBeCloseTo(t, 11);
    expect(() => studentT(1, 0)).toThrow('degrees of freedom above 0');
    expect(() => studentQuantile(1, 3)).toThrow('between 0 and 1');
  });
});

describe('benjaminiHochberg', () => {
  test('raises the 15 p of Benjamini & Hochberg 1995, section 3.2, as SciPy does', () => {
    const ps = [
      ...[0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344],
      ...[0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1],
    ];
    // SciPy 1.17.1, false_discovery_control; the paper tells the first four at 5 %.
    const wanted = [
      ...[0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.063857142857, 0.063857142857, 0.0645],
      ...[0.0765, 0.486, 0.581181818182, 0.714875, 0.753230769231, 0.813214285714, 1],
    ];
    expect(benjaminiHochberg(ps)).toBeAllClose(wanted);
    expect(benjaminiHochberg([...ps].reverse())).toBeAllClose([...wanted].reverse());
    expect(wanted.filter((p) => p <= 0.05)).toHaveLength(4);
  });

  test('lets a later one carry an earlier one, and takes any number of tests', () => {
    expect(benjaminiHochberg([0.04, 0.05])).toEqual([0.05, 0.05]);
    expect(benjaminiHochberg([0.03])).toEqual([0.03]);
    expect(benjaminiHochberg([])).toEqual([]);
    expect(() => benjaminiHochberg([0.1, NaN])).toThrow(
      'benjaminiHochberg: p 1: expected a number in [0, 1], got NaN',
    );
  });
});

describe('settle', () => {
  test('gives SciPy’s interval (1.17.1, ttest_1samp) and two one-sided tests', () => {
    const [low, high] = settle([1.2, -0.4, 0.9], 0.5).interval;
    expect(low).toBeCloseTo(-1.5460677519592807, 10);
    expect(high).toBeCloseTo(2.6794010852926142, 10);
    // SciPy: the larger of the one-sided p is 0.00081 against ±0.5; that of the first list 0.55.
    expect(settle([0.1, -0.1, 0.05, -0.05], 0.5).outcome).toBe('within');
    expect(settle([1.2, -0.4, 0.9], 0.5).outcome).toBe('open');
  });

  test('turns with the sign, and what does not matter goes before what is certain', () => {
    expect(settle([3, 3.1, 2.9], 0.5).outcome).toBe('above');
    expect(settle([-3, -3.1, -2.9], 0.5).outcome).toBe('below');
    expect(settle([0.1, 0.11, 0.09], 0.5).outcome).toBe('within');
    expect(settle([0.1, 0.11, 0.09], 0.05).outcome).toBe('above');
    expect(settle([3], 0.5)).toMatchObject({ outcome: 'open', seedsToSettle: undefined });
  });

  test('gives the p of the test that settles it, or comes nearer', () => {
    // SciPy 1.17.1, ttest_1samp: against 0, then the larger of the two one-sided ones against ±0.5.
    expect(settle([1.2, -0.4, 0.9], 0.5).p).toBeCloseTo(0.3677631971902384, 10);
    expect(settle([0.1, -0.1, 0.05, -0.05], 0.5).p).toBeCloseTo(0.0008143126079683392, 10);
    expect(settle([3], 0.5).p).toBe(1);
    // Without a spread nothing is left to chance.
    expect(settle([1, 1, 1], 0.5)).toMatchObject({ outcome: 'above', p: 0 });
    expect(settle([0, 0, 0], 0.5)).toMatchObject({ outcome: 'within', p: 0 });
    // One-sided: below 0.5, and above −0.5.
    const { noMore, noLess } = settle([1.2, -0.4, 0.9], 0.5);
    expect(noMore).toBeCloseTo(0.5477818482567496, 10);
    expect(noLess).toBeCloseTo(0.08097375929686072, 10);
  });

  test('so many seeds as it asks for settle it about four times in five', () => {
    // Normal draws around 1 with deviation 1.5, as the first three show them.
    const n = settle([1 - 1.5, 1, 1 + 1.5], 0.2).seedsToSettle!;
    const random = stream(5, 'settle');
    let settled = 0;
    for (let k = 0; k < 500; k++) {
      const values = Array.from({ length: n }, () => 1 + 1.5 * random.normal());
      if (settle(values, 0.2).outcome === 'above') settled++;
    }
    expect(settled / 500).toBeGreaterThan(0.75);
    expect(settled / 500).toBeLessThan(0.87);
  });
});
