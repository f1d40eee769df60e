import { beforeAll, describe, expect, test } from '@jest/globals';
import { stream } from '@scene-mtl/data';
import * as tf from '@tensorflow/tfjs';
import { graddrop, mgda, pcgrad } from '../../src/index.ts';
import { ofOneSign, purity } from '../../src/balancing/graddrop.ts';
import { ordersOf } from '../../src/balancing/k-space/orders.ts';
import { useCpu } from '../cpu.ts';

beforeAll(useCpu);

type Rows = readonly (readonly number[])[];

/** Gradients of two or three tasks, one a row, as in the published examples of these methods. */
const examples = {
  orthogonal: [
    [3, 0],
    [0, 1],
  ],
  conflict: [
    [1, 0],
    [-0.5, 2],
  ],
  agreement: [
    [2, 1],
    [1, 3],
  ],
  three: [
    [1, 0, 0],
    [-0.8, 0.6, 0],
    [0, -0.5, 2],
  ],
} as const satisfies Record<string, Rows>;

const matrix = (rows: Rows) => tf.tensor2d(rows.map((row) => [...row]));
const gramOf = (rows: Rows): tf.Tensor2D => tf.matMul(matrix(rows), matrix(rows), false, true);
const place = (K: number) => ({
  objectives: Array.from({ length: K }, (_, i) => ({ name: `${i}` })),
});

const contextOf = (K: number, inputs = {}, present = Array<number>(K).fill(1)) => ({
  losses: tf.ones<tf.Rank.R1>([K]),
  present: tf.tensor1d(present),
  inputs,
});

/** `[K − 1, K, K]`: every row takes the others in the order of their numbers, or in the reverse. */
function inOrder(K: number, reversed = false): tf.Tensor {
  const order = new Float32Array((K - 1) * K * K);
  for (let i = 0; i < K; i++) {
    const others = Array.from({ length: K }, (_, j) => j).filter((j) => j !== i);
    if (reversed) others.reverse();
    others.forEach((j, turn) => (order[(turn * K + i) * K + j] = 1));
  }
  return tf.tensor(order, [K - 1, K, K]);
}

describe('PCGrad', () => {
  // PCGradWeighting of TorchJD 0.18.0 on PyTorch 2.15.0 in float64, torch.randperm replaced by the
  // order of the numbers, or the reverse. By hand for the conflict: g₁·g₂ = −½, ‖g₁‖² = 1,
  // ‖g₂‖² = 4.25, so that the weights are 1 + ½/1 and 1 + ½/4.25.
  test.each([
    ['orthogonal', false, [1, 1]],
    ['conflict', false, [1.5, 1.1176470588235294]],
    ['agreement', false, [1, 1]],
    ['three', false, [1.8, 2.1, 1.1270588235294117]],
    ['three', true, [2.04, 2.1, 1.0705882352941176]],
  ] as const)('of %s gradients, reversed %s', (name, reversed, expected) => {
    const rows: Rows = examples[name];
    const K = rows.length;
    const context = contextOf(K, { order: inOrder(K, reversed) });
    const weights = pcgrad.make(place(K)).weights(gramOf(rows), context);
    expect(weights.dataSync()).toBeAllClose([...expected], { rtol: 1e-5, atol: 1e-6 });
  });

  test('the orders are permutations of the others, a function of seed and batch', () => {
    const K = 4;
    const balancer = pcgrad.make({ ...place(K), seed: 7 });
    const ordersAt = (batch: number) => balancer.inputsAt(batch)['order'];
    for (let batch = 0; batch < 5; batch++) {
      const order = ordersAt(batch);
      expect(order).toEqual(ordersOf(K, stream(7, 'pcgrad-order', batch)));
      for (let i = 0; i < K; i++) {
        const taken = [0, 1, 2].map((turn) =>
          order.slice((turn * K + i) * K, (turn * K + i + 1) * K).indexOf(1),
        );
        expect([...taken].sort()).toEqual([0, 1, 2, 3].filter((j) => j !== i));
      }
    }
    expect(ordersAt(0)).not.toEqual(ordersAt(1));
    expect(ordersAt(0)).not.toEqual(pcgrad.make({ ...place(K), seed: 8 }).inputsAt(0)['order']);
  });
});

describe('MGDA', () => {
  // MGDAWeighting(epsilon=1e-12, max_iters=10⁶) of TorchJD 0.18.0 on PyTorch 2.15.0 in float64. By
  // hand for the orthogonal ones: w₁ = ‖g₂‖²/(‖g₁‖² + ‖g₂‖²) = 1/10.
  test.each([
    ['orthogonal', [0.1, 0.9]],
    ['conflict', [0.76, 0.24]],
    ['agreement', [1, 0]],
    ['three', [0.4684684684676938, 0.47747747747650904, 0.05405405405579758]],
  ] as const)('of %s gradients', (name, expected) => {
    const rows: Rows = examples[name];
    const weights = mgda.make(place(rows.length)).weights(gramOf(rows), contextOf(rows.length));
    expect(weights.dataSync()).toBeAllClose([...expected], { rtol: 1e-5, atol: 1e-5 });
  });

  /** Largest failure of gᵢ · d ≥ ‖d‖² as a part of Σ ‖gᵢ‖², over 25 sets of K = 2 … 5 gradients. */
  function worstGap(dimensions: number): number {
    const random = stream(5, 'mgda');
    let worst = 0;
    for (let n = 0; n < 25; n++) {
      const K = 2 + random.integer(4);
      const scales = Array.from({ length: K }, () => 10 ** (2 * random.next() - 1));
      const rows = scales.map((scale) => Array.from(random.normals(dimensions, scale)));
      const gram = gramOf(rows);
      const w = Array.from(mgda.make(place(K)).weights(gram, contextOf(K)).dataSync());
      expect(Math.min(...w)).toBeGreaterThanOrEqual(0);
      expect(w.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
      const M = gram.arraySync();
      const along = M.map((row) => row.reduce((sum, m, j) => sum + m * w[j], 0));
      const square = along.reduce((sum, v, i) => sum + v * w[i], 0);
      const trace = M.reduce((sum, row, i) => sum + row[i], 0);
      worst = Math.max(worst, (square - Math.min(...along)) / trace);
    }
    return worst;
  }

  test('gives the shortest vector: gᵢ · d ≥ ‖d‖² for every i (Karush–Kuhn–Tucker)', () => {
    expect(worstGap(20)).toBeLessThan(1e-6);
    // Of five gradients in four dimensions one is a combination of the others.
    expect(worstGap(4)).toBeLessThan(2e-6);
  });

  test('an absent task takes no part, though its zero vector would be the shortest', () => {
    const rows = [
      [3, 0],
      [0, 0],
      [0, 1],
    ];
    const weights = mgda.make(place(3)).weights(gramOf(rows), contextOf(3, {}, [1, 0, 1]));
    expect(weights.dataSync()).toBeAllClose([0.1, 0, 0.9], { atol: 1e-6 });
  });
});

describe('GradDrop', () => {
  const rows = [
    [1, -2, 0.5, 0],
    [-0.5, -1, 0.25, 0],
    [0.25, 3, -1, 0],
  ];

  test('purity by hand', () => {
    // ½(1 + 0.75/1.75), ½(1 + 0/6), ½(1 − 0.25/1.75); nothing where all are 0.
    expect(purity(matrix(rows)).dataSync()).toBeAllClose([0.714286, 0.5, 0.428571, 0.5], {
      atol: 1e-6,
    });
  });

  // GradDrop of TorchJD 0.18.0 on PyTorch 2.15.0 in float64, torch.rand replaced by u.
  test.each([
    [0, [1.25, -3, -1, 0]],
    [0.25, [1.125, -2.25, -0.8125, 0]],
  ])('direction with leak %s', (leak, expected) => {
    const u = tf.tensor1d([0.3, 0.6, 0.5, 0.9]);
    expect(ofOneSign(matrix(rows), u, leak).dataSync()).toBeAllClose(expected, { atol: 1e-6 });
  });

  test('keeps the positive sign as often as the purity says', () => {
    const [n, P] = [4000, 0.75];
    const many = tf.concat<tf.Tensor2D>([tf.fill([1, n], 3), tf.fill([1, n], -1)]);
    const balancer = graddrop.make({ ...place(2), seed: 3 });
    const kept = (batch: number) => {
      const [seed] = balancer.inputsAt(batch)['seed'];
      const context = contextOf(2, { seed: tf.scalar(seed) });
      return Array.from(balancer.direction(many, { ...context, memory: {} }).dataSync());
    };
    expect([...new Set(kept(0))].sort()).toEqual([-1, 3]);
    // Standard deviation of a share of 4000: √(0.75 · 0.25 / 4000) = 0.0068; four of them.
    expect(kept(0).filter((v) => v > 0).length / n).toBeCloseTo(P, 1);
    expect(Math.abs(kept(0).filter((v) => v > 0).length / n - P)).toBeLessThan(0.028);
    expect(kept(0)).toEqual(kept(0));
    expect(kept(0)).not.toEqual(kept(1));
  });
});
