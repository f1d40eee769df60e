import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { compile } from '../src/index.ts';
import { asEager, floats, ints, outputsOf } from './as-executed.ts';
import { calls, load, typed, type ModelText } from './graph-models.ts';

/** Loops and conditions of graph models, compiled, against TensorFlow.js' `executeAsync` and by hand. */

tf.env().set('IS_TEST', true);
beforeAll(() => tf.setBackend('cpu'));

/** i < end; then i + 1 and 2x. */
const doubling: ModelText = {
  inputs: { x: { shape: [2], dtype: 'float32' } },
  constants: { zero: { int32: 0 }, one: { int32: 1 }, three: { int32: 3 } },
  nodes: [
    ['loop', 'StatelessWhile', ['zero', 'three', 'x'], calls({ cond: 'more', body: 'double' })],
    ['y', 'Identity', ['loop:2']],
  ],
  functions: [
    {
      name: 'more',
      args: { i: 'int32', end: 'int32', x: 'float32' },
      nodes: [['less', 'Less', ['i', 'end']]],
      returns: ['less:z:0'],
    },
    {
      name: 'double',
      args: { i: 'int32', end: 'int32', x: 'float32' },
      nodes: [
        ['next', 'AddV2', ['i', 'one']],
        ['twice', 'AddV2', ['x', 'x']],
      ],
      returns: ['next:z:0', 'end', 'twice:z:0'],
    },
  ],
};

describe('While', () => {
  test('a loop over a known number of turns, and its gradient', async () => {
    // 2³·x.
    expect(await asEager(doubling, [{ x: floats(1, -3) }])).toEqual([[8, -24]]);
    const model = await load(doubling);
    const slope = await compile(
      ({ x }) => ({
        dx: tf.grad((v) => tf.sum(tf.square(model.execute({ x: v }) as tf.Tensor)))(x),
      }),
      doubling.inputs,
      { threads: 1 },
    );
    // d/dx (8x)² = 128x.
    expect(Array.from((await slope.run({ x: floats(1, -3) } as never)).dx as Float32Array)).toEqual(
      [128, -384],
    );
    await slope.dispose();
  });

  test('a loop over very many turns is recorded as one', async () => {
    const many = { ...doubling.constants, three: { int32: 1000 } };
    const [first, turn] = doubling.functions ?? [];
    // x + 1 in place of 2x, a thousand times.
    const nodes: typeof turn.nodes = [
      ['next', 'AddV2', ['i', 'one']],
      ['twice', 'AddV2', ['x', 'unit']],
    ];
    const text = {
      ...doubling,
      constants: { ...many, unit: 1 },
      functions: [first, { ...turn, nodes }],
    };
    expect(await asEager(text, [{ x: floats(1, -3) }])).toEqual([[1001, 997]]);
  });

  /** Halves what is even, else 3n + 1, until 1; counts. */
  const collatz: ModelText = {
    inputs: { n: { shape: [], dtype: 'int32' } },
    constants: { zero: { int32: 0 }, one: { int32: 1 }, two: { int32: 2 }, three: { int32: 3 } },
    nodes: [
      ['loop', 'While', ['n', 'zero'], calls({ cond: 'above', body: 'turn' })],
      ['y', 'Identity', ['loop:1']],
    ],
    functions: [
      {
        name: 'above',
        args: { n: 'int32', count: 'int32' },
        nodes: [['greater', 'Greater', ['n', 'one']]],
        returns: ['greater:z:0'],
      },
      {
        name: 'turn',
        args: { n: 'int32', count: 'int32' },
        nodes: [
          ['rest', 'FloorMod', ['n', 'two']],
          ['odd', 'Equal', ['rest', 'one']],
          ['next', 'StatelessIf', ['odd', 'n'], calls({ then_branch: 'up', else_branch: 'half' })],
          ['counted', 'AddV2', ['count', 'one']],
        ],
        returns: ['next:output:0', 'counted:z:0'],
      },
      {
        name: 'up',
        args: { n: 'int32' },
        nodes: [
          ['times', 'Mul', ['n', 'three']],
          ['plus', 'AddV2', ['times', 'one']],
        ],
        returns: ['plus:z:0'],
      },
      {
        name: 'half',
        args: { n: 'int32' },
        nodes: [['halved', 'FloorDiv', ['n', 'two']]],
        returns: ['halved:z:0'],
      },
    ],
  };

  test('a loop with a condition inside, whose turns depend on the input', async () => {
    // 6 → 3 → 10 → 5 → 16 → 8 → 4 → 2 → 1.
    const all = [6, 1, 27, 7].map((n) => ({ n: ints(n) }));
    expect(await asEager(collatz, all)).toEqual([[8]]);
  });

  /** x ← (x + a/x)/2 until |x² − a| ≤ 10⁻³. */
  const newton: ModelText = {
    inputs: { a: { shape: [], dtype: 'float32' } },
    constants: { half: 0.5, close: 1e-3, start: 1 },
    nodes: [
      ['loop', 'While', ['a', 'start'], calls({ cond: 'far', body: 'turn' })],
      ['y', 'Identity', ['loop:1']],
    ],
    functions: [
      {
        name: 'far',
        args: { a: 'float32', x: 'float32' },
        nodes: [
          ['square', 'Mul', ['x', 'x']],
          ['off', 'Sub', ['square', 'a']],
          ['size', 'Abs', ['off']],
          ['more', 'Greater', ['size', 'close']],
        ],
        returns: ['more:z:0'],
      },
      {
        name: 'turn',
        args: { a: 'float32', x: 'float32' },
        nodes: [
          ['part', 'RealDiv', ['a', 'x']],
          ['sum', 'AddV2', ['x', 'part']],
          ['mean', 'Mul', ['sum', 'half']],
        ],
        returns: ['a', 'mean:z:0'],
      },
    ],
  };

  test('a loop until it has converged; it has no gradient, and says so', async () => {
    const [[root]] = await asEager(newton, [{ a: floats(9) }, { a: floats(2) }]);
    expect(root).toBeCloseTo(3, 3);
    const model = await load(newton);
    const failed = compile(
      ({ a }) => ({ da: tf.grad((v) => model.execute({ a: v }) as tf.Tensor)(a) }),
      newton.inputs,
      { threads: 1 },
    );
    await expect(failed).rejects.toThrow(
      /graph model run at .*control-flow\.test\.ts:\d+:\d+: node 'loop' \(While\): .*has no gradient/,
    );
  });

  test('values of another size in each turn are refused where the turns are not known', async () => {
    const [pair] = newton.functions ?? [];
    const growing: ModelText = {
      ...newton,
      constants: { ...newton.constants, axis: { int32: 0 }, first: [1] },
      nodes: [
        ['loop', 'While', ['a', 'first'], calls({ cond: 'far', body: 'turn' })],
        ['y', 'Identity', ['loop:1']],
      ],
      functions: [
        { ...pair, nodes: [['more', 'Greater', ['a', 'close']]] },
        {
          name: 'turn',
          args: { a: 'float32', x: 'float32' },
          nodes: [
            ['less', 'Sub', ['a', 'half']],
            ['more', 'ConcatV2', ['x', 'x', 'axis'], { N: { i: '2' } }],
          ],
          returns: ['less:z:0', 'more:output:0'],
        },
      ],
    };
    const model = await load(growing);
    await expect(
      compile(({ a }) => ({ y: model.execute({ a }) as tf.Tensor }), growing.inputs),
    ).rejects.toThrow(
      /node 'loop' \(While\): what it hands on as number 1 is float32 \[1\], then float32 \[2\]/,
    );
  });
});

/** h ← tanh(h/2 + x[i]) for i < n, all of them stacked. */
const recurrent = (end: string): ModelText => ({
  inputs: {
    xs: { shape: [4, 2], dtype: 'float32' },
    n: { shape: [], dtype: 'int32' },
  },
  constants: {
    zero: { int32: 0 },
    one: { int32: 1 },
    four: { int32: 4 },
    any: { int32: -1 },
    pair: { int32: [2] },
    half: 0.5,
    start: [0, 0],
  },
  nodes: [
    ['steps', 'TensorListFromTensor', ['xs', 'pair'], typed('element_dtype', 'float32')],
    ['empty', 'TensorListReserve', ['any', 'four'], typed('element_dtype', 'float32')],
    [
      'loop',
      'StatelessWhile',
      ['zero', end, 'start', 'steps', 'empty'],
      calls({ cond: 'more', body: 'turn' }),
    ],
    ['y', 'TensorListStack', ['loop:4', 'pair'], typed('element_dtype', 'float32')],
    ['last', 'Identity', ['loop:2']],
  ],
  outputs: ['y', 'last'],
  functions: [
    {
      name: 'more',
      args: { i: 'int32', end: 'int32', h: 'float32', steps: 'float32', all: 'float32' },
      nodes: [['less', 'Less', ['i', 'end']]],
      returns: ['less:z:0'],
    },
    {
      name: 'turn',
      args: { i: 'int32', end: 'int32', h: 'float32', steps: 'float32', all: 'float32' },
      nodes: [
        ['x', 'TensorListGetItem', ['steps', 'i', 'pair'], typed('element_dtype', 'float32')],
        ['faded', 'Mul', ['h', 'half']],
        ['sum', 'AddV2', ['faded', 'x']],
        ['after', 'Tanh', ['sum']],
        ['kept', 'TensorListSetItem', ['all', 'i', 'after'], typed('element_dtype', 'float32')],
        ['next', 'AddV2', ['i', 'one']],
      ],
      returns: ['next:z:0', 'end', 'after:y:0', 'steps', 'kept:output_handle:0'],
    },
  ],
});

describe('TensorList', () => {
  const xs = Float32Array.from({ length: 8 }, (_, i) => Math.sin(i));
  const values = [{ xs, n: ints(4) }];

  test('a loop over a known number of steps', async () => {
    const [all] = await asEager(recurrent('four'), values);
    // h₁ = tanh(x₀) = tanh(0), tanh(sin 1).
    expect(all[0]).toBe(0);
    expect(all[1]).toBeCloseTo(Math.tanh(Math.sin(1)), 5);
  });

  test('a loop over as many steps as an input says', async () => {
    await asEager(recurrent('n'), values);
    // One that is never written is zeros, as in TensorFlow; TensorFlow.js stacks fewer.
    const model = await load(recurrent('n'));
    const compiled = await compile(
      (inputs) => outputsOf(model.execute(inputs) as tf.Tensor[]),
      recurrent('n').inputs,
      { threads: 1 },
    );
    const { y0 } = await compiled.run({ xs, n: ints(1) } as never);
    expect(Array.from(y0 as Float32Array).slice(2)).toEqual([0, 0, 0, 0, 0, 0]);
    await compiled.dispose();
  });
});
