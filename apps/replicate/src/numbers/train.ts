import { join } from 'node:path';
import {
  adam,
  architectureNamed,
  balancerNamed,
  constant,
  countParameters,
  hardSharing,
  MAIN_STREAM,
  parametersOf,
  poly,
  readMetrics,
  sgd,
  train,
  trainingStep,
  type CompileStep,
  type Objective,
  type Parameter,
} from '@scene-mtl/core';
import type { Trained, TrainingRun } from '@scene-mtl/lab';
import { compile } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import { assembled, type Assembled } from './assemble.ts';
import { columnBatches } from './batches.ts';
import { compiledPass, numbersEvaluator, type ForwardPass } from './evaluate.ts';
import type { NumbersConfig, NumbersSpec } from './kind.ts';
import type { NumbersData } from './program.ts';
import { plainNetwork } from './plain/plain-network.ts';
import { plainStep } from './plain/plain-step.ts';
import { HALTING_SUM, haltingLoss, stoppedMetrics } from './stopping.ts';

/** Steps between checkpoints: a run of seconds needs none, since it begins again and ends the same. */
const CHECKPOINT_EVERY = 5000;
/** Points of a logged curve. */
const POINTS = 100;

/**
 * Trains a dense network for the tasks of a run and the hints that it names. Training goes on to its last step; that
 * a task is stopped early means that its numbers are those of an earlier evaluation (`stopping.ts`).
 */
export async function trainOnNumbers(
  run: TrainingRun<NumbersSpec>,
  of: NumbersData,
): Promise<Trained> {
  const { spec, folder, id: configHash, onProgress } = run;
  const { config, balance, seed, tasks } = spec;
  const { steps, batchSize, stopping, evalEvery } = config;
  const parts = assembled(of, spec);
  const { network, columns } = parts;
  const hints = config.hints.map((name) => hintNamed(of, name, spec));
  const objectives = [...losses(parts, tasks), ...hints.map(({ objective }) => objective)];
  const balancer = balancerNamed(balance.name).make({ objectives, seed }, balance.options);
  const parameters = parametersOf(network, balancer.variables);
  const { trained } = parameters;
  const others = hints.flatMap(({ objective, stream }) =>
    stream ? [[objective.stream, stream] as const] : [],
  );
  const optimiser = optimiserOf(config, trained);
  const step = trainingStep({
    ...{ network, balancer, parameters, objectives, optimiser },
    batchSizes: {
      [MAIN_STREAM]: batchSize,
      ...Object.fromEntries(others.map(([name, stream]) => [name, stream.batchSize])),
    },
  });
  const started = performance.now();
  const { pass, compileStep } = isPlain(run)
    ? plainly(parts, spec, trained, optimiser.state)
    : {
        pass: await compiledPass(parts, run.compile),
        compileStep: ((body, signature) => compile(body, signature, run.compile)) as CompileStep,
      };
  const evaluator = numbersEvaluator(parts, tasks, pass);
  try {
    await train({
      ...{ step, steps, folder, configHash, onProgress, evalEvery },
      streams: {
        [MAIN_STREAM]: (first) => columnBatches(columns.train, batchSize, seed, first),
        ...Object.fromEntries(others.map(([name, { batches }]) => [name, batches])),
      },
      schedule: scheduleOf(config),
      compile: compileStep,
      evaluate: () => evaluator.evaluate(),
      logEvery: Math.ceil(steps / POINTS),
      checkpointEvery: CHECKPOINT_EVERY,
      ...(config.snapshots && {
        select: { metric: HALTING_SUM, better: 'lower' },
        snapshots: tasks.map((task) => ({ name: haltingLoss(task), better: 'lower' })),
      }),
    });
  } finally {
    await evaluator.dispose();
    network.model.dispose();
    tf.dispose([...Object.values(optimiser.state), ...Object.values(balancer.variables)]);
  }
  const log = await readMetrics(join(folder, 'metrics.jsonl'));
  const evaluations = log
    .filter(({ kind }) => kind === 'evaluation')
    .map(({ step: at, values }) => ({ step: at, metrics: values }));
  const seconds = (performance.now() - started) / 1000;
  return {
    data: { name: of.name, train: config.train, val: config.val, fingerprint: null },
    result: {
      metrics: stoppedMetrics(evaluations, tasks, stopping),
      ...{ sigma2: {}, weights: {}, steps },
      parameters: countParameters(parameters).total,
    },
    timing: {
      seconds,
      stepsPerSecond: steps / seconds,
      engine: isPlain(run) ? 'plain' : (run.compile.engine ?? 'onnx'),
    },
  };
}

/**
 * Whether a run is gradient descent on a weighted sum of losses through one trunk and nothing else, which plain loops do
 * faster than ONNX Runtime, with the same numbers but for rounding. The engines that compute op by op are there to be
 * compared with.
 */
function isPlain({
  spec: { config, balance },
  compile: { engine },
}: TrainingRun<NumbersSpec>): boolean {
  const { optimiser, hints, own, architecture } = config;
  const isTrunk = architectureNamed(architecture.name) === hardSharing;
  const isSum = balance.name === 'fixed' && hints.length === 0;
  const isOnnx = engine === undefined || engine === 'onnx';
  return isOnnx && isTrunk && isSum && optimiser === 'sgd' && Object.keys(own).length === 0;
}

/** A run's step and forward pass as plain loops. */
function plainly(
  { network, kinds }: Assembled,
  { config, balance, tasks }: NumbersSpec,
  trained: readonly Parameter[],
  state: Readonly<Record<string, tf.Variable>>,
) {
  const { momentum, blocked } = config;
  const weights = balance.options as Readonly<Record<string, number>>;
  const heads = tasks.map((name, k) => ({
    ...{ name, kind: kinds[k], weight: weights[name], isBlocked: blocked.includes(name) },
  }));
  const plain = plainNetwork(network, trained, heads, config);
  const pass: ForwardPass = {
    run: (x) => Promise.resolve(plain.outputs(x)),
    dispose: () => Promise.resolve(),
  };
  return { pass, compileStep: plainStep(plain, { weights, state, momentum }) };
}

/** The loss of each task, as it is trained. */
function losses({ kinds, columns }: Assembled, tasks: readonly string[]): Objective[] {
  return tasks.map((name, k) => {
    const [target, mask] = [`target/${name}`, `mask/${name}`];
    const kind = kinds[k];
    return {
      ...{ name, stream: MAIN_STREAM, likelihood: kind.likelihood },
      arrays: { [target]: [columns.train.widths[target]], [mask]: [1] },
      loss: (forward, batch) => ({
        value: kind.loss(forward(batch).outputs[name], batch[target], batch[mask]),
        present: tf.cast(tf.greater(tf.sum(batch[mask]), 0), 'float32'),
      }),
    };
  });
}

function hintNamed({ name: program, hints = {} }: NumbersData, name: string, spec: NumbersSpec) {
  if (Object.hasOwn(hints, name)) return hints[name](spec);
  const known = Object.keys(hints).join(', ') || 'none';
  throw new Error(`${program}: there is no hint ${name}; expected one of: ${known}`);
}

function scheduleOf({ schedule, learningRate, steps }: NumbersConfig) {
  return schedule === 'poly' ? poly(learningRate, steps) : constant(learningRate);
}

const optimiserOf = (
  { optimiser, momentum, weightDecay }: NumbersConfig,
  trained: Parameters<typeof sgd>[0],
) =>
  optimiser === 'adam'
    ? adam(trained, { weightDecay })
    : sgd(trained, { momentum, weightDecay, nesterov: false });
