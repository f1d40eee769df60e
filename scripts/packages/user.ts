import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as core from '@scene-mtl/core';
import { batches, generateTree, openDataset } from '@scene-mtl/datasets';
import { overSeeds } from '@scene-mtl/lab';
import { compile } from '@scene-mtl/runtime';
import { tasksFor } from '@scene-mtl/vision-heads';
import { sampleArrays, symmetricNormalisation } from '@scene-mtl/vision-heads/targets';

/**
 * What a user's program does who has installed the packages: data, a network of several tasks, some steps, metrics
 * of validation. Run by `check.ts`, as an ES module and as a CommonJS one, hence without an await outside.
 */
async function main(folder: string): Promise<void> {
  const size = { height: 32, width: 64 };
  const root = join(folder, 'street');
  await generateTree({ ...{ out: root, frames: { train: 4, val: 2 }, seed: 1 }, ...size });
  const dataset = await openDataset(root);
  const tasks = tasksFor(dataset);
  const encoder = core.dilatedResidual({ stem: 4, channels: [4, 4, 4], aspp: null });
  const network = core.multiTaskModel({ encoder, tasks, size: [32, 64], seed: 1 });
  const balancer = core.balancerNamed('uncertainty').make({ objectives: tasks, seed: 1 });
  const parameters = core.parametersOf(network, balancer.variables);
  const batchSizes = { train: 2 };
  const step = core.trainingStep({
    ...{ network, balancer, parameters, batchSizes },
    objectives: tasks.map((task) => core.objectiveOf(task, [32, 64])),
    optimiser: core.sgd(parameters.trained, { weightDecay: 1e-4 }),
  });
  const normalisation = symmetricNormalisation;
  const encode = (sample: Parameters<typeof sampleArrays>[0]) =>
    sampleArrays(sample, tasks, normalisation);
  const train = (startStep: number) =>
    batches({ ...{ dataset, split: 'train', size, batchSize: 2, seed: 1, encode, startStep } });
  const { step: done } = await core.train({
    ...{ step, compile, streams: { train }, steps: 3, folder: join(folder, 'run') },
    ...{ schedule: core.poly(0.01, 3), configHash: 'user' },
  });

  const { signature, run } = core.predictionStep(network, 1);
  const predict = await compile(run, signature);
  const judged = tasks.map((task) => ({ task, accumulator: task.accumulator() }));
  for (const id of dataset.list('val')) {
    const sample = await dataset.read(id, 'val', size);
    const outputs = await predict.run({ image: encode(sample).image });
    for (const { task, accumulator } of judged) {
      accumulator.add(task.decode(outputs[task.name] as Float32Array, 32, 64), sample);
    }
  }
  await predict.dispose();
  const [, second] = overSeeds('user', [1, 2], {
    ...{ config: {}, tasks: tasks.map(({ name }) => name) },
    balance: { name: 'equal', options: {} },
  });
  if (second.spec.seed !== 2) throw new Error(`expected seed 2, got ${second.spec.seed}`);
  const metrics = judged.map(({ task, accumulator }) => {
    const [{ name, digits }] = task.kit.metrics;
    return `${task.name} ${name} ${accumulator.result()[name].toFixed(digits)}`;
  });
  console.log(`${done} steps, ${metrics.join(', ')}`);
}

async function inOwnFolder(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'scene-mtl-user-'));
  try {
    await main(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

void inOwnFolder();
