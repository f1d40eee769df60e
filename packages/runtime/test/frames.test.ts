import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { compile } from '../src/index.ts';
import { asEager, floats, ints } from './as-executed.ts';
import { load, type ModelText, type NodeText } from './graph-models.ts';

/** Loops and conditions as TensorFlow 1 writes them, compiled, against TensorFlow.js' `executeAsync` and by hand. */

tf.env().set('IS_TEST', true);
beforeAll(() => tf.setBackend('cpu'));

describe('Switch and Merge', () => {
  const frame = { frame_name: { s: Buffer.from('turns').toString('base64') } };
  const two = { N: { i: '2' } };

  /** Nodes of a loop of TensorFlow 1: i ← i + 1 and x ← 2x while i < `end`, and x < 100. */
  const loopNodes = (end: string): NodeText[] => [
    ['enter_i', 'Enter', ['zero'], frame],
    ['enter_x', 'Enter', ['x'], frame],
    ['enter_end', 'Enter', [end], { ...frame, is_constant: { b: true } }],
    ['merge_i', 'Merge', ['enter_i', 'next_i'], two],
    ['merge_x', 'Merge', ['enter_x', 'next_x'], two],
    ['less', 'Less', ['merge_i', 'enter_end']],
    ['again', 'LoopCond', ['less']],
    ['switch_i', 'Switch', ['merge_i', 'again']],
    ['switch_x', 'Switch', ['merge_x', 'again']],
    ['add', 'AddV2', ['switch_i:1', 'one']],
    ['twice', 'AddV2', ['switch_x:1', 'switch_x:1']],
    ['next_i', 'NextIteration', ['add']],
    ['next_x', 'NextIteration', ['twice']],
    ['exit_x', 'Exit', ['switch_x']],
    ['exit_i', 'Exit', ['switch_i']],
  ];
  const inputs = {
    x: { shape: [2], dtype: 'float32' },
    n: { shape: [], dtype: 'int32' },
  } as const;
  const constants = { zero: { int32: 0 }, one: { int32: 1 }, three: { int32: 3 } };

  test.each(['three', 'n'])('a loop of frames that ends at %s', async (end) => {
    const text: ModelText = {
      inputs,
      constants,
      nodes: [...loopNodes(end), ['y', 'Identity', ['exit_x']], ['i', 'Identity', ['exit_i']]],
      outputs: ['y', 'i'],
    };
    const all = [3, 0, 5].map((n) => ({ x: floats(1, -3), n: ints(n) }));
    expect(await asEager(text, all)).toEqual([[8, -24], [3]]);
  });

  /** Where n > 0: −x and x + 1, else |x| and, where n = 0, 2x, else x. */
  const conditional: ModelText = {
    inputs,
    constants,
    nodes: [
      ['p', 'Greater', ['n', 'zero']],
      ['q', 'Equal', ['n', 'zero']],
      ['given', 'Switch', ['x', 'p']],
      ['minus', 'Neg', ['given:1']],
      ['size', 'Abs', ['given']],
      ['y', 'Merge', ['size', 'minus'], two],
      ['same', 'Switch', ['x', 'p']],
      ['ones', 'OnesLike', ['same:1']],
      ['more', 'AddV2', ['same:1', 'ones']],
      ['held', 'Switch', ['q', 'p']],
      ['inner', 'Switch', ['same', 'held']],
      ['twice', 'AddV2', ['inner:1', 'inner:1']],
      ['once', 'Identity', ['inner']],
      ['nested', 'Merge', ['once', 'twice'], two],
      ['z', 'Merge', ['nested', 'more'], two],
    ],
    outputs: ['y', 'z'],
  };

  test('conditions of an input, one inside the other', async () => {
    const all = [1, 0, -1].map((n) => ({ x: floats(1, -3), n: ints(n) }));
    expect(await asEager(conditional, all)).toEqual([
      [-1, 3],
      [2, -2],
    ]);
  });

  test('a condition of a constant takes its branch alone, with its gradient', async () => {
    const model = await load(conditional);
    const compiled = await compile(
      ({ x }) => {
        const n = tf.scalar(0, 'int32');
        const sum = (v: tf.Tensor) => tf.sum(model.execute({ x: v, n }, 'z') as tf.Tensor);
        return { z: model.execute({ x, n }, 'z') as tf.Tensor, slope: tf.grad(sum)(x) };
      },
      { x: inputs.x },
      { threads: 1 },
    );
    const { z, slope } = await compiled.run({ x: floats(1, -3) });
    expect([Array.from(z as Float32Array), Array.from(slope as Float32Array)]).toEqual([
      [2, -6],
      [2, 2],
    ]);
    await compiled.dispose();
  });

  test('what cannot be written of a loop says so', async () => {
    const text: ModelText = {
      inputs,
      constants,
      nodes: [...loopNodes('n'), ['y', 'Identity', ['exit_x']]],
    };
    const model = await load(text);
    const compiled = await compile((given) => ({ y: model.execute(given) as tf.Tensor }), inputs, {
      threads: 1,
    });
    await expect(compiled.save('never.onnx', { float16: true })).rejects.toThrow(
      /save: float16: Loop at .*leave float16 out/,
    );
    await compiled.dispose();
  });
});
