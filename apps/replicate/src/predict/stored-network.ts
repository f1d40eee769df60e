import { join } from 'node:path';
import {
  latestCheckpoint,
  listCheckpoints,
  loadCheckpoint,
  parametersOf,
  restoreVariables,
  type Checkpoint,
  type Manifest,
} from '@scene-mtl/core';
import { didYouMean, type Size } from '@scene-mtl/data';
import type { Split } from '@scene-mtl/datasets';
import { noCheckpointRemedy } from '@scene-mtl/lab';
import { tasksFor, type VisionTask } from '@scene-mtl/vision-heads';
import { networkOf, type VisionNetwork } from '../assemble/network.ts';
import type { RunDescription } from '../run/description.ts';
import { configHashOf } from '../run/identity.ts';

/**
 * Which checkpoint of a run: the best on validation, the best of one task on it (`training.snapshots`), the one
 * with most steps, or that of a step.
 */
export type CheckpointChoice = 'best' | `best:${string}` | 'last' | number;

/**
 * Refuses choices by which test data would select a model: on test only `best`, which validation
 * chose, and `last`, which nothing chose, may be measured.
 */
export function assertMayMeasure(split: Split, choice: CheckpointChoice): void {
  if (split !== 'test' || typeof choice !== 'number') return;
  throw new Error(
    `--checkpoint ${choice} --split test: a step picked by hand must not be measured on test data, ` +
      `or test data would select the model; use --checkpoint best (chosen on val) or last`,
  );
}

/**
 * Loads a checkpoint of a run.
 * @throws naming the folder, what there is, and what to do; for a checkpoint of another run
 */
export async function checkpointOf(folder: string, choice: CheckpointChoice): Promise<Checkpoint> {
  const checkpoints = join(folder, 'checkpoints');
  const configHash = await configHashOf(folder);
  const last = await latestCheckpoint(checkpoints, configHash);
  if (!last) {
    const remedy = noCheckpointRemedy(folder, 'let the run get to its first one');
    throw new Error(`${checkpoints}: no checkpoint; ${remedy}`);
  }
  if (choice === 'last') return last;
  const step =
    choice === 'best'
      ? last.manifest.best?.step
      : typeof choice === 'number'
        ? choice
        : bestStepOf(last.manifest, choice.slice('best:'.length), checkpoints);
  if (step === undefined) {
    throw new Error(
      `${checkpoints}: no best checkpoint was kept, since no evaluation has chosen one; ` +
        `use --checkpoint last`,
    );
  }
  const steps = await listCheckpoints(checkpoints);
  if (!steps.includes(step)) {
    throw new Error(`${checkpoints}: no checkpoint of step ${step}; there are ${steps.join(', ')}`);
  }
  return loadCheckpoint(checkpoints, step, configHash);
}

/** Step of the best checkpoint of a task. */
function bestStepOf({ bests = {} }: Manifest, task: string, checkpoints: string): number {
  const found = Object.entries(bests).find(([metric]) => metric.startsWith(`${task}/`));
  if (found) return found[1].step;
  const tasks = Object.keys(bests).map((metric) => metric.slice(0, metric.lastIndexOf('/')));
  throw new Error(
    `${checkpoints}: no best checkpoint of ${task} was kept; ` +
      (tasks.length > 0
        ? didYouMean(task, tasks)
        : 'train with --set training.snapshots=true to keep each task’s'),
  );
}

/** The tasks of a stored run, in its order. */
export const tasksIn = ({ data, tasks }: RunDescription): VisionTask[] => {
  const known = tasksFor(data);
  return tasks.map((name) => {
    const task = known.find((one) => one.name === name);
    if (task) return task;
    throw new Error(`run.json: task ${name} needs an annotation that ${data.name} lacks`);
  });
};

/** Tensors of a checkpoint, by their names, that a network which only predicts has no place for. */
export const TRAINING_ONLY = /^(weighting|weighting-state|optimiser)\//;

/**
 * The network of a stored run with the weights of a checkpoint; what only training needs is left.
 * @param size of its pictures, px, where that is not the run's: the weights of convolutions fit every size
 * @throws naming the tensors that are missing or of another shape
 */
export function loadNetwork(
  description: RunDescription,
  { tensors, manifest }: Checkpoint,
  folder: string,
  size?: Size,
): VisionNetwork {
  const network = networkOf(description.config, tasksIn(description), description.seed, size);
  const { trained, frozen, buffers } = parametersOf(network);
  const variables = new Map([
    ...[...trained, ...frozen, ...buffers].map(({ name, variable }) => [name, variable] as const),
    // What layers read of an architecture's own, as a training step names it.
    ...Object.entries(network.drive?.state ?? {}).map(
      ([name, variable]) => [`architecture/${name}`, variable] as const,
    ),
  ]);
  restoreVariables(
    variables,
    new Map([...tensors].filter(([name]) => !TRAINING_ONLY.test(name))),
    `${folder}, checkpoint of step ${manifest.step}`,
  );
  return network;
}
