import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { compile, compileEach, registerLowering } from '../src/index.ts';

tf.env().set('IS_TEST', true);
beforeAll(() => tf.setBackend('cpu'));

const x = { x: { shape: [2, 2], dtype: 'float32' } } as const;
const values = Float32Array.of(1, -2, 3, 4);
const kernel = (name: string, t: tf.Tensor, attrs = {}) =>
  tf.engine().runKernel<tf.Tensor>(name, { x: t }, attrs);

async function ran(step: (t: tf.Tensor) => tf.Tensor): Promise<number[]> {
  const compiled = await compile(({ x: t }) => ({ y: step(t) }), x, { threads: 1 });
  const { y } = await compiled.run({ x: values });
  await compiled.dispose();
  return Array.from(y);
}

describe('registerLowering', () => {
  const hypotenuse = {
    infer: ({ x: a }: Readonly<Record<string, { shape: readonly number[] }>>) => [
      { shape: a.shape.slice(0, 1), dtype: 'float32' as const },
    ],
  };

  test('gives a kernel as nodes, with its attributes', async () => {
    registerLowering('TestScaledNorm', {
      ...hypotenuse,
      lower: (g, { x: a }, attrs) => [
        g.op(
          'Mul',
          [
            g.op('ReduceL2', [a, g.ints([1])], [2], { keepdims: 0 }),
            g.float(attrs['by'] as number),
          ],
          [2],
        ),
      ],
    });
    // 10·√(1² + 2²), 10·√(3² + 4²)
    expect(await ran((t) => kernel('TestScaledNorm', t, { by: 10 }))).toBeAllClose([22.36068, 50], {
      rtol: 1e-6,
    });
  });

  test('gives a kernel as ops, with the gradient that is registered for it', async () => {
    registerLowering('TestCube', { compose: ({ x: a }) => tf.mul(tf.square(a), a) });
    tf.registerGradient({
      kernelName: 'TestCube',
      inputsToSave: ['x'],
      gradFunc: (dy, [a]) => ({ x: () => tf.mul(dy as tf.Tensor, tf.mul(tf.square(a), 3)) }),
    });
    expect(await ran((t) => kernel('TestCube', t))).toEqual([1, -8, 27, 64]);
    expect(await ran((t) => tf.grad((v) => kernel('TestCube', v))(t))).toEqual([3, 12, 27, 48]);
  });

  test('replaces a lowering only where that is asked for, one of this package too', async () => {
    const twice = { compose: ({ x: a }: Record<string, tf.Tensor>) => tf.add(a, a) };
    registerLowering('TestTaken', twice);
    expect(() => registerLowering('TestTaken', twice)).toThrow(
      "registerLowering: kernel 'TestTaken' has a lowering; choose another name, or replace it by { replace: true }",
    );
    for (const name of ['Conv2D', 'Cumprod', 'Identity']) {
      expect(() => registerLowering(name, twice)).toThrow(`kernel '${name}' has a lowering`);
    }
    registerLowering('Softplus', twice, { replace: true });
    expect(await ran((t) => tf.softplus(t))).toEqual([2, -4, 6, 8]);
    registerLowering(
      'Softplus',
      { infer: ({ x: a }) => [a], lower: (g, { x: a }) => [g.op('Softplus', [a], a.shape)] },
      { replace: true },
    );
    // log(1 + e⁴), by hand
    expect((await ran((t) => tf.softplus(t)))[3]).toBeCloseTo(4.01815, 5);
  });

  test('refuses what is no lowering', () => {
    expect(() => registerLowering('TestNone', {} as never)).toThrow(
      /'TestNone': expected functions \{ infer, lower \} or \{ compose \}, got \{ {2}\}/,
    );
  });

  test('names kernel and line where infer throws, or the nodes are not as it said', async () => {
    registerLowering('TestWrong', {
      infer: ({ x: a }) => {
        if (a.shape[0] === 2) throw new Error('expected three rows, got 2');
        return [{ shape: [9], dtype: 'float32' }];
      },
      lower: (_, { x: a }) => [a],
    });
    await expect(ran((t) => kernel('TestWrong', t))).rejects.toThrow(
      /^compile: TestWrong at .*custom-lowering\.test\.ts:\d+:\d+: expected three rows, got 2/,
    );
    await expect(ran((t) => kernel('TestWrong', tf.concat([t, t])))).rejects.toThrow(
      /^compile: TestWrong at .*custom-lowering\.test\.ts:\d+:\d+: its lowering gives float32 \[4, 2\], but infer said float32 \[9\]/,
    );
  });
});

const step = ({ x: t }: { x: tf.Tensor }) => ({ y: tf.neg(t) });

test.each<[() => unknown, RegExp]>([
  [
    () => compile(step, x, { treads: 1 } as never),
    /^compile: option 'treads' is unknown; expected engine, /,
  ],
  [
    () => compile(step, x, { debug: { finit: true } } as never),
    /^compile: debug: option 'finit' is unknown; expected finite, frozen/,
  ],
  [
    () => compile(step, { x: { ...x.x, type: 'float32' } } as never),
    /^compile: input 'x': option 'type' is unknown; expected shape, dtype/,
  ],
  [
    () => compileEach(step as never, { limits: 1 } as never),
    /^compileEach: option 'limits' is unknown/,
  ],
  [
    () => registerLowering('TestOption', { compose: () => [] }, { force: true } as never),
    /^registerLowering: option 'force' is unknown; expected replace/,
  ],
])('an unknown option is refused by its name: %#', async (made, message) => {
  await expect(Promise.resolve().then(made)).rejects.toThrow(message);
});

test.each([['onnx'], ['cpu']] as const)('dispose twice does no harm on %s', async (engine) => {
  const made = await compile(step, x, { engine });
  await made.run({ x: values });
  await made.dispose();
  await made.dispose();
  await Promise.all([made.dispose(), made.dispose()]);
});

afterAll(() => tf.unregisterGradient('TestCube'));
