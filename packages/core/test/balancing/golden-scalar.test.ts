import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import {
  balancerNamed,
  type Balancer,
  type GramianBalancer,
  type Parameter,
  type ScalarBalancer,
} from '../../src/index.ts';
import { weighedLosses } from '../../src/steps/weighed-losses.ts';
import { useCpu } from '../cpu.ts';
import { inputsAt } from './context.ts';

/** What scalar.py wrote; its docstring names the programs and their versions. */
interface Golden {
  readonly tasks: readonly string[];
  readonly batchesPerEpoch: number;
  /** Of the plain descent on the methods' own variables. */
  readonly rate: number;
  /** `[T, K]`. */
  readonly losses: readonly (readonly number[])[];
  /** The losses after each update, `[T, K]`. */
  readonly after: readonly (readonly number[])[];
  /** The draws of ReLoBRaLo, `[T]`. */
  readonly rho: readonly number[];
  /** `[T, K, P]`. */
  readonly gradients: readonly (readonly (readonly number[])[])[];
  readonly cases: readonly {
    readonly method: string;
    readonly source: string;
    readonly options: Readonly<Record<string, unknown>>;
    readonly totals?: readonly number[];
    readonly weights: readonly (readonly number[])[];
  }[];
}

const file = join(import.meta.dirname, 'fixtures', 'scalar.json');
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;
const { tasks, rate } = golden;

beforeAll(useCpu);

const perTask = (values: readonly number[]) =>
  Object.fromEntries(tasks.map((task, i) => [task, tf.scalar(values[i])]));
const everyTask = perTask(tasks.map(() => 1));
const numbers = (of: readonly tf.Tensor[]) => of.map((t) => t.dataSync()[0]);

/** The inputs of a step, with the fixture's draws in place of the method's own. */
function given(balancer: Balancer, t: number) {
  const own = inputsAt(balancer, t);
  return 'rho' in own ? { ...own, rho: tf.scalar(golden.rho[t]) } : own;
}

/** One step of a method of the losses, its own variables and its look at the losses after included. */
function stepOf(balancer: ScalarBalancer, t: number) {
  const variables = Object.entries(balancer.variables).map(([name, variable]): Parameter => ({
    name,
    role: 'weighting',
    decay: false,
    variable,
  }));
  const losses = perTask(golden.losses[t]);
  const weighed = weighedLosses(balancer, losses, everyTask, given(balancer, t), variables);
  for (const { name, variable } of variables) {
    variable.assign(tf.sub(variable, tf.mul(weighed.gradients[name], rate)));
  }
  const outcome = { before: losses, after: perTask(golden.after[t]), present: everyTask };
  balancer.observe?.({ ...outcome, applied: tf.scalar(1) });
  return {
    total: numbers([weighed.total])[0],
    weights: numbers(weighed.weights),
    reported: numbers(tasks.map((task) => weighed.report[`weight/${task}`])),
  };
}

function weightsOf(balancer: GramianBalancer, t: number): number[] {
  const rows = tf.tensor2d(golden.gradients[t].map((row) => [...row]));
  const context = {
    losses: tf.tensor1d([...golden.losses[t]]),
    present: tf.ones<tf.Rank.R1>([tasks.length]),
    inputs: given(balancer, t),
  };
  return Array.from(balancer.weights(tf.matMul(rows, rows, false, true), context).dataSync());
}

// float32 against float64: 1e-6 of the largest number of a step.
const near = (expected: readonly number[]) => ({
  rtol: 1e-6,
  atol: 1e-6 * Math.max(...expected.map(Math.abs)),
});

test.each(golden.cases.map((each) => [each.method, each.source, each.options, each] as const))(
  '%s as of %s with %j',
  (method, _source, options, { totals, weights }) => {
    const objectives = tasks.map((name) => ({ name, likelihood: 'gaussian' as const }));
    const { batchesPerEpoch } = golden;
    const balancer = balancerNamed(method).make({ objectives, batchesPerEpoch }, options);
    for (const [t, expected] of weights.entries()) {
      if (balancer.kind === 'gramian') {
        expect(weightsOf(balancer, t)).toBeAllClose([...expected], near(expected));
        continue;
      }
      const step = stepOf(balancer as ScalarBalancer, t);
      const total = totals?.[t] as number;
      // A total near 0 is a difference of larger terms.
      const terms = expected.map((w, i) => w * golden.losses[t][i]);
      expect([step.total]).toBeAllClose([total], near([total, ...terms]));
      expect(step.weights).toBeAllClose([...expected], near(expected));
      expect(step.reported).toBeAllClose([...expected], near(expected));
    }
  },
);
