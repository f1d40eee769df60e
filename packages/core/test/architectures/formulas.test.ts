import { beforeAll, describe, expect, test } from '@jest/globals';
import { stream } from '@scene-mtl/data';
import * as tf from '@tensorflow/tfjs';
import {
  bitsOf,
  selectionPenalty,
  selectors,
  smoothStep,
} from '../../src/architectures/smooth-step.ts';
import { factorisations, type Factorisation } from '../../src/architectures/factorisations.ts';
import { precisionFactor, tensorNormalPenalty } from '../../src/architectures/tensor-normal.ts';
import { gradientError } from '../toy.ts';
import { useCpu } from '../cpu.ts';

beforeAll(useCpu);

const normal = (name: string, ...shape: number[]) =>
  tf.tensor(stream(1, name).normals(shape.reduce((a, b) => a * b, 1)), shape);

describe('DSelect-k', () => {
  test('the smooth step is 0 and 1 outside, its polynomial inside, and flat at the ends', () => {
    const t = tf.tensor1d([-3, -1, -0.5, 0, 0.5, 1, 3]);
    const polynomial = (x: number) => (-2 * x ** 3) / 8 + (3 * x) / 4 + 0.5;
    const expected = [0, 0, polynomial(-0.5), 0.5, polynomial(0.5), 1, 1];
    expect([...smoothStep(t, 2).dataSync()]).toBeAllClose(expected, { atol: 1e-6 });
    const slope = tf.grad((x) => smoothStep(x, 2))(tf.tensor1d([-1, 0, 1]));
    expect([...slope.dataSync()]).toBeAllClose([0, 0.75, 0], { atol: 1e-6 });
  });

  test('selectors choose by binary numbers, the highest bit first', () => {
    const chosen = selectors(
      tf.tensor3d([
        [
          [9, -9],
          [-9, 9],
        ],
      ]),
      3,
      1,
    );
    expect(chosen.arraySync()).toEqual([
      [
        [0, 0, 1],
        [0, 1, 0],
      ],
    ]);
    // Number 3 of three experts is none.
    expect(selectors(tf.tensor3d([[[9, 9]]]), 3, 1).arraySync()).toEqual([[[0, 0, 0]]]);
    expect([1, 2, 3, 4, 5].map(bitsOf)).toEqual([1, 1, 2, 2, 3]);
  });

  test('over a power of two of experts each selector gives 1 in all', () => {
    const z = normal('z', 5, 2, 3) as tf.Tensor3D;
    const sums = tf.sum(selectors(tf.mul(z, 0.3), 8, 1), 2).dataSync();
    expect([...sums]).toBeAllClose(Array(10).fill(1), { atol: 1e-6 });
  });

  test('the penalty is the entropy, and 1 over the sum where numbers are left over', () => {
    const half = tf.tensor3d([[[0.5, 0.5]], [[1, 0]]]);
    // One of two examples has the entropy log 2.
    expect(selectionPenalty(half).entropy.arraySync()).toBeCloseTo(Math.log(2) / 2, 4);
    expect(selectionPenalty(half).outside.arraySync()).toBe(0);
    const outside = selectionPenalty(
      tf.tensor3d([
        [
          [0.25, 0.25, 0],
          [0.5, 0, 0.5],
        ],
      ]),
    ).outside;
    expect(outside.arraySync()).toBeCloseTo(1 / 0.5 + 1, 5);
  });
});

describe('factorisations', () => {
  const sides = [3, 2, 4];
  const made = (of: Factorisation, rank: number) =>
    of.factors(sides, rank, 0.5).map(({ shape }, i) => normal(`factor ${i}`, ...shape));
  const at = (x: tf.Tensor, ...index: number[]) =>
    x
      .slice(
        index,
        index.map(() => 1),
      )
      .dataSync()[0];
  const own = normal('own', 2) as tf.Tensor1D;

  /** The kernel by a sum over all ranks, one number after another. */
  const sums: Record<keyof typeof factorisations, (f: tf.Tensor[], i: number[]) => number> = {
    laf([L], [a, b, c]) {
      const row = (a * 2 + b) * 4 + c;
      return [0, 1].reduce((sum, k) => sum + at(L, row, k) * at(own, k), 0);
    },
    tucker([S, ...U], [a, b, c]) {
      const [r1, r2, r3] = S.shape;
      let sum = 0;
      for (let i = 0; i < r1; i++)
        for (let j = 0; j < r2; j++)
          for (let l = 0; l < r3; l++)
            for (let k = 0; k < 2; k++)
              sum +=
                at(S, i, j, l, k) * at(U[0], a, i) * at(U[1], b, j) * at(U[2], c, l) * at(own, k);
      return sum;
    },
    tt([U1, U2, U3], [a, b, c]) {
      let sum = 0;
      for (let i = 0; i < (U1.shape[2] as number); i++)
        for (let j = 0; j < (U2.shape[2] as number); j++)
          for (let k = 0; k < 2; k++)
            sum += at(U1, 0, a, i) * at(U2, i, b, j) * at(U3, j, c, k) * at(own, k);
      return sum;
    },
  };

  test.each(Object.entries(factorisations))('%s is its sum over ranks', (name, of) => {
    const factors = made(of, 2);
    const kernel = of.kernel(factors, own, sides);
    expect(kernel.shape).toEqual(sides);
    const every = Array.from({ length: 24 }, (_, n) => [
      Math.floor(n / 8),
      Math.floor(n / 4) % 2,
      n % 4,
    ]);
    const expected = every.map((index) => sums[name as keyof typeof sums](factors, index));
    expect([...kernel.dataSync()]).toBeAllClose(expected, { atol: 1e-4 });
  });

  test.each(Object.entries(factorisations))('%s begins with kernels of deviation 1', (_, of) => {
    const wide = [24, 20, 30];
    const factors = of
      .factors(wide, 4, 0.5)
      .map(({ shape, deviation }, i) => tf.mul(normal(`wide ${i}`, ...shape), deviation));
    const kernel = of.kernel(factors, tf.mul(tf.ones([4]), 0.5), wide);
    const deviation = Math.sqrt(tf.mean(tf.square(kernel)).arraySync() as number);
    expect(Math.abs(deviation - 1)).toBeLessThan(0.15);
  });
});

describe('the tensor-normal prior', () => {
  const shape = [2, 3, 2] as const;
  const W = () => normal('W', ...shape) as tf.Tensor3D;
  const free = () => shape.map((d, k) => normal(`free ${k}`, d, d) as tf.Tensor2D);

  /** Σ⁻¹ of one side, as rows. */
  const precision = (numbers: tf.Tensor2D) => {
    const { R } = precisionFactor(numbers);
    return tf.matMul<tf.Tensor2D>(R, R, true).arraySync();
  };
  const determinant = (rows: number[][]): number => {
    const a = rows.map((row) => [...row]);
    return a.reduce((product, row, i) => {
      for (const below of a.slice(i + 1)) {
        const factor = below[i] / row[i];
        for (let j = i; j < row.length; j++) below[j] -= factor * row[j];
      }
      return product * row[i];
    }, 1);
  };

  test('is the density of vec W under the Kronecker product of the covariances', () => {
    const [A, B, C] = free().map(precision);
    const index = Array.from({ length: 12 }, (_, n) => [
      Math.floor(n / 6),
      Math.floor(n / 2) % 3,
      n % 2,
    ]);
    const P = index.map(([i, j, k]) => index.map(([a, b, c]) => A[i][a] * B[j][b] * C[k][c]));
    const w = [...W().dataSync()];
    const square = w.reduce((sum, x, i) => sum + x * P[i].reduce((s, p, j) => s + p * w[j], 0), 0);
    const expected = (square / 2 - Math.log(determinant(P)) / 2) / 12;
    expect(tensorNormalPenalty(W(), free()).arraySync()).toBeCloseTo(expected, 4);
  });

  test('with identities it is weight decay', () => {
    const expected = tf.mean(tf.square(W())).arraySync() as number;
    const none = [undefined, undefined, undefined];
    expect(tensorNormalPenalty(W(), none).arraySync()).toBeCloseTo(expected / 2, 5);
  });

  test('its gradients agree with finite differences', () => {
    const [first, , third] = free().map((x) => tf.variable(x));
    const f = () => tensorNormalPenalty(W(), [first, undefined, third]);
    const { grads } = tf.variableGrads(f, [first, third]);
    for (const variable of [first, third]) {
      const gradient = grads[variable.name].dataSync<'float32'>();
      const read = () => f().arraySync();
      expect(gradientError(read, variable, gradient, [0, 1, 3])).toBeLessThan(2e-3);
      // Below the diagonal nothing is read.
      expect(gradient[2]).toBeCloseTo(0, 9);
    }
  });
});
