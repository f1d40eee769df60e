import { beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import * as ort from 'onnxruntime-node';
import { compile, type Signature } from '../src/index.ts';
import { calls, load, typed, type ModelText, type NodeText } from './graph-models.ts';

/** Loops and conditions of graph models, compiled, against TensorFlow.js' `executeAsync` and by hand. */

tf.env().set('IS_TEST', true);
beforeAll(() => tf.setBackend('cpu'));

type Numbers = Readonly<Record<string, Float32Array | Int32Array | Uint8Array>>;

type Output = readonly [name: string, shape: readonly number[], numbers: readonly number[]];

/** Same names and shapes, and numbers but for rounding, as transcendental functions differ. */
function expectSame(found: readonly Output[], expected: readonly Output[]): void {
  expect(found.map((one) => one.slice(0, 2))).toEqual(expected.map((one) => one.slice(0, 2)));
  found.forEach(([, , numbers], i) => expect(numbers).toBeAllClose(expected[i][2]));
}

const outputsOf = (result: tf.Tensor | tf.Tensor[]) =>
  Object.fromEntries([result].flat().map((tensor, i) => [`y${i}`, tensor]));

async function eagerly(model: tf.GraphModel, text: ModelText, values: Numbers): Promise<Output[]> {
  const inputs = Object.fromEntries(
    Object.entries(text.inputs).map(([name, { shape, dtype }]) => [
      name,
      tf.tensor(values[name], [...shape], dtype),
    ]),
  );
  const found = outputsOf(await model.executeAsync(inputs));
  return Object.entries(found).map(
    ([name, x]) => [name, x.shape, Array.from(x.dataSync())] as const,
  );
}

/** The numbers of a saved step in ONNX Runtime, by themselves. */
async function saved(path: string, text: ModelText, values: Numbers): Promise<Output[]> {
  const session = await ort.InferenceSession.create(path, { logSeverityLevel: 4 });
  const feeds = Object.fromEntries(
    Object.entries(text.inputs).map(([name, { shape, dtype }]) => [
      name,
      new ort.Tensor(dtype as 'float32', values[name] as Float32Array, [...shape]),
    ]),
  );
  const found = await session.run(feeds);
  await session.release();
  return Object.entries(found).map(([name, { dims, data }]) => [
    name,
    [...dims],
    Array.from(data as Float32Array),
  ]);
}

/** Runs a model compiled, read-only and saved, on the same numbers as eagerly; gives what the first run found. */
async function asEager(text: ModelText, all: readonly Numbers[]): Promise<number[][]> {
  const model = await load(text);
  const step = (inputs: Record<string, tf.Tensor>) => outputsOf(model.execute(inputs));
  const folder = await mkdtemp(join(tmpdir(), 'control-flow-'));
  try {
    const path = join(folder, 'model.onnx');
    const runs = [
      await compile(step as never, text.inputs as Signature, { threads: 1 }),
      await compile(step as never, text.inputs as Signature, { threads: 1, inference: true }),
      await compile(step as never, text.inputs as Signature, { engine: 'cpu' }),
    ];
    await runs[0].save(path);
    for (const values of all) {
      const expected = await eagerly(model, text, values);
      for (const compiled of runs) {
        const found: Numbers = await compiled.run(values as never);
        const shapes = compiled.outputShapes as Record<string, readonly number[]>;
        expectSame(
          Object.keys(found).map((k) => [k, shapes[k], Array.from(found[k])]),
          expected,
        );
      }
      expectSame(await saved(path, text, values), expected);
    }
    const [first]: Numbers[] = [await runs[0].run(all[0] as never)];
    for (const compiled of runs) await compiled.dispose();
    return Object.values(first).map((y) => Array.from(y));
  } finally {
    await rm(folder, { recursive: true });
  }
}

const floats = (...numbers: number[]) => Float32Array.from(numbers);
const ints = (...numbers: number[]) => Int32Array.from(numbers);

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
