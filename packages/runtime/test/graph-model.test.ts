import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { CaptureError, compile } from '../src/index.ts';

/** What of graph models a step cannot have, and what stays as it was outside of steps. */

tf.env().set('IS_TEST', true);
beforeAll(() => tf.setBackend('cpu'));

const branch = (name: string, op: string) => ({
  signature: {
    name,
    inputArg: [{ name: 'a', type: 'DT_FLOAT' }],
    outputArg: [{ name: 'b', type: 'DT_FLOAT' }],
  },
  nodeDef: [{ name: 'y', op, input: ['a'], attr: { T: { type: 'DT_FLOAT' } } }],
  ret: { b: 'y:y' },
});

/** y = −x where p, else |x|; before it 2x by another name. */
const topology = {
  versions: { producer: 1 },
  node: [
    {
      name: 'x',
      op: 'Placeholder',
      attr: { dtype: { type: 'DT_FLOAT' }, shape: { shape: { dim: [{ size: '2' }] } } },
    },
    { name: 'p', op: 'Placeholder', attr: { dtype: { type: 'DT_BOOL' }, shape: { shape: {} } } },
    { name: 'double', op: 'AddV2', input: ['x', 'x'], attr: { T: { type: 'DT_FLOAT' } } },
    {
      name: 'choice',
      op: 'StatelessIf',
      input: ['p', 'double'],
      attr: { then_branch: { func: { name: 'yes' } }, else_branch: { func: { name: 'no' } } },
    },
    { name: 'found', op: 'Where', input: ['double'] },
    { name: 'table', op: 'HashTableV2', attr: { value_dtype: { type: 'DT_FLOAT' } } },
    { name: 'looked', op: 'LookupTableFindV2', input: ['table', 'x', 'x'] },
  ],
  library: { function: [branch('yes', 'Neg'), branch('no', 'Abs')] },
};

const loaded = () =>
  tf.loadGraphModel(
    tf.io.fromMemory({ modelTopology: topology, weightSpecs: [], weightData: new ArrayBuffer(0) }),
  );

const signature = {
  x: { shape: [2], dtype: 'float32' },
  p: { shape: [], dtype: 'bool' },
} as const;

test('what is as large as its numbers say is refused, with op, node, place and what to do; what comes before it compiles', async () => {
  const model = await loaded();
  const failed = compile(
    ({ x, p }) => ({ y: model.execute({ x, p }, 'found') as tf.Tensor }),
    signature,
  );
  await expect(failed).rejects.toThrow(CaptureError);
  await expect(failed).rejects.toThrow(
    /graph model run at .*graph-model\.test\.ts:\d+:\d+: node 'found' \(Where\): how large .*fill it up/,
  );
  const before = await compile(
    ({ x }) => ({ y: model.execute({ x }, 'double') as tf.Tensor }),
    { x: signature.x },
    { threads: 1 },
  );
  expect(Array.from((await before.run({ x: Float32Array.of(1, -3) })).y)).toEqual([2, -6]);
  await before.dispose();
});

test('a table of keys is refused, with op, node and what to do', async () => {
  const model = await loaded();
  await expect(
    compile(({ x }) => ({ y: model.execute({ x }, 'looked') as tf.Tensor }), { x: signature.x }),
  ).rejects.toThrow(
    /graph-model\.test\.ts:\d+:\d+: node 'table' \(HashTableV2\): .*look them up before/,
  );
});

test('outside of steps execute refuses a condition as it did', async () => {
  const model = await loaded();
  const [x, p] = [tf.tensor1d([1, -3]), tf.scalar(true, 'bool')];
  expect(() => model.execute({ x, p }, 'choice')).toThrow(/dynamic op 'StatelessIf'/);
});

test('executeAsync is refused as an async step, with what to call', async () => {
  const model = await loaded();
  await expect(
    compile(({ x, p }) => model.executeAsync({ x, p }) as never, signature),
  ).rejects.toThrow(/a promise.*call execute, not executeAsync/);
});
