import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import {
  dense,
  inside,
  network,
  parametersOf,
  stagedEncoder,
  type Head,
  type Owner,
  type Scope,
} from '../src/index.ts';
import { useCpu } from './cpu.ts';

beforeAll(useCpu);

/** A linear head of one number; `extra` may put something before it. */
const head = (name: string, before: Head['build'] = (stages) => stages[1].features): Head => ({
  name,
  build: (stages, scope) => dense(before(stages, scope), inside(scope, 'output'), { units: 1 }),
});

const stage = (name: string, channels: number, owner?: Owner) => ({
  name,
  stride: 1,
  channels,
  build: (x: tf.SymbolicTensor, scope: Scope) =>
    dense(x, { ...inside(scope, name), ...(owner && { owner }) }, { units: channels }),
});

/** Numbers in, two dense stages, the heads. */
const build = (heads: readonly Head[], owner?: Owner) =>
  network({
    input: { name: 'numbers', shape: [4] },
    encoder: stagedEncoder('two', [stage('first', 3), stage('second', 2, owner)]),
    heads,
    seed: 1,
  });

test('each weight has the owner that its scope stated, in the order of the model', () => {
  const { model, weights } = build([head('a'), head('b')]);
  expect(weights.map(({ name, owner }) => [name, owner])).toEqual([
    ['encoder/first/kernel', 'shared'],
    ['encoder/first/bias', 'shared'],
    ['encoder/second/kernel', 'shared'],
    ['encoder/second/bias', 'shared'],
    ['a/output/kernel', { task: 'a' }],
    ['a/output/bias', { task: 'a' }],
    ['b/output/kernel', { task: 'b' }],
    ['b/output/bias', { task: 'b' }],
  ]);
  expect(model.weights.map((w) => w.originalName)).toEqual(weights.map(({ name }) => name));
  const { trained } = parametersOf({ weights });
  expect(trained[4]).toMatchObject({ role: 'task', task: 'a', decay: true });
});

test('a network needs no images: numbers in, one number per head out', () => {
  const { outputs, shared } = build([head('a'), head('b')]).forward(
    { numbers: tf.ones([5, 4]) },
    { training: true },
  );
  expect([outputs['a'].shape, outputs['b'].shape, shared?.shape]).toEqual([
    [5, 1],
    [5, 1],
    [5, 2],
  ]);
});

test('a head may read any stage', () => {
  const early = head('a', (stages) => stages[0].features);
  const { weights } = build([early, head('b'), head('c')]);
  expect(weights.find(({ name }) => name === 'a/output/kernel')?.variable.shape).toEqual([3, 1]);
});

test('shared is refused where one head of two is reached, and granted where there is but one', () => {
  const early = head('a', (stages) => stages[0].features);
  expect(() => build([early, head('b')])).toThrow(
    "weight encoder/second/kernel: stated as shared, but it reaches b only; state it as that task's",
  );
  expect(build([head('b')]).weights[2]).toMatchObject({ owner: 'shared' });
  expect(build([early, head('b')], { task: 'b' }).weights[2]).toMatchObject({
    owner: { task: 'b' },
  });
  expect(() => build([early, head('b')], 'between')).toThrow('stated as between, but it reaches b');
});

test("a task's weight that serves another task is refused", () => {
  expect(() => build([head('a'), head('b')], { task: 'b' })).toThrow(
    'weight encoder/second/kernel: stated as of task b alone, but it reaches a, b; state it as shared',
  );
  expect(() => build([head('a'), head('b')], { task: 'c' })).toThrow(
    'weight encoder/second/kernel: stated as of task c, expected one of a, b',
  );
});

test('a weight that nobody owns is refused', () => {
  const nobodys = head('b', (stages) => {
    const layer = tf.layers.dense({ name: 'b/loose', units: 2 });
    return layer.apply(stages[1].features) as tf.SymbolicTensor;
  });
  expect(() => build([head('a'), nobodys])).toThrow(
    'weight b/loose/kernel: nobody has stated whose it is; make its layer by a function that takes ' +
      'a scope, or state it by owned(layer, scope)',
  );
});
