import { beforeAll, describe, expect, test } from '@jest/globals';
import { stream } from '@scene-mtl/data';
import * as tf from '@tensorflow/tfjs';
import { gradientMethods, type GradientBalancer, type Guarantee } from '../../src/index.ts';
import { complementary } from '../../src/balancing/k-space/complementarity.ts';
import { eigen } from '../../src/balancing/k-space/eigen.ts';
import { useCpu } from '../cpu.ts';
import { inDouble } from './double.ts';
import { balancerOf, directionOf, dot, gramOf, norm, weightsOf, type Rows } from './jacobians.ts';

beforeAll(useCpu);

const random = stream(11, 'invariants');

/** Gradients of K tasks of lengths apart by up to 10^`apart`, half of them leaning against each other. */
function draw(K: number, n = 2 * K, apart = 1): number[][] {
  const common = random.normals(n);
  return Array.from({ length: K }, (_, i) => {
    const lean = random.next() < 0.5 ? 0 : i % 2 === 0 ? 0.8 : -0.8;
    const own = random.normals(n, 10 ** (apart * (random.next() - 0.5)));
    return Array.from(own, (v, p) => v + lean * norm(own as unknown as number[]) * 0.3 * common[p]);
  });
}

/** 40 sets of two to four gradients. */
const sets: readonly Rows[] = Array.from({ length: 40 }, (_, i) => draw(2 + (i % 3)));
const each = (check: (rows: Rows, K: number) => void) =>
  inDouble(() => sets.forEach((rows) => check(rows, rows.length)));

const minus = (a: readonly number[], b: readonly number[]) => a.map((v, i) => v - b[i]);
const scaled = (rows: Rows, factors: readonly number[]) =>
  rows.map((row, i) => row.map((v) => v * factors[i]));

/** The mean gradient. */
const meanOf = (rows: Rows) =>
  rows[0].map((_, p) => rows.reduce((sum, row) => sum + row[p], 0) / rows.length);

describe('what the equations say, on 40 sets of gradients in 64 bits', () => {
  test('Nash: ‖d‖² = K, αᵢ gᵢ·d = 1, and a factor of a gradient divides its α', () =>
    each((rows, K) => {
      const nash = balancerOf('nash', K, { maxNorm: 0 });
      const d = directionOf(nash, rows);
      const alpha = weightsOf(nash, rows);
      expect(dot(d, d)).toBeCloseTo(K, 6);
      rows.forEach((row, i) => expect(alpha[i] * dot(row, d)).toBeCloseTo(1, 6));
      const factors = rows.map((_, i) => 3 ** (i - 1));
      const other = weightsOf(nash, scaled(rows, factors));
      expect(other.map((a, i) => a * factors[i])).toBeAllClose(alpha, { rtol: 1e-6 });
    }));

  test('Nash: cut to its largest length', () =>
    each((rows, K) => {
      expect(norm(directionOf(balancerOf('nash', K), rows))).toBeCloseTo(1, 6);
      const whole = directionOf(balancerOf('nash', K, { maxNorm: 10 }), rows);
      expect(norm(whole)).toBeCloseTo(Math.sqrt(K), 6);
    }));

  test.each([0.5, 2, 5])('FairGrad, p = %s: gᵢ·d = αᵢ^(−1/p)', (p) =>
    each((rows, K) => {
      const fairgrad = balancerOf('fairgrad', K, { p });
      const d = directionOf(fairgrad, rows);
      const powers = weightsOf(fairgrad, rows).map((a) => a ** (-1 / p));
      expect(rows.map((row) => dot(row, d))).toBeAllClose(powers, { rtol: 1e-6 });
    }),
  );

  test('MGDA: gᵢ·d ≥ ‖d‖², Σ w = 1 (Karush–Kuhn–Tucker)', () =>
    each((rows, K) => {
      const d = directionOf(balancerOf('mgda', K), rows);
      const least = Math.min(...rows.map((row) => dot(row, d)));
      expect(least).toBeGreaterThan(dot(d, d) * (1 - 1e-6));
      const w = weightsOf(balancerOf('mgda', K), rows);
      expect(w.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
    }));

  test('CAGrad: ‖d − g₀‖ = c ‖g₀‖, rescaled or not; c = 0 is the mean', () =>
    each((rows, K) => {
      const mean = meanOf(rows);
      const d = directionOf(balancerOf('cagrad', K, { c: 0.4 }), rows);
      expect(norm(minus(d, mean)) / norm(mean)).toBeCloseTo(0.4, 6);
      const over = directionOf(balancerOf('cagrad', K, { c: 0.4, rescale: 1 }), rows);
      expect(over.map((v) => v * 1.16)).toBeAllClose(d, { rtol: 1e-9 });
      expect(directionOf(balancerOf('cagrad', K, { c: 0 }), rows)).toBeAllClose(mean, {
        rtol: 1e-6,
      });
    }));

  test('CAGrad: no other direction of the ball serves the worst-off task better', () =>
    each((rows, K) => {
      const mean = meanOf(rows);
      const worst = (d: readonly number[]) => Math.min(...rows.map((row) => dot(row, d)));
      const best = worst(directionOf(balancerOf('cagrad', K, { c: 0.4 }), rows));
      for (let n = 0; n < 50; n++) {
        const away = Array.from(random.normals(mean.length));
        const radius = (0.4 * norm(mean)) / norm(away);
        expect(worst(mean.map((v, p) => v + radius * away[p]))).toBeLessThan(best + 1e-9);
      }
    }));

  test('IMTL-G: the same projection on every gradient, Σ w = 1', () =>
    each((rows, K) => {
      const d = directionOf(balancerOf('imtl-g', K), rows);
      const along = rows.map((row) => dot(row, d) / norm(row));
      expect(along).toBeAllClose(
        along.map(() => along[0]),
        { rtol: 1e-6 },
      );
      const sum = weightsOf(balancerOf('imtl-g', K), rows).reduce((a, b) => a + b);
      expect(sum).toBeCloseTo(1, 9);
    }));

  test('ConFIG: the same cosine with every gradient, as long as the projections together', () =>
    each((rows, K) => {
      const d = directionOf(balancerOf('config', K), rows);
      const cosines = rows.map((row) => dot(row, d) / norm(row) / norm(d));
      expect(cosines).toBeAllClose(
        cosines.map(() => cosines[0]),
        { rtol: 1e-6 },
      );
      const sum = rows.reduce((total, row) => total + dot(row, d) / norm(d), 0);
      expect(norm(d) / sum).toBeCloseTo(1, 9);
    }));

  test('Aligned-MTL: rows of B G at right angles, each √λ long', () =>
    each((rows, K) => {
      // Column i of B is what u = eᵢ gives.
      const aligned = rows.map((_, i) => {
        const preference = Object.fromEntries(rows.map((__, j) => [`task${j}`, i === j ? 1 : 0]));
        return directionOf(balancerOf('aligned', K, { preference }), rows);
      });
      const M = gramOf(aligned);
      const expected = M.flatMap((row, i) => row.map((_, j) => (i === j ? M[0][0] : 0)));
      expect(M.flat()).toBeAllClose(expected, { atol: 1e-9 * M[0][0] + 1e-12, rtol: 1e-6 });
    }));

  test('two gradients of one length: equal weights for all but those in whose nature it is not', () => {
    inDouble(() => {
      for (let n = 0; n < 10; n++) {
        const rows = draw(2).map((row) => row.map((v) => v / norm(row)));
        for (const name of ['nash', 'fairgrad', 'mgda', 'cagrad', 'imtl-g', 'aligned', 'upgrad']) {
          const [a, b] = weightsOf(balancerOf(name, 2), rows);
          expect([name, Math.abs(a - b) < 1e-6 * Math.abs(a)]).toEqual([name, true]);
        }
      }
    });
  });
});

/** Methods of the gradients by name, by what they promise. */
const methods = (wanted: (guarantees: readonly Guarantee[]) => boolean) =>
  gradientMethods.filter(({ guarantees = [] }) => wanted(guarantees)).map(({ name }) => name);

/** By how much the worst-off task loses, over what its gradient and d allow. */
const conflict = (balancer: GradientBalancer, rows: Rows): number => {
  const d = directionOf(balancer, rows);
  return Math.max(...rows.map((row) => -dot(row, d) / (norm(row) * norm(d) + 1e-30)));
};

describe('guarantees', () => {
  test.each(methods((g) => g.includes('non-conflicting')))('%s: gᵢ·d ≥ 0', (name) => {
    inDouble(() => {
      for (const rows of sets) {
        expect(conflict(balancerOf(name, rows.length), rows)).toBeLessThan(1e-6);
      }
    });
  });

  test.each(methods((g) => g.includes('linear under scaling')))('%s: linear in factors', (name) => {
    inDouble(() => {
      for (const rows of sets.slice(0, 15)) {
        const of = (factors: number[]) =>
          directionOf(balancerOf(name, rows.length), scaled(rows, factors));
        const [a, b] = [0, 1].map(() => rows.map(() => 0.1 + 3 * random.next()));
        const [da, db] = [of(a), of(b)];
        const both = of(a.map((v, i) => 2 * v + b[i]));
        const size = norm(both);
        expect(
          norm(
            minus(
              both,
              da.map((v, p) => 2 * v + db[p]),
            ),
          ) / size,
        ).toBeLessThan(1e-6);
      }
    });
  });

  /** A short gradient between two others, out of their plane; and one nearly against the first. */
  const hard: readonly Rows[] = [
    [
      [0.07, 0, 0.07],
      [0.5, 0.87, 0],
      [0.5, -0.87, 0],
    ],
    [
      [1, 0],
      [-1, 0.05],
    ],
  ];

  test.each(methods((g) => !g.includes('non-conflicting')))(
    '%s claims no more: it conflicts',
    (name) => {
      // One after the other, for methods that keep something.
      const made = new Map([2, 3].map((K) => [K, balancerOf(name, K)]));
      const some = sets
        .filter((rows) => rows.length < 4)
        .map((rows) => rows.map((r) => r.slice(0, 4)));
      const worst = [...hard, ...some].map((rows) => {
        const balancer = made.get(rows.length) as GradientBalancer;
        // What is kept of each element goes with its number.
        return conflict(
          balancer.kind === 'gramian' ? balancer : balancerOf(name, rows.length),
          rows,
        );
      });
      expect(Math.max(...worst)).toBeGreaterThan(1e-3);
    },
  );
});

describe('weights that are kept', () => {
  const batches = [0, 1, 2, 3, 4].map(() => draw(3));

  test('every 2 batches: new at 0, 2, 4, and as they were between', () => {
    const kept = balancerOf('nash', 3, { every: 2 });
    const given = batches.map((rows, batch) => weightsOf(kept, rows, batch));
    const fresh = batches.map((rows) => weightsOf(balancerOf('nash', 3), rows));
    expect(given).toEqual([fresh[0], fresh[0], fresh[2], fresh[2], fresh[4]]);
  });

  test('smoothing ¾: a quarter of the way, from the first weights on', () => {
    const slow = balancerOf('mgda', 3, { smoothing: 0.75 });
    const given = batches.map((rows, batch) => weightsOf(slow, rows, batch));
    const fresh = batches.map((rows) => weightsOf(balancerOf('mgda', 3), rows));
    let expected = fresh[0];
    fresh.forEach((now, batch) => {
      if (batch > 0) expected = expected.map((v, i) => 0.75 * v + 0.25 * now[i]);
      expect(given[batch]).toBeAllClose(expected, { atol: 1e-6 });
    });
  });

  test('an objective that is absent keeps its weight, and one that never was there has the mean', () => {
    const balancer = balancerOf('mgda', 3, { every: 3 });
    if (balancer.kind !== 'gramian') throw new Error('a gramian method is expected');
    const of = (squares: number[], present: number[]) =>
      Array.from(
        balancer
          .weights(
            tf.tensor2d(squares.map((square, i) => squares.map((_, j) => (i === j ? square : 0)))),
            {
              losses: tf.ones([3]),
              present: tf.tensor1d(present),
              inputs: {},
            },
          )
          .dataSync(),
      );
    const kept = () => Array.from(balancer.kept?.weights().dataSync() ?? []);
    expect([0, 1, 2, 3, 4].map((batch) => balancer.kept?.at(batch))).toEqual(
      [false, true, true, false, true], // prettier-ignore
    );
    expect(kept()).toEqual([1, 1, 1]);
    // ‖g₁‖² = 1, ‖g₂‖² = 4 at right angles: w = (0.8, 0.2).
    expect(of([1, 4, 0], [1, 1, 0]).slice(0, 2)).toBeAllClose([0.8, 0.2]);
    expect(kept()).toBeAllClose([0.8, 0.2, 0.5]);
    expect(of([1, 0, 0], [1, 0, 0])[0]).toBeCloseTo(1, 6);
    expect(kept()).toBeAllClose([1, 0.2, 0.6]);
  });
});

test('a preference for objectives that are not there, or for some only, is refused', () => {
  const message = 'upgrad: preference: expected a number ≥ 0 for each of task0, task1';
  for (const preference of [
    { task0: 1 },
    { task0: 1, task1: 1, task2: 1 },
    { task0: 0, task1: 0 },
  ]) {
    expect(() => balancerOf('upgrad', 2, { preference })).toThrow(message);
  }
  expect(() => balancerOf('PCD', 2, { primary: 'depth' })).toThrow(
    'priority: primary: expected one of task0, task1, got depth',
  );
});

describe('K-space', () => {
  test.each([2, 3, 5, 8])('eigenvectors of a matrix of %s rows', (K) => {
    const C = gramOf(draw(K));
    const size = norm(C.flat());
    inDouble(() => {
      const { values, vectors } = eigen(tf.tensor2d(C.map((row) => row.map((v) => v / size))));
      const V = vectors.arraySync();
      const rebuilt = V.map((a) =>
        V.map((b) => a.reduce((s, v, k) => s + v * b[k] * values.dataSync()[k], 0)),
      );
      expect(rebuilt.flat()).toBeAllClose(
        C.flat().map((v) => v / size),
        { atol: 1e-12, rtol: 0 },
      );
    });
  });

  test.each([3, 8, 12])('complementarity of %s unknowns: y ≥ 0, z ≥ 0, y z = 0', (K) => {
    const rows = draw(K, 2 * K, 0).map((row) => row.map((v) => v / norm(row)));
    const M = gramOf(rows);
    const q = Array.from(random.normals(K));
    const y = Array.from(complementary(tf.tensor2d(M), tf.tensor2d(q, [K, 1])).y.dataSync());
    const z = M.map((row, i) => dot(row, y) + q[i]);
    expect(Math.min(...y)).toBeGreaterThanOrEqual(0);
    expect(Math.min(...z)).toBeGreaterThan(-1e-4);
    expect(Math.max(...z.map((v, i) => Math.abs(v * y[i])))).toBeLessThan(1e-3);
  });

  test('CAGrad refuses more objectives than it can try the supports of', () => {
    expect(() => weightsOf(balancerOf('cagrad', 9), draw(9))).toThrow(
      'cagrad: expected at most 8 objectives, got 9',
    );
  });
});
