import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import {
  balancerNamed,
  balancers as methods,
  lossMethods,
  restoreVariables,
  storeVariables,
  type AnyBalancer,
  type Property,
} from '../../src/index.ts';
import { useCpu } from '../cpu.ts';
import { compiledOf, compiledTogether, problem, type PlaneTask, type Problem } from './plane.ts';

beforeAll(useCpu);
// Thousands of problems are built.
afterEach(() => tf.disposeVariables());

/**
 * Every method, and some pairs of them: learned weights, state and inputs of both, one that looks at the
 * losses after the update, one with an output of its own.
 */
const named: readonly AnyBalancer[] = [
  ...methods,
  ...[
    'uw+pcgrad',
    'random+mgda',
    'famo+graddrop',
    'log-sum+moco',
    'uncertainty-exact+gradnorm',
    'uncertainty-exact+modo',
  ].map(balancerNamed),
];

/** A method with some of its options set. */
const variant = (name: string, options: Readonly<Record<string, unknown>>): AnyBalancer => {
  const method = balancerNamed(name);
  const set = Object.entries(options).map(([option, value]) => `${option}=${String(value)}`);
  return {
    ...method,
    name: [name, ...set].join(' '),
    make: (place, more) => method.make(place, { ...options, ...(more as object | undefined) }),
  };
};

/** The options that methods of the gradients share, and those that change how a step is made. */
const balancers: readonly AnyBalancer[] = [
  ...named,
  variant('mgda', { mode: 'representation' }),
  variant('graddrop', { mode: 'representation' }),
  variant('nash', { every: 2 }),
  variant('gradvac', { groups: 'matrix' }),
  variant('uw+cagrad', { 'cagrad.every': 2, 'cagrad.mode': 'representation' }),
];

const seeds = fc.integer({ min: 0, max: 10_000 });
const RUNS = { numRuns: 3 };

/** Runs some steps eagerly; what the last one gave. */
async function run(of: Problem, steps = 1, first = 0): Promise<Record<string, number>> {
  const compiled = await compiledOf(of, 'cpu');
  let outputs: Record<string, number> = {};
  for (let i = first; i < first + steps; i++) outputs = await compiled.run(i);
  return outputs;
}

/** What a step changes, by parameter. */
async function change(of: Problem): Promise<Record<string, number[]>> {
  const before = of.values();
  await run(of);
  const after = of.values();
  return Object.fromEntries(
    Object.entries(before).map(([name, old]) => [name, old.map((v, i) => after[name][i] - v)]),
  );
}

const sharedOf = (all: Record<string, number[]>) => [...all['trunk/w'], ...all['trunk/b']];

/** Cosine of two vectors. */
function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]) =>
    x.reduce((sum, v, i) => sum + v * y[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

const tasksOf = (seed: number, names = ['a', 'b', 'c']): PlaneTask[] =>
  names.map((name, i) => ({ name, seed: 3 * seed + i }));

/** The methods that claim a property. */
const having = (property: Property) => balancers.filter(({ lacks }) => !(property in lacks));
const table = (methods: readonly AnyBalancer[]) => methods.map((m) => [m.name, m] as const);

describe('absence of a label', () => {
  test.each(table(balancers))(
    '%s: what is absent has no influence and stays, the others go on as if alone',
    async (_n, method) => {
      await fc.assert(
        fc.asyncProperty(seeds, async (seed) => {
          const [a, b, c] = tasksOf(seed);
          const absent = (targets: number) =>
            problem(method, [a, b, { ...c, seed: targets, present: false }], { seed });
          const [one, other] = [absent(seed), absent(seed + 1)];
          const before = one.values();
          const [first, second] = [await change(one), await change(other)];
          for (const [name, values] of Object.entries(first)) {
            if (/\bc$|\bc\//.test(name)) {
              expect([name, values.map(Math.abs)]).toEqual([name, before[name].map(() => 0)]);
            } else {
              expect([name, values]).toEqual([name, second[name]]);
            }
          }
          if ('absence' in method.lacks) return;
          const two = sharedOf(await change(problem(method, [a, b], { seed })));
          expect(cosine(sharedOf(first), two)).toBeGreaterThan(1 - 1e-5);
        }),
        RUNS,
      );
    },
  );

  test.each(table(balancers))(
    '%s: a batch without any label changes nothing',
    async (_n, method) => {
      const tasks = tasksOf(1).map((task) => ({ ...task, present: false }));
      const of = problem(method, tasks);
      const before = of.values();
      await run(of);
      const after = of.values();
      for (const name of Object.keys(before).filter((n) => !n.startsWith('weighting-state/'))) {
        expect([name, after[name]]).toEqual([name, before[name]]);
      }
    },
  );
});

test.each(table(having('order')))(
  '%s: the order of the tasks has no influence',
  async (_n, method) => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const [a, b, c] = tasksOf(seed);
        const first = await change(problem(method, [a, b, c], { seed }));
        const second = await change(problem(method, [c, a, b], { seed }));
        for (const name of ['trunk/w', 'trunk/b', 'a/w', 'b/w', 'c/w']) {
          expect(second[name]).toBeAllClose(first[name], { rtol: 1e-3, atol: 1e-5 });
        }
      }),
      RUNS,
    );
  },
);

test.each(table(having('scale')))(
  '%s: a factor of a loss does not turn the update',
  async (_n, method) => {
    await fc.assert(
      fc.asyncProperty(
        seeds,
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        async (seed, scale) => {
          const [a, b] = tasksOf(seed);
          const plain = sharedOf(await change(problem(method, [a, b], { seed })));
          const scaled = sharedOf(await change(problem(method, [{ ...a, scale }, b], { seed })));
          expect(cosine(plain, scaled)).toBeGreaterThan(1 - 1e-4);
        },
      ),
      RUNS,
    );
  },
);

test('a method that says it lacks a property does lack it', async () => {
  // Loss a times 100: the update must turn where the definition says so, if not of all losses: one of
  // three that is not chosen has no part in Krum's.
  for (const method of balancers.filter(({ lacks }) => 'scale' in lacks)) {
    let least = 1;
    for (let seed = 4; seed < 10 && least > 0.999; seed++) {
      const [a, ...rest] = tasksOf(seed);
      const plain = sharedOf(await change(problem(method, [a, ...rest])));
      const scaled = sharedOf(await change(problem(method, [{ ...a, scale: 100 }, ...rest])));
      least = Math.min(least, cosine(plain, scaled));
    }
    expect([method.name, least < 0.999]).toEqual([method.name, true]);
  }
});

test.each(table(having('equal tasks')))(
  '%s: two equal tasks count the same',
  async (_n, method) => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const of = problem(
          method,
          [
            { name: 'a', seed },
            { name: 'b', seed },
          ],
          { seed },
        );
        const outputs = await run(of, 2);
        const { 'a/w': own, 'b/w': other } = of.values();
        expect(own).toBeAllClose(other, { rtol: 1e-5, atol: 1e-6 });
        if ('weight/a' in outputs) expect(outputs['weight/a']).toBeCloseTo(outputs['weight/b'], 5);
      }),
      RUNS,
    );
  },
);

test.each(table(balancers))('%s: zero gradients give finite numbers', async (_n, method) => {
  const [a, b, c] = tasksOf(9);
  for (const tasks of [[{ ...a, scale: 0 }, b, c], tasksOf(9).map((t) => ({ ...t, scale: 0 }))]) {
    const of = problem(method, tasks);
    const outputs = await run(of, 2);
    expect(Object.entries(outputs).filter(([, v]) => !Number.isFinite(v))).toEqual([]);
    expect(Object.values(of.values()).flat().every(Number.isFinite)).toBe(true);
  }
});

describe('compiled', () => {
  /** What four steps gave, and left in the variables. */
  interface Ran {
    readonly outputs: readonly Readonly<Record<string, number>>[];
    readonly values: Readonly<Record<string, number[]>>;
  }
  type Engine = 'cpu' | 'onnx';
  const built = (method: AnyBalancer) => problem(method, tasksOf(2), { momentum: 0.9 });

  async function alone(of: Problem, engine: Engine): Promise<Ran> {
    const compiled = await compiledOf(of, engine);
    const outputs: Record<string, number>[] = [];
    for (let i = 0; i < 4; i++) outputs.push(await compiled.run(i));
    await compiled.finish();
    return { outputs, values: of.values() };
  }

  async function together(methods: readonly AnyBalancer[]): Promise<Ran[]> {
    const problems = methods.map(built);
    const compiled = await compiledTogether(problems, 'onnx');
    const outputs: Record<string, number>[][] = [];
    for (let i = 0; i < 4; i++) outputs.push(await compiled.run(i));
    await compiled.finish();
    return problems.map((of, k) => ({
      outputs: outputs.map((all) => all[k]),
      values: of.values(),
    }));
  }

  // A session takes longer to start than these steps to run: ten methods share one.
  const single: AnyBalancer[] = [];
  beforeAll(() => {
    single.push(...balancers.filter((method) => !built(method).step.between));
  });
  const started = new Map<number, Promise<Ran[]>>();
  const onnxOf = async (method: AnyBalancer): Promise<Ran> => {
    const at = single.indexOf(method);
    if (at < 0) return alone(built(method), 'onnx');
    const group = Math.floor(at / 10);
    const ran = started.get(group) ?? together(single.slice(10 * group, 10 * group + 10));
    started.set(group, ran);
    return (await ran)[at % 10];
  };

  test.each(table(balancers))('%s: the compiled step equals the eager one', async (_n, method) => {
    const [eager, onnx] = [await alone(built(method), 'cpu'), await onnxOf(method)];
    for (const [i, outputs] of eager.outputs.entries()) {
      expect(Object.keys(onnx.outputs[i]).sort()).toEqual(Object.keys(outputs).sort());
      const names = Object.keys(outputs);
      expect(names.map((n) => onnx.outputs[i][n])).toBeAllClose(
        names.map((n) => outputs[n]),
        { rtol: 1e-3, atol: 1e-5 },
      );
    }
    for (const [name, values] of Object.entries(eager.values)) {
      expect(onnx.values[name]).toBeAllClose(values, { rtol: 1e-3, atol: 1e-5 });
    }
  });

  test('methods that keep their weights are compiled alone', () => {
    expect(balancers.filter((method) => !single.includes(method)).map(({ name }) => name)).toEqual([
      'nash every=2',
      'uw+cagrad cagrad.every=2 cagrad.mode=representation',
    ]);
  });
});

test.each(table(balancers))(
  '%s: its state survives a checkpoint, and eager steps leak no tensors',
  async (_n, method) => {
    const build = () => problem(method, tasksOf(5), { momentum: 0.9 });
    const whole = build();
    await run(whole, 3);
    const stored = storeVariables(whole.step.variables);
    const before = tf.memory().numTensors;
    await run(whole, 3, 3);
    expect(tf.memory().numTensors).toBe(before);
    const rest = build();
    restoreVariables(rest.step.variables, stored, 'a test');
    await run(rest, 3, 3);
    expect(rest.values()).toEqual(whole.values());
  },
);

test.each(table(balancers))(
  '%s: while gradients accumulate no parameter changes',
  async (_n, method) => {
    const of = problem(method, tasksOf(8), { accumulate: 3 });
    const parameters = () =>
      Object.entries(of.values()).filter(([name]) => !/^(weighting-state|optimiser)\//.test(name));
    const before = parameters();
    await run(of, 2);
    expect(parameters()).toEqual(before);
    await run(of, 1, 2);
    expect(parameters()).not.toEqual(before);
  },
);

const OF_ONE = [
  ...[
    'pcgrad',
    'mgda',
    'graddrop',
    'gradnorm',
    'gradvac',
    'bisector',
    'aligned',
    'imtl-g',
    'config',
  ],
  ...['upgrad', 'dual-projection', 'priority', 'krum', 'cr-mogm', 'trimmed-mean', 'excess'],
];

test.each(OF_ONE)('%s: of one task alone the update is that of its gradient', async (name) => {
  const [a] = tasksOf(7);
  // Equal weights of one task are 1: gradients of the scalar step are tested by finite differences.
  const expected = await change(problem(balancerNamed('equal'), [a]));
  const given = await change(problem(balancerNamed(name), [a]));
  for (const [parameter, values] of Object.entries(expected)) {
    if (parameter.startsWith('optimiser/')) continue;
    expect(given[parameter]).toBeAllClose(values, { rtol: 1e-4, atol: 1e-6 });
  }
});

describe('two methods', () => {
  test.each(table(lossMethods))(
    '%s: with a method of the gradients after it, one task is updated as without',
    async (name) => {
      for (const [i, likelihood] of (['gaussian', 'softmax'] as const).entries()) {
        const [a] = tasksOf(11).map((task) => ({ ...task, likelihood }));
        const expected = await change(problem(balancerNamed(name), [a]));
        const given = await change(problem(balancerNamed(`${name}+${OF_ONE[i]}`), [a]));
        for (const parameter of ['trunk/w', 'trunk/b', 'a/w', 'weighting/a']) {
          if (!(parameter in expected)) continue;
          expect(given[parameter]).toBeAllClose(expected[parameter], { rtol: 1e-4, atol: 1e-6 });
        }
      }
    },
  );

  test('uw+pcgrad logs the total of the first and the weights of both', async () => {
    const tasks = tasksOf(12);
    const both = await run(problem(balancerNamed('uw+pcgrad'), tasks));
    const first = await run(problem(balancerNamed('uw'), tasks));
    const second = await run(problem(balancerNamed('pcgrad'), tasks));
    expect(both['total']).toBeCloseTo(first['total'], 6);
    for (const task of ['a', 'b', 'c']) {
      expect(both[`sigma2/${task}`]).toBe(1);
      // At s = 0 all weights of the losses are ½, so that the angles are those without.
      expect(both[`weight/${task}`]).toBeCloseTo(0.5 * second[`weight/${task}`], 6);
      expect(both[`gradientNorm/${task}`]).toBeCloseTo(0.5 * second[`gradientNorm/${task}`], 6);
    }
  });

  test('options are given under the name of their method', () => {
    const place = { objectives: [{ name: 'a' }, { name: 'b' }] };
    const both = balancerNamed('uw+graddrop');
    const { variables } = both.make(place, { 'uncertainty.initial': 2, 'graddrop.leak': 0.5 });
    expect(Object.values(variables).map((v) => v.dataSync()[0])).toEqual([2, 2]);
    expect(() => both.make(place, { initial: 2 })).toThrow(
      'expected options that begin with uncertainty. or graddrop., got initial',
    );
    expect(() => both.make(place, { 'graddrop.leak': 2 })).toThrow(/^graddrop: [^]*leak/);
  });

  test('only one of each kind, in their order', () => {
    expect(() => balancerNamed('pcgrad+uw')).toThrow(/before the \+ a method of the losses/);
    expect(() => balancerNamed('uw+equal')).toThrow(/after the \+ a method of the gradients/);
    expect(() => balancerNamed('uw+pcgrad+mgda')).toThrow('one method, or two with one +');
    expect(() => balancerNamed('uw+')).toThrow('expected one of mgda');
  });
});

describe('the registry', () => {
  test('holds each name and short name once', () => {
    const names = methods.flatMap(({ name, alias }) => [
      ...new Set([name, ...alias].map((n) => n.toLowerCase())),
    ]);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, formula, source, cost } of balancers) {
      expect([name, formula !== '' && source !== '' && cost !== '']).toEqual([name, true]);
    }
  });

  test('finds a method by name or by LibMTL’s short name', () => {
    const found = ['EW', 'UW', 'UW-SO', 'DWA', 'RLW', 'SI', 'pcgrad', 'PCGrad', 'MGDA', 'GradDrop'];
    expect(found.map((name) => balancerNamed(name).name)).toEqual([
      ...['equal', 'uncertainty', 'soft-optimal', 'dynamic-average', 'random', 'log-sum'],
      ...['pcgrad', 'pcgrad', 'mgda', 'graddrop'],
    ]);
    expect(() => balancerNamed('uncertain')).toThrow('expected one of uncertainty, ');
  });

  test('has methods of all kinds', () => {
    const kinds = new Set(balancers.map((m) => problem(m, tasksOf(1)).balancer.kind));
    expect([...kinds].sort()).toEqual([
      ...['bilevel', 'composed', 'cross', 'gramian', 'grouped', 'jacobian', 'multi-bilevel'],
      ...['scalar', 'value-function'],
    ]);
  });

  test.each(table(named))('%s refuses an option that it does not have', (name, method) => {
    const place = { objectives: [{ name: 'a' }], batchesPerEpoch: 1 };
    expect(() => method.make(place, { a: 1, nonsense: 1 })).toThrow(name);
  });

  test('s begins where the option says, else where the run does', () => {
    const start = (options: object) => {
      const place = { objectives: [{ name: 'a' }], initialLogVariance: 2 };
      return balancerNamed('uncertainty-halved').make(place, options).variables['a'].dataSync()[0];
    };
    expect([start({ initial: -0.5 }), start({})]).toEqual([-0.5, 2]);
  });
});
