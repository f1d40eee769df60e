import {
  adam,
  balancerNamed,
  MAIN_STREAM,
  train,
  trainingStep,
  type Balanced,
  type Balancer,
  type Objective,
  type Parameter,
  type Runnable,
} from '@scene-mtl/core';
import type { DataSummary, Kind, Program, RunSpec, Trained, TrainingRun } from '@scene-mtl/lab';
import { compile } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { FLOORS, losses, LOSSES } from './losses.ts';

const schema = z.strictObject({
  start: z.tuple([z.number(), z.number()]).describe('x₁ and x₂'),
  steps: z.number().int().positive(),
  learningRate: z.number().positive(),
  weightingRate: z.number().positive().describe('of what a method learns'),
});

/** A path of one method from one start. */
export type PathSpec = RunSpec<z.infer<typeof schema>>;

/** What experiments on paths are about. */
export interface Paths extends Kind {
  readonly spec: PathSpec;
  readonly data: DataSummary;
}

const name = 'two-parameters';
/** Steps that count as an epoch, for methods that go by epochs. */
const BATCHES = 100;
const opened = () =>
  Promise.resolve({ data: { name, frames: { train: 0, val: 0 }, tasks: [...LOSSES] } });

/** Two losses of two parameters, descended by Adam under a method: the step that networks train with. */
export const paths: Program<PathSpec, Paths> = {
  ...{ name, module: import.meta.url, schema },
  effort: ({ config: { steps } }) => ({ network: name, work: steps, steps }),
  start: () => ({ open: opened, foresee: opened, train: descend }),
};

export default paths;

/** A method for the two losses. @throws naming an option that is missing or out of range */
export const methodOf = (
  { name: method, options }: PathSpec['balance'],
  seed: number,
  objectives: readonly Balanced[] = LOSSES.map((loss) => ({ name: loss })),
): Balancer => balancerNamed(method).make({ objectives, seed, batchesPerEpoch: BATCHES }, options);

async function descend(run: TrainingRun<PathSpec>): Promise<Trained> {
  const { config, balance, seed } = run.spec;
  const { start, steps, learningRate, weightingRate } = config;
  const x = tf.variable<tf.Rank.R1>(tf.tensor1d([...start]), true);
  const network: Runnable = {
    inputs: {},
    forward() {
      const { first, second } = losses(x);
      return { outputs: { first, second }, shared: x, statistics: [] };
    },
  };
  const objectives = LOSSES.map((loss): Objective => ({
    name: loss,
    stream: MAIN_STREAM,
    likelihood: 'gaussian',
    arrays: {},
    loss: (forward) => ({
      value: tf.sub(forward({}).outputs[loss], FLOORS[loss]),
      present: tf.scalar(1),
    }),
  }));
  const balancer = methodOf(balance, seed, objectives);
  const trained: readonly Parameter[] = [
    { name: 'x', role: 'shared', decay: false, variable: x },
    ...Object.entries(balancer.variables).map(([own, variable]) => ({
      ...({ name: `weighting/${own}`, role: 'weighting', decay: false, variable } as const),
    })),
  ];
  const step = trainingStep({
    ...{ network, objectives, balancer, batchSizes: { [MAIN_STREAM]: 1 } },
    parameters: { trained, frozen: [], buffers: [] },
    optimiser: adam(trained, { weightDecay: 0 }),
  });
  const started = performance.now();
  const { metrics } = await train({
    ...{ step, steps, folder: run.folder, configHash: run.id, onProgress: run.onProgress },
    // A second batch is no other than the first here.
    streams: Object.fromEntries(step.streams.map((each) => [each, nothing])),
    schedule: () => learningRate,
    weightingSchedule: () => weightingRate,
    compile: (of, signature) => compile(of, signature, run.compile),
    evaluate: () => {
      const at = tf.tidy(() =>
        LOSSES.map((loss) => [loss, losses(x)[loss].dataSync()[0]] as const),
      );
      const [x1, x2] = x.dataSync();
      return Promise.resolve({ ...Object.fromEntries(at), x1, x2 });
    },
  });
  const seconds = (performance.now() - started) / 1000;
  return {
    data: { name, train: 0, val: 0, fingerprint: null },
    result: {
      metrics: metrics as Record<string, number>,
      ...{ sigma2: {}, weights: {}, steps, parameters: x.size },
    },
    timing: { seconds, stepsPerSecond: steps / seconds, engine: run.compile.engine ?? 'onnx' },
  };
}

/** A stream of batches that hold nothing: the losses read parameters alone. */
async function* nothing() {
  // `train` asks for as many as it has steps.
  for (;;) yield await Promise.resolve({ arrays: {} });
}
