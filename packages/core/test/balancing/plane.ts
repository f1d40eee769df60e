import { compile, type CompileOptions } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import { stream } from '@scene-mtl/data';
import {
  accumulated,
  MAIN_STREAM,
  SECOND_STREAM,
  sgd,
  THIRD_STREAM,
  trainingStep,
  type AnyBalancer,
  type Balancer,
  type Likelihood,
  type Network,
  type Objective,
  type Parameter,
  type TrainingStep,
} from '../../src/index.ts';

/** Examples in a batch, inputs, shared features. */
const [B, X, F] = [6, 3, 4];

/** A task of {@link problem}: regression of numbers from the shared features. */
export interface PlaneTask {
  readonly name: string;
  /** Of its data and of its head's initial weights. */
  readonly seed: number;
  /** Factor of its loss. Default 1. */
  readonly scale?: number;
  /** False: no label in the batch. Default true. */
  readonly present?: boolean;
  /** What the balancer is told; the loss is the squared error all the same. Default Gaussian. */
  readonly likelihood?: Likelihood;
}

/** A step that balances some tasks on vectors, with everything that a test looks at. */
export interface Problem {
  readonly balancer: Balancer;
  readonly step: TrainingStep;
  readonly inputsAt: (batch: number) => Record<string, Float32Array>;
  /** Values of the step's variables by name. */
  readonly values: () => Record<string, number[]>;
}

/** Variables by name, of seeded normal deviates. */
const parameter = (name: string, shape: number[], seed: number, task?: string): Parameter => {
  const size = shape.reduce((a, b) => a * b, 1);
  return {
    name,
    role: task === undefined ? 'shared' : 'task',
    decay: false,
    variable: tf.variable(tf.tensor(stream(seed, 'plane').normals(size, 0.5), shape), true),
    ...(task !== undefined && { task }),
  };
};

const objective = ({ name, scale = 1 }: PlaneTask): Objective => ({
  name,
  stream: MAIN_STREAM,
  arrays: { [`target/${name}`]: [], [`mask/${name}`]: [] },
  loss(forward, batch) {
    const mask = batch[`mask/${name}`];
    const error = tf.sub(forward(batch).outputs[name], batch[`target/${name}`]);
    // The mask is left out on purpose: what an absent task holds must not matter all the same.
    return {
      value: tf.mul(tf.mean(tf.square(error)), scale),
      present: tf.cast(tf.greater(tf.sum(mask), 0), 'float32'),
    };
  },
});

/** Options of the methods that cannot do without. */
function optionsOf(method: string, tasks: readonly string[]): Record<string, number> {
  if (method.split('+')[0] !== 'fixed') return {};
  const under = method === 'fixed' ? '' : 'fixed.';
  return Object.fromEntries(tasks.map((task) => [under + task, 0.5]));
}

/** Builds a step of one method for some tasks: x `[B, 3]` → features `[B, 4]` → one number a task. */
export function problem(
  definition: AnyBalancer,
  tasks: readonly PlaneTask[],
  { seed = 1, momentum = 0, accumulate = 1, options = {} } = {},
): Problem {
  const names = tasks.map(({ name }) => name);
  const balancer = definition.make(
    {
      objectives: tasks.map(({ name, likelihood = 'gaussian' }) => ({ name, likelihood })),
      batchesPerEpoch: 1,
    },
    { ...optionsOf(definition.name, names), ...options },
  );
  const shared = [parameter('trunk/w', [X, F], seed), parameter('trunk/b', [F], seed + 1000)];
  const heads = tasks.map((task) => parameter(`${task.name}/w`, [F, 1], task.seed, task.name));
  const noises = Object.entries(balancer.variables).map(([name, variable]): Parameter => ({
    name: `weighting/${name}`,
    role: 'weighting',
    decay: false,
    variable,
  }));
  const trained = [...shared, ...heads, ...noises];
  const network: Pick<Network, 'inputs' | 'forward' | 'border'> = {
    inputs: { x: [X] },
    border: { shapes: [[F]] },
    forward({ x }, { border }) {
      const [w, b] = shared.map(({ variable }) => variable);
      const features =
        border?.[0] ?? tf.tanh(tf.add(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D), b));
      const outputs = tasks.map(({ name }, i) => {
        const head = heads[i].variable as unknown as tf.Tensor2D;
        return [name, tf.reshape(tf.matMul(features as tf.Tensor2D, head), [-1])] as const;
      });
      return {
        outputs: Object.fromEntries(outputs),
        ...{ shared: features, border: [features], statistics: [] },
      };
    },
  };
  const inner = sgd(trained, { momentum, nesterov: false, weightDecay: 0 });
  const step = trainingStep({
    network,
    objectives: tasks.map(objective),
    balancer,
    parameters: { trained, frozen: [], buffers: [] },
    optimiser: accumulate > 1 ? accumulated(inner, accumulate) : inner,
    batchSizes: { [MAIN_STREAM]: B },
  });
  const arraysAt = (batch: number): Record<string, Float32Array> => ({
    x: stream(seed, 'x', batch).normals(B * X),
    ...Object.fromEntries(
      tasks.flatMap(({ name, seed: own, present = true }) => [
        [`target/${name}`, stream(own, 'target', batch).normals(B)],
        [`mask/${name}`, new Float32Array(B).fill(present ? 1 : 0)],
      ]),
    ),
  });
  return {
    balancer,
    step,
    inputsAt: (batch) => ({
      ...arraysAt(batch),
      // Batches that no test comes to otherwise.
      ...Object.fromEntries(
        [SECOND_STREAM, THIRD_STREAM].flatMap((name, i) =>
          step.streams.includes(name)
            ? Object.entries(arraysAt(1000 * (i + 1) + batch)).map(([n, v]) => [`${name}/${n}`, v])
            : [],
        ),
      ),
      'rate/network': Float32Array.of(0.1),
      'rate/weighting': Float32Array.of(0.1),
      apply: Float32Array.of((batch + 1) % accumulate === 0 ? 1 : 0),
      ...step.inputsAt(batch),
    }),
    values: () =>
      Object.fromEntries([...step.variables].map(([name, v]) => [name, Array.from(v.dataSync())])),
  };
}

/** What a step gives for some inputs, run eagerly; it changes the parameters. */
export async function outputs(
  { step }: Problem,
  inputs: Readonly<Record<string, Float32Array>>,
): Promise<Record<string, number>> {
  const compiled = await compile(step.run, step.signature, { engine: 'cpu' });
  const given = await compiled.run(inputs);
  return Object.fromEntries(Object.entries(given).map(([name, v]) => [name, v[0]]));
}

/** Several steps compiled as one, which takes a session for all of them; none may have a `between`. */
export async function compiledTogether(
  problems: readonly Problem[],
  engine: NonNullable<CompileOptions['engine']>,
) {
  const prefixed = <T>(k: number, values: Readonly<Record<string, T>>) =>
    Object.entries(values).map(([name, value]) => [`${k}/${name}`, value] as const);
  const ofOne = <T>(k: number, values: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) =>
        name.startsWith(`${k}/`) ? [[name.slice(`${k}/`.length), value]] : [],
      ),
    );
  const joined = <T>(of: (problem: Problem, k: number) => Readonly<Record<string, T>>) =>
    Object.fromEntries(problems.flatMap((problem, k) => prefixed(k, of(problem, k))));
  const whole = await compile(
    (inputs) => joined(({ step }, k) => step.run(ofOne(k, inputs))),
    joined(({ step }) => step.signature),
    { engine },
  );
  return {
    /** What each step gave. */
    async run(batch: number): Promise<Record<string, number>[]> {
      const given = await whole.run(joined(({ inputsAt }) => inputsAt(batch)));
      return problems.map((_, k) =>
        Object.fromEntries(Object.entries(ofOne(k, given)).map(([name, v]) => [name, v[0]])),
      );
    },
    async finish(): Promise<void> {
      await whole.pull();
      await whole.dispose();
    },
  };
}

/** A step compiled, and what runs between, at the batches as a training loop would run them. */
export async function compiledOf(
  { step, inputsAt }: Problem,
  engine: NonNullable<CompileOptions['engine']>,
) {
  const whole = await compile(step.run, step.signature, { engine });
  const between = step.between && (await whole.beside(step.between.run, step.signature));
  return {
    async run(batch: number): Promise<Record<string, number>> {
      const due = between && step.between?.at(batch) ? between : whole;
      const given = await due.run(inputsAt(batch));
      return Object.fromEntries(Object.entries(given).map(([name, v]) => [name, v[0]]));
    },
    async finish(): Promise<void> {
      await whole.pull();
      await between?.dispose();
      await whole.dispose();
    },
  };
}
