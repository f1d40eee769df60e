import * as tf from '@tensorflow/tfjs';
import { compile, type CompileOptions } from '../compile.ts';

/** What a trial of an engine showed. */
export interface Trial {
  /** Loss before and after one update of the weights. */
  readonly losses: readonly [number, number];
  /** Time of the second step, ms. */
  readonly ms: number;
}

/**
 * Trains one 3×3 filter of ones on a 4×4 image of ones, loss the mean square of the result, for one
 * step of gradient descent at rate 0.04, and checks the numbers.
 *
 * By hand: a sum of ones gives 4 in the corners, 6 on the edges, 9 inside, so the loss is
 * (4·4² + 8·6² + 4·9²) / 16 = 42.25 and the gradient to the middle weight
 * 2·(4·4 + 8·6 + 4·9) / 16 = 12.5, which takes it from 1 to 0.5.
 * @throws when the engine does not start, or computes something else
 */
export async function tinyStep(options: Pick<CompileOptions, 'engine' | 'device'>): Promise<Trial> {
  const before = tf.getBackend();
  const w = tf.variable(tf.ones<tf.Rank.R4>([3, 3, 1, 1]));
  try {
    const step = await compile(
      ({ x }) => {
        const lossOf = () =>
          tf
            .conv2d(x as tf.Tensor4D, w, 1, 'same')
            .square()
            .mean() as tf.Scalar;
        const { value, grads } = tf.variableGrads(lossOf, [w]);
        w.assign(tf.sub(w, tf.mul(grads[w.name], 0.04)));
        return { loss: value };
      },
      { x: { shape: [1, 4, 4, 1], dtype: 'float32' } },
      options,
    );
    try {
      const x = new Float32Array(16).fill(1);
      const first = (await step.run({ x })).loss[0];
      await step.pull();
      const middle = (await w.data())[4];
      const start = performance.now();
      const second = (await step.run({ x })).loss[0];
      const ms = performance.now() - start;
      if (!(Math.abs(first - 42.25) < 1e-3 && Math.abs(middle - 0.5) < 1e-4 && second < first)) {
        throw new Error(
          `${step.engine}: expected loss 42.25 and middle weight 0.5, ` +
            `got ${first} and ${middle}, then loss ${second}; do not train on it`,
        );
      }
      return { losses: [first, second], ms };
    } finally {
      await step.dispose();
    }
  } finally {
    w.dispose();
    if (before) await tf.setBackend(before);
  }
}
