import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { compile } from '@scene-mtl/runtime';
import { z } from 'zod';
import {
  balancerNamed,
  defineArchitecture,
  dense,
  frozen,
  hardSharing,
  inside,
  lastFeatures,
  MAIN_STREAM,
  network,
  owned,
  parametersOf,
  partsOf,
  sgd,
  stagedEncoder,
  trainingStep,
  type Drive,
  type Head,
  type Network,
  type Objective,
  type Penalty,
} from '../../src/index.ts';
import { useCpu } from '../cpu.ts';

beforeAll(useCpu);

const head = (name: string): Head => ({
  name,
  build: (stages, scope) => dense(lastFeatures(stages), inside(scope, 'output'), { units: 1 }),
});

const encoder = stagedEncoder('one', [
  {
    ...{ name: 'hidden', stride: 1, channels: 2 },
    build: (x, scope) => dense(x, inside(scope, 'hidden'), { units: 2 }),
  },
]);

/** Hard sharing with something more. */
const extended = (more: (kernel: tf.Variable) => { penalties?: Penalty[]; drive?: Drive }) =>
  defineArchitecture({
    ...{ name: 'extended', alias: [], source: 'a test', formula: '', options: z.strictObject({}) },
    ...{ settings: () => ({ usual: {} }), parameters: () => 0 },
    build(place) {
      const made = hardSharing.make().build(place);
      const [{ features }] = made.stages['a'];
      const kernel = features.sourceLayer.trainableWeights[0].read() as tf.Variable;
      return { ...made, ...more(kernel) };
    },
  }).make();

const build = (architecture = hardSharing.make()): Network =>
  network({
    ...{ input: { name: 'x', shape: [3] }, encoder, heads: [head('a'), head('b')], seed: 1 },
    architecture,
  });

/** Half the square of what a head gives. */
const objective = (name: string): Objective => ({
  ...{ name, stream: MAIN_STREAM, arrays: {} },
  loss: (forward, batch) => ({
    value: tf.div(tf.sum(tf.square(forward(batch).outputs[name])), 2),
    present: tf.scalar(1),
  }),
});

function stepOf(of: Network, balancer = 'equal') {
  const objectives = [objective('a'), objective('b')];
  const made = balancerNamed(balancer).make({ objectives });
  const parameters = parametersOf(of, made.variables);
  return trainingStep({
    ...{ network: of, objectives, balancer: made, parameters, batchSizes: { [MAIN_STREAM]: 2 } },
    optimiser: sgd(parameters.trained, { momentum: 0, weightDecay: 0 }),
  });
}

const inputs = (more: Record<string, tf.Tensor> = {}) => ({
  x: tf.tensor2d([1, -2, 0.5, 0, 1, 2], [2, 3]),
  'rate/network': tf.scalar(0.1),
  'rate/weighting': tf.scalar(0),
  apply: tf.scalar(1),
  ...more,
});

const kernelOf = ({ weights }: Network) =>
  (weights.find(({ name }) => name === 'encoder/hidden/kernel') as { variable: tf.Variable })
    .variable;

const half = (kernel: tf.Variable): Penalty => ({
  name: 'half',
  value: () => tf.mul(tf.sum(tf.square(kernel)), 0.5 * 3),
});

test.each(['equal', 'mgda', 'graddrop', 'auto-lambda'])(
  'under %s a penalty adds its gradient to the update, whatever that is',
  (balancer) => {
    const more = (name: string) => (name === 'auto-lambda' ? { 'second/x': inputs().x } : {});
    const after = [build(), build(extended((kernel) => ({ penalties: [half(kernel)] })))].map(
      (of) => {
        const step = stepOf(of, balancer);
        const drawn: Record<string, tf.Tensor> = {};
        for (const [name, values] of Object.entries(step.inputsAt(0))) {
          drawn[name] = tf.tensor(values, [...step.signature[name].shape]);
        }
        const outputs = step.run(inputs({ ...more(balancer), ...drawn }));
        return { kernel: kernelOf(of).dataSync(), outputs };
      },
    );
    const start = kernelOf(build()).dataSync();
    // ∇ ½ 3 ‖W‖² = 3 W, at the rate 0.1.
    const expected = [...after[0].kernel].map((v, i) => v - 0.1 * 3 * start[i]);
    expected.forEach((v, i) => expect(after[1].kernel[i]).toBeCloseTo(v, 5));
    const value = 1.5 * [...start].reduce((sum, v) => sum + v * v, 0);
    expect(after[1].outputs['penalty/half'].dataSync()[0]).toBeCloseTo(value, 5);
    expect(after[0].outputs).not.toHaveProperty('penalty/half');
  },
);

test('a penalty may look at the features of the batch; compiled it is the same', async () => {
  const looking = defineArchitecture({
    ...{ name: 'looking', alias: [], source: 'a test', formula: '', options: z.strictObject({}) },
    ...{ settings: () => ({ usual: {} }), parameters: () => 0 },
    build(place) {
      const made = hardSharing.make().build(place);
      const watches = [made.stages['a'][0].features];
      const value: Penalty['value'] = ([x]) => tf.sum(tf.square(x));
      return { ...made, penalties: [{ name: 'size', watches, value }] };
    },
  }).make();
  const [eager, captured] = [build(looking), build(looking)];
  const features = eager.forward(inputs(), { training: true }).shared as tf.Tensor;
  const { run } = stepOf(eager);
  const size = run(inputs())['penalty/size'].dataSync()[0];
  expect(size).toBeCloseTo(tf.sum(tf.square(features)).dataSync()[0], 5);
  const step = stepOf(captured);
  const compiled = await compile(step.run, step.signature, { threads: 1 });
  await compiled.push();
  const fed = Object.fromEntries(
    Object.entries(inputs()).map(([n, t]) => [n, t.dataSync() as Float32Array]),
  );
  const outputs = await compiled.run(fed);
  await compiled.pull();
  await compiled.dispose();
  expect(outputs['penalty/size'][0]).toBeCloseTo(size, 5);
  const [a, b] = [kernelOf(eager).dataSync(), kernelOf(captured).dataSync()];
  a.forEach((v, i) => expect(b[i]).toBeCloseTo(v, 5));
});

test('what comes from outside is taken before the pass, stands in the signature and in checkpoints', () => {
  const factor = tf.variable(tf.scalar(0), false);
  const drive: Drive = {
    inputs: { factor: [] },
    inputsAt: (batch) => ({ factor: Float32Array.of(batch + 1) }),
    take: (given) => factor.assign(given['factor'] as tf.Scalar),
    state: { factor },
  };
  const of = build(
    extended((kernel) => ({
      drive,
      penalties: [{ name: 'driven', value: () => tf.mul(factor, tf.sum(kernel)) }],
    })),
  );
  const step = stepOf(of);
  expect(step.signature['architecture/factor']).toEqual({ shape: [], dtype: 'float32' });
  expect(step.variables.get('architecture/factor')).toBe(factor);
  expect(step.inputsAt(4)).toMatchObject({ 'architecture/factor': Float32Array.of(5) });
  const sum = tf.sum(kernelOf(of)).dataSync()[0];
  const outputs = step.run(inputs({ 'architecture/factor': tf.scalar(5) }));
  expect(outputs['penalty/driven'].dataSync()[0]).toBeCloseTo(5 * sum, 5);
});

test('a penalty of frozen weights alone changes nothing', () => {
  const whole = build(extended((kernel) => ({ penalties: [half(kernel)] })));
  const before = kernelOf(whole).dataSync();
  const outputs = stepOf(frozen(whole, partsOf(whole, ['shared']))).run(inputs());
  expect([...kernelOf(whole).dataSync()]).toEqual([...before]);
  expect(outputs['penalty/half'].dataSync()[0]).toBeGreaterThan(0);
});

test('an architecture that leaves an output or the owner of a weight out is refused by name', () => {
  const facts = {
    ...{ name: 'careless', alias: [], source: 'a test', formula: '', options: z.strictObject({}) },
    ...{ settings: () => ({ usual: {} }), parameters: () => 0 },
  };
  const headless = defineArchitecture({
    ...facts,
    build(place) {
      const made = hardSharing.make().build(place);
      return { ...made, outputs: { a: made.outputs['a'] } };
    },
  });
  expect(() => build(headless.make())).toThrow('careless: expected an output of b, got none');
  const ownerless = defineArchitecture({
    ...facts,
    build(place) {
      const made = hardSharing.make().build(place);
      const layer = tf.layers.dense({ name: 'extra', units: 1 });
      const a = layer.apply(made.outputs['a']) as tf.SymbolicTensor;
      return { ...made, outputs: { ...made.outputs, a } };
    },
  });
  expect(() => build(ownerless.make())).toThrow(
    'careless: weight extra/kernel: nobody has stated whose it is',
  );
  const mistaken = defineArchitecture({
    ...facts,
    build(place) {
      const made = hardSharing.make().build(place);
      const layer = owned(tf.layers.dense({ name: 'extra', units: 1 }), { owner: 'between' });
      const a = layer.apply(made.outputs['a']) as tf.SymbolicTensor;
      return { ...made, outputs: { ...made.outputs, a } };
    },
  });
  expect(() => build(mistaken.make())).toThrow(
    'careless: weight extra/kernel: stated as between, but it reaches a only',
  );
});

test('unknown options are refused by name', () => {
  expect(() => hardSharing.make({ depth: 2 } as never)).toThrow(/^hard-sharing: .*depth/);
});
