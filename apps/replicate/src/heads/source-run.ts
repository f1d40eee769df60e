import { createHash } from 'node:crypto';
import { partsOf, type Checkpoint, type Network, type Weight } from '@scene-mtl/core';
import { didYouMean } from '@scene-mtl/data';
import { DERIVED } from '@scene-mtl/datasets';
import { tasksFor, type VisionTask } from '@scene-mtl/vision-heads';
import type { VisionNetwork } from '../assemble/network.ts';
import type { Config } from '../config/schema.ts';
import { checkpointOf, loadNetwork } from '../predict/stored-network.ts';
import { readDescription, type RunDescription } from '../run/description.ts';
import { runFolder } from '../run/initial.ts';

/** A trained run that another one begins with. */
export interface SourceRun {
  readonly folder: string;
  readonly description: RunDescription;
  readonly checkpoint: Checkpoint;
  /** With the weights of its last checkpoint. */
  readonly network: VisionNetwork;
}

/**
 * Opens a trained run.
 * @param run its folder, or its name among `runs`
 * @throws when it is no run, has no checkpoint, or a network whose heads cannot be changed one by one
 */
export async function sourceRun(run: string, runs: string): Promise<SourceRun> {
  const folder = await runFolder(run, runs);
  const description = await readDescription(folder);
  const checkpoint = await checkpointOf(folder, 'last');
  const network = loadNetwork(description, checkpoint, folder);
  assertTrunk(folder, network, description);
  return { folder, description, checkpoint, network };
}

/**
 * Makes sure that what a network's tasks share is a trunk, which stays as it is while one head is changed.
 * @throws naming a weight that couples tasks, or that stands in one task's part and serves others
 */
export function assertTrunk(
  folder: string,
  { weights }: { readonly weights: readonly Pick<Weight, 'name' | 'owner'>[] },
  { config, tasks }: Pick<RunDescription, 'config' | 'tasks'>,
): void {
  const coupling = weights.find(
    ({ name, owner }) =>
      owner === 'between' || (owner === 'shared' && tasks.includes(name.split('/')[0])),
  );
  if (!coupling) return;
  throw new Error(
    `${folder}: expected a trunk that its heads stand on, got ${config.network.architecture.name}, in which ` +
      `${coupling.name} serves several tasks; train a new run, by replicate train`,
  );
}

/** @throws naming the heads that there are, when a run has not this one */
export function assertHead({ folder, description: { tasks } }: SourceRun, head: string): void {
  if (tasks.includes(head)) return;
  throw new Error(`${folder}: no head ${head}; ${didYouMean(head, tasks)}`);
}

/** What a run takes parts of another's last checkpoint by. */
export const initialOf = (
  { folder, checkpoint }: SourceRun,
  parts: readonly string[],
): { checksum: string; folder: string; parts: string[] } => ({
  checksum: checkpoint.manifest.sha256.slice(0, 16),
  folder,
  parts: [...parts].sort(),
});

/** SHA-256 of the values of a part's weights, moving averages included; the first 16 hex digits. */
export function partHash(network: Network, part: string): string {
  const hash = createHash('sha256');
  for (const { name, variable } of network.weights.filter(partsOf(network, [part]))) {
    hash.update(`${name} ${variable.shape.join('×')}\n`);
    const { buffer, byteOffset, byteLength } = variable.dataSync<'float32'>();
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex').slice(0, 16);
}

/**
 * Makes sure that a head stands on the trunk of another run.
 * @throws with the hashes of both trunks
 */
export function assertSameTrunk(source: SourceRun, other: SourceRun, head: string): void {
  const [own, its] = [source, other].map(({ network }) => partHash(network, 'shared'));
  if (own === its) return;
  throw new Error(
    `${other.folder}: the head ${head} stands on another trunk (${its}) than that of ${source.folder} (${own}), ` +
      `so its features mean something else; train it there, by heads add ${head} --from ${source.folder}`,
  );
}

/** The task that data can train, by name. */
export function taskNamed(name: string, { description }: SourceRun): VisionTask {
  const { data } = description;
  // What is derived from other annotations is known once it is asked for.
  const all = tasksFor({ ...data, fields: [...new Set([...data.fields, ...DERIVED])] });
  const task = all.find((one) => one.name === name);
  if (task) return task;
  const names = all.map((one) => one.name);
  throw new Error(`head ${name}: no such task; ${didYouMean(name, names)}`);
}

/** Weights that an encoder began with are among those of the run by now. */
export const withoutWeights = (
  encoder: Config['network']['encoder'],
): Config['network']['encoder'] =>
  encoder.kind === 'mobilenet' ? { ...encoder, weights: null } : encoder;
