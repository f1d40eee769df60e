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
 * step of gradient descent at rate 0.04, and checks the loss before and after.
 *
 * By hand: a sum of ones gives 4 in the corners, 6 on the edges, 9 inside, so the loss is
 * (4·4² + 8·6² + 4·9²) / 16 = 42.25. The gradient is 2/16 of the sum that each weight sees: 100 for
 * the middle one, 80 for its neighbours, 64 for the corners: 12.5, 10, 8. They become 0.5, 0.6, 0.68,
 * so the results 0.5 + 2·0.6 + 0.68 = 2.38, 0.5 + 3·0.6 + 2·0.68 = 3.66, 0.5 + 4·0.6 + 4·0.68 = 5.62
 * and the loss (4·2.38² + 8·3.66² + 4·5.62²) / 16 = 16.01.
 * @throws when the engine does not start, or computes something else
 */
export async function tinyStep(options: Pick<CompileOptions, 'engine' | 'device'>): Promise<Trial> {
  const backend = tf.getBackend();
  const w = tf.tidy(() => tf.variable(tf.ones<tf.Rank.R4>([3, 3, 1, 1])));
  try {
    const step = await compile(
      ({ x }) => {
        const y = () => tf.conv2d(x, w, 1, 'same');
        const lossOf = () => tf.mean<tf.Scalar>(tf.square(y()));
        const { value, grads } = tf.variableGrads(lossOf, [w]);
        w.assign(tf.sub(w, tf.mul(grads[w.name], 0.04)));
        return { loss: value };
      },
      { x: { shape: [1, 4, 4, 1], dtype: 'float32' } },
      options,
    );
    try {
      const x = new Float32Array(16).fill(1);
      const before = (await step.run({ x })).loss[0];
      const start = performance.now();
      const after = (await step.run({ x })).loss[0];
      const ms = performance.now() - start;
      if (!(Math.abs(before - 42.25) < 1e-3 && Math.abs(after - 16.01) < 1e-3)) {
        throw new Error(
          `${step.engine}: expected losses 42.25 and 16.01, got ${before} and ${after}; ` +
            'do not train on it',
        );
      }
      return { losses: [before, after], ms };
    } finally {
      await step.dispose();
    }
  } finally {
    w.dispose();
    if (backend) await tf.setBackend(backend);
  }
}
