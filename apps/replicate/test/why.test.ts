import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { stream } from '@scene-mtl/data';
import { runsOf } from '@scene-mtl/lab';
import * as tf from '@tensorflow/tfjs';
import type { Example } from '../src/numbers/drawn.ts';
import { feature } from '../src/papers/ruder2017/why/augmentation.ts';
import { mechanismOf, mechanisms } from '../src/papers/ruder2017/why/mechanisms.ts';
import program from '../src/papers/ruder2017/why/program.ts';
import { why } from '../src/papers/ruder2017/why/why.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const drawn = (mechanism: number, data: Record<string, number>, count = 400): Example[] =>
  Array.from({ length: count }, (_, i) =>
    mechanismOf({ mechanism }).draw(stream(i, 'why'), { mechanism, ...data }),
  );
const of = (example: Example, field: string): number[] => [example[field] ?? []].flat();
const deviation = (values: readonly number[]) =>
  Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);

describe('examples are what is told of them', () => {
  test('augmentation: one function, noise of its own in each task', () => {
    const noise = drawn(0, { noise: 1 }).map((example) => {
      const truth = feature(of(example, 'x'));
      return [of(example, 'main')[0] - truth, of(example, 'other-15')[0] - truth];
    });
    // Deviations of 400 normal numbers: 1 ± 0.035. Twice the deviation of a difference of two: √2.
    expect(deviation(noise.map(([a]) => a))).toBeCloseTo(1, 0);
    expect(Math.abs(deviation(noise.map(([a, b]) => a - b)) - Math.SQRT2)).toBeLessThan(0.2);
    const [{ x, main }] = drawn(0, { noise: 0 }, 1);
    expect(main).toBeCloseTo(feature(x as number[]), 12);
  });

  test('attention: distractors say nothing of the main task', () => {
    const [few, many] = [4, 64].map((distractors) => drawn(1, { distractors }, 1)[0]);
    expect([of(few, 'x').length, of(many, 'x').length]).toEqual([8, 68]);
  });

  test('eavesdropping: the main task is F times two other signs', () => {
    for (const example of drawn(2, { flips: 0 }, 50)) {
      const x = of(example, 'x');
      expect(of(example, 'other-1')[0]).toBe(x[0] * x[1]);
      expect(of(example, 'main')[0]).toBe(of(example, 'other-1')[0] * x[2] * x[3]);
    }
    const wrong = drawn(2, { flips: 25 }).filter((example) => {
      const x = of(example, 'x');
      return of(example, 'other-1')[0] !== x[0] * x[1];
    });
    // 100 of 400, five deviations of 8.7.
    expect(Math.abs(wrong.length - 100)).toBeLessThan(44);
  });

  test('representation: A and B tell the main task, A and C the other', () => {
    let labelled = 0;
    for (const example of drawn(3, { right: 100 })) {
      const [a, b, c] = [0, 2, 4].map((i) => of(example, 'x')[i] * of(example, 'x')[i + 1]);
      const [main, other] = [of(example, 'main')[0], of(example, 'other-1')[0]];
      expect(Number.isNaN(main)).toBe(!Number.isNaN(other));
      if (Number.isNaN(main)) expect([a, c]).toEqual([other, other]);
      else {
        labelled++;
        expect([a, b]).toEqual([main, main]);
      }
    }
    expect(Math.abs(labelled - 200)).toBeLessThan(50);
  });

  test('tide: A and C tell the main task, B the other, and A as often as the dose says', () => {
    const wrong = drawn(5, { right: 75 }).filter((example) => {
      const [a, b, c] = [0, 2, 4].map((i) => of(example, 'x')[i] * of(example, 'x')[i + 1]);
      const [main, other] = [of(example, 'main')[0], of(example, 'other-1')[0]];
      if (Number.isNaN(other)) {
        expect([a, c]).toEqual([main, main]);
        return false;
      }
      expect(b).toBe(other);
      return a !== other;
    });
    // A quarter of the half of 400 that the other task is labelled in, 50; five deviations of 6.6.
    expect(Math.abs(wrong.length - 50)).toBeLessThan(33);
  });

  test('regularisation: the main task is a coin', () => {
    const heads = drawn(4, {}).filter((example) => of(example, 'main')[0] === 1).length;
    expect(Math.abs(heads - 200)).toBeLessThan(50);
  });
});

const context = (flags: Record<string, string>) => ({
  config: { seeds: [1] },
  data: { name: 'why', frames: { train: 100, val: 10 }, tasks: [] },
  options: why.options(flags),
});
const noResults = {
  summary: () => undefined,
  measured: () => undefined,
  file: () => Promise.resolve(undefined),
};

test('every arm is trained with every seed; basins six times as often', () => {
  const count = (mechanism: string) =>
    runsOf(why, context({ mechanism, trials: '2' }), noResults).length;
  // 1 alone, 3 of more examples, 3 · 2 of more tasks, 2 · 2 of less noise.
  expect(count('augmentation')).toBe(2 * 14);
  expect(count('representation')).toBe(2 * 6 * 6);
  expect(count('augmentation,representation')).toBe(28 + 72);
  expect(() => why.options({ mechanism: 'luck' })).toThrow(
    '--mechanism luck: expected some of augmentation, attention',
  );
});

test('without runs there are tables of dashes and no verdict', async () => {
  const { tables, figures, verdicts } = await why.show(context({}), noResults);
  expect(tables.map(({ name }) => name)).toEqual(mechanisms.map(({ name }) => name));
  expect(figures).toEqual([]);
  expect(new Set(verdicts.map(({ judgement }) => judgement))).toEqual(new Set(['not run']));
});

test.each(mechanisms.map(({ name, measurement }) => [name, measurement] as const))(
  'what is measured of %s is found in its module by other processes',
  async (_, measurement) => {
    const module = (await import(measurement.module)) as Record<string, unknown>;
    expect(Object.values(module)).toContain(measurement);
  },
);

describe('a network is trained and looked at', () => {
  const [, ...all] = mechanisms.map(({ name }) => name);
  test.each([mechanisms[0].name, ...all])('%s', async (mechanism) => {
    const options = context({ mechanism, trials: '1', profile: 'smoke' });
    const runs = runsOf(why, options, noResults);
    // The arm with most tasks.
    const { spec, measurements = [] } = runs.reduce((a, b) =>
      b.spec.tasks.length > a.spec.tasks.length ? b : a,
    );
    const folder = await mkdtemp(join(tmpdir(), 'why-'));
    const session = program.start({ runs: folder, line: { update: () => {}, print: () => {} } });
    const rest = { folder, compile: {}, onProgress: () => {} };
    await session.train({ spec, id: 'why', ...rest, dataWorkers: 0, grids: 0 });
    const found = (await session.measure?.(measurements[0], {
      ...{ spec, ...rest, save: () => Promise.resolve(), onSeen: () => {} },
    })) as Record<string, number>;
    await rm(folder, { recursive: true });
    const told = mechanisms.find(({ name }) => name === mechanism)?.quantities ?? [];
    for (const { metric } of told) {
      expect(Number.isFinite(found[metric.replace('main/', '')])).toBe(true);
    }
  });
});
