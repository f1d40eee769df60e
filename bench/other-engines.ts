import { availableParallelism } from 'node:os';
import { multiTaskModel, predictionStep, dilatedResidual, type Task } from '@scene-mtl/core';
import { compile, type CompileOptions } from '@scene-mtl/runtime';
import { depth, instance, semantic } from '@scene-mtl/vision-heads';
import * as tf from '@tensorflow/tfjs';
import { blockStep, jaxStep, type TimedStep } from './jax-block.ts';
import { stepOf, workloads, type Workload } from './workloads.ts';

/** Options of {@link benchOtherEngines}. */
export interface OtherEnginesOptions {
  /** Turns of each engine, taken one after the other. Default 3. */
  readonly rounds?: number;
  /** Threads of ours. Default: all. */
  readonly threads?: number;
  /** Told what runs. Default: stderr. */
  readonly say?: (text: string) => void;
}

/** One engine on one piece of work. */
export interface OtherEngineResult {
  /** What was computed. */
  readonly work: string;
  readonly engine: string;
  /** Median time of a step, ms; absent where it cannot run. */
  readonly ms?: number;
  /** Its time divided by ours in the same turns, median; 1 for ours. */
  readonly ratio?: number;
  /** Relative difference of its last value from ours after as many steps, updates included. */
  readonly difference?: number;
  /** Why it cannot run. */
  readonly cannot?: string;
}

/** An engine ready to step; `value` is the loss, or the sum of the outputs' absolute values. */
interface Contestant {
  readonly engine: string;
  readonly start: () => Promise<TimedStep>;
}

type Maker = (options: CompileOptions) => Promise<TimedStep>;

/**
 * Other engines that run in Node from npm (and TensorFlow, where installed) against ours, taking
 * turns: workload a's training step; its network's forward pass; a residual block's training step.
 */
export async function benchOtherEngines(
  options: OtherEnginesOptions = {},
): Promise<OtherEngineResult[]> {
  const { rounds = 3, threads = availableParallelism() } = options;
  const say = options.say ?? ((text: string) => void process.stderr.write(`${text}\n`));
  tf.env().set('PROD', true);
  await tf.setBackend('cpu');
  const ours = (make: Maker, n = threads): Contestant => ({
    engine: `ours, onnx/cpu, ${n} ${n === 1 ? 'thread' : 'threads'}`,
    start: () => make({ threads: n }),
  });
  const eager = (make: Maker, engine: 'cpu' | 'tensorflow'): Contestant => ({
    engine: engine === 'cpu' ? 'TensorFlow.js, plain CPU' : "TensorFlow.js on TensorFlow's library",
    start: () => make({ engine }),
  });
  const jax: Contestant = { engine: 'jax-js, WebAssembly, jit', start: jaxStep };
  const wasm: Contestant = { engine: 'TensorFlow.js, WebAssembly, 1 thread', start: wasmForward };
  return [
    ...(await compete(
      'training step of workload a',
      [ours(trainA()), eager(trainA(), 'tensorflow')],
      rounds,
      say,
    )),
    ...(await compete(
      // The plain CPU needs minutes for the whole one.
      'training step of workload a, batch 1, 32×64',
      [ours(trainA(small)), eager(trainA(small), 'tensorflow'), eager(trainA(small), 'cpu')],
      rounds,
      say,
    )),
    ...(await compete(
      "forward pass of workload a's network",
      [ours(forwardA), ours(forwardA, 1), wasm],
      rounds,
      say,
    )),
    ...(await compete(
      'training step of a residual block, 32 channels, [2, 16, 32]',
      [ours(trainBlock), ours(trainBlock, 1), jax, eager(trainBlock, 'cpu')],
      rounds,
      say,
    )),
  ];
}

const small = { batch: 1, size: [32, 64] } as const;

/** A training step of workload a, or of the same network at another batch and size. */
const trainA =
  (change: Partial<Pick<Workload, 'batch' | 'size'>> = {}): Maker =>
  async (options) => {
    const workload = workloads.find(({ id }) => id === 'a')!;
    const { run, signature, inputs } = stepOf({ ...workload, ...change });
    const compiled = await compile(run, signature, options);
    return async () => (await compiled.run(inputs as never))['total'][0];
  };

async function trainBlock(options: CompileOptions): Promise<TimedStep> {
  const { run, signature, inputs } = blockStep();
  const compiled = await compile(run, signature, options);
  return async () => (await compiled.run(inputs)).loss[0];
}

/** The network of workload a for inference, and an image. */
function inferenceA() {
  const { batch, size } = workloads.find(({ id }) => id === 'a')!;
  const network = multiTaskModel({
    encoder: dilatedResidual({
      stem: 32,
      channels: [32, 64, 96],
      aspp: { channels: 64, rates: [3, 6, 9] },
    }),
    tasks: [semantic(19), instance(), depth()] as Task[],
    size,
    decoder: { width: 64, kernel: 3 },
    seed: 1,
  });
  const step = predictionStep(network, batch);
  const image = Float32Array.from({ length: batch * size[0] * size[1] * 3 }, (_, i) => Math.sin(i));
  return { ...step, image };
}

const magnitude = (outputs: Readonly<Record<string, ArrayLike<number>>>): number => {
  let sum = 0;
  for (const values of Object.values(outputs)) {
    for (let i = 0; i < values.length; i++) sum += Math.abs(values[i]);
  }
  return sum;
};

async function forwardA(options: CompileOptions): Promise<TimedStep> {
  const { run, signature, image } = inferenceA();
  const compiled = await compile(run, signature, options);
  return async () => magnitude(await compiled.run({ image }));
}

/** The WASM backend has no gradient of a filter, so it only goes forward. */
async function wasmForward(): Promise<TimedStep> {
  await import('@tensorflow/tfjs-backend-wasm');
  const { run, signature, image } = inferenceA();
  return async () => {
    if (!(await tf.setBackend('wasm'))) throw new Error('the WebAssembly backend does not start');
    try {
      const tensor = tf.tensor(image, [...signature.image.shape]);
      const outputs = run({ image: tensor });
      const values: Record<string, ArrayLike<number>> = {};
      for (const [name, output] of Object.entries(outputs)) values[name] = await output.data();
      tf.dispose([tensor, ...Object.values(outputs)]);
      return magnitude(values);
    } finally {
      await tf.setBackend('cpu');
    }
  };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1];

/** A first step that takes longer, ms, is not repeated: it counts as it is, warm-up included. */
const PATIENCE = 15_000;

/** Starts every contestant, warms each up with one step, and lets them take turns of one step. */
async function compete(
  work: string,
  contestants: readonly Contestant[],
  rounds: number,
  say: (text: string) => void,
): Promise<OtherEngineResult[]> {
  const rows: {
    engine: string;
    cannot?: string;
    step?: TimedStep;
    ms: number[];
    values: number[];
  }[] = [];
  for (const { engine, start } of contestants) {
    try {
      const step = await start();
      const begun = performance.now();
      const values = [await step()];
      const first = performance.now() - begun;
      rows.push({ engine, values, ...(first > PATIENCE ? { ms: [first] } : { step, ms: [] }) });
    } catch (error) {
      rows.push({ engine, cannot: (error as Error).message.split('\n')[0], values: [], ms: [] });
    }
    say(`${work}: ${engine}${rows[rows.length - 1].cannot ? ' cannot run' : ' is warm'}`);
  }
  for (let round = 0; round < rounds; round++) {
    for (const { step, ms, values } of rows) {
      if (!step) continue;
      const begun = performance.now();
      values.push(await step());
      ms.push(performance.now() - begun);
    }
    say(`${work}: round ${round + 1} of ${rounds}`);
  }
  tf.disposeVariables();
  const [mine] = rows;
  return rows.map(({ engine, cannot, values, ms }) =>
    cannot !== undefined
      ? { work, engine, cannot }
      : {
          work,
          engine,
          ms: median(ms),
          // One that did not take turns is held against our median.
          ratio: median(
            ms.map((t, i) => t / (ms.length === rounds ? mine.ms[i] : median(mine.ms))),
          ),
          difference: differenceOf(values, mine.values),
        },
  );
}

function differenceOf(theirs: readonly number[], ours: readonly number[]): number {
  const last = theirs.length - 1;
  return Math.abs(theirs[last] - ours[last]) / Math.abs(ours[last]);
}
