import { compile } from '@scene-mtl/runtime';
import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { stream, type Random } from '@scene-mtl/data';
import {
  adam,
  gradientsOf,
  type ScalarBalancer,
  balancerNamed,
  type Likelihood,
  type Parameter,
} from '../src/index.ts';
import { allPresent } from './balancing/context.ts';
import { useCpu } from './cpu.ts';

beforeAll(useCpu);

const N = 1000;
const laplace = (r: Random) => {
  const u = r.next() - 0.5;
  return -Math.sign(u) * Math.log(1 - 2 * Math.abs(u));
};

/**
 * The toy of github.com/yaringal/multi-task-learning-example: y₁ = 2x + 8 + 10 ε, y₂ = 3x + 3 + ε,
 * here with 1,000 points and a linear model, so that it does not fit the noise. Returns what the
 * weighting reports as noise after 600 steps of Adam.
 */
async function recovered(
  method: string,
  likelihood: Likelihood,
  noise: (r: Random) => number,
): Promise<Record<'a' | 'b', number>> {
  const random = stream(20, 'noise-recovery');
  const x = random.normals(N);
  const a = x.map((v) => 2 * v + 8 + 10 * noise(random));
  const b = x.map((v) => 3 * v + 3 + noise(random));
  const objectives = [
    { name: 'a', likelihood },
    { name: 'b', likelihood },
  ];
  const weighting = balancerNamed(method).make({ objectives }) as ScalarBalancer;
  const parameter = (
    name: string,
    role: 'task' | 'weighting',
    variable: tf.Variable,
  ): Parameter => ({
    name,
    role,
    decay: false,
    variable,
  });
  const lines = ['a/w', 'a/b', 'b/w', 'b/b'].map((name) =>
    parameter(name, 'task', tf.variable(tf.scalar(0), true)),
  );
  const noises = Object.entries(weighting.variables).map(([n, v]) => parameter(n, 'weighting', v));
  const optimiser = adam([...lines, ...noises], { weightDecay: 0 });
  const loss = (error: tf.Tensor): tf.Scalar =>
    tf.mean(likelihood === 'laplace' ? tf.abs(error) : tf.square(error));
  const spec = { shape: [N], dtype: 'float32' } as const;
  const compiled = await compile(
    (inputs) => {
      const report: Record<string, tf.Tensor> = {};
      const { value, gradients } = gradientsOf(() => {
        const line = (i: number) =>
          tf.add(tf.mul(inputs.x, lines[i].variable), lines[i + 1].variable);
        const losses = {
          a: loss(tf.sub(inputs.a, line(0))),
          b: loss(tf.sub(inputs.b, line(2))),
        };
        const combined = weighting.combine(losses, allPresent(['a', 'b']));
        for (const task of ['a', 'b']) report[task] = tf.keep(combined.report[`sigma2/${task}`]);
        return combined.total;
      }, optimiser.parameters);
      const rate = inputs.rate;
      optimiser.update(gradients, { network: rate, weighting: rate }, tf.scalar(1));
      return { total: value, ...report } as Record<'total' | 'a' | 'b', tf.Tensor>;
    },
    { x: spec, a: spec, b: spec, rate: { shape: [], dtype: 'float32' } },
  );
  let result = { a: NaN, b: NaN };
  for (let step = 0; step < 600; step++) {
    const out = await compiled.run({ x, a, b, rate: Float32Array.of(0.1 * (1 - step / 600)) });
    result = { a: out.a[0], b: out.b[0] };
  }
  await compiled.dispose();
  return result;
}

test.each([
  ['½e^{−s}L + ½s', 'uncertainty'],
  ['e^{−s}L + s', 'uncertainty-plain'],
])('%s finds standard deviations 10 and 1 within 10 %', async (_name, make) => {
  const { a, b } = await recovered(make, 'gaussian', (r) => r.normal());
  // Sampling error of a standard deviation from 1,000 points: 1/√2000 = 2.2 %.
  expect(Math.abs(Math.sqrt(a) / 10 - 1)).toBeLessThan(0.1);
  expect(Math.abs(Math.sqrt(b) - 1)).toBeLessThan(0.1);
});

test('L/b + log b finds the scales 10 and 1 of Laplace noise within 10 %', async () => {
  const { a, b } = await recovered('uncertainty-likelihood', 'laplace', laplace);
  expect(Math.abs(a / 10 - 1)).toBeLessThan(0.1);
  expect(Math.abs(b - 1)).toBeLessThan(0.1);
});
