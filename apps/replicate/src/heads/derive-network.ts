import { join } from 'node:path';
import {
  continuation,
  costOf,
  ownerName,
  partsOf,
  untouchedTasks,
  type Network,
} from '@scene-mtl/core';
import type { Dataset } from '@scene-mtl/datasets';
import { readJsonIfPresent, resultSchema, type ProgressLine } from '@scene-mtl/lab';
import { networkOf, type VisionNetwork } from '../assemble/network.ts';
import { encoderText } from '../config/encoder-text.ts';
import { tasksIn } from '../predict/stored-network.ts';
import type { RunDescription } from '../run/description.ts';
import { runName, type HeadEntry, type NetworkFile } from './network-file.ts';

/**
 * What a run says of its network, by its description and result; what it left as another run had it keeps
 * what that run's file says.
 * @param labelled training frames with a task's annotation, where they were counted
 * @param from the file of the run that it began with
 */
export async function deriveNetwork(options: {
  readonly folder: string;
  readonly description: RunDescription;
  readonly labelled?: Readonly<Record<string, number>>;
  readonly from?: NetworkFile | undefined;
}): Promise<NetworkFile> {
  const { folder, description, labelled = {}, from } = options;
  const { config, tasks, data } = description;
  const network = networkOf(config, tasksIn(description), description.seed);
  try {
    const run = runName(folder);
    const untouched = new Set(untouchedTasks(network));
    const [first] = config.network.init;
    const before = from?.run ?? (first && `checkpoint ${first.checksum}`);
    const file = join(folder, 'result.json');
    const result = (await readJsonIfPresent(file, resultSchema))?.result;
    const heads = tasks.map((name): HeadEntry => {
      const known = from?.heads.find((one) => one.name === name);
      const own = costOf(network, partsOf(network, [name]));
      if (known && untouched.has(name)) return { ...known, ...own };
      return {
        name,
        owner: known?.owner ?? null,
        data: data.name,
        sampling: {
          batchSize: config.training.batchSize,
          steps: config.training.steps,
          features: config.training.features,
        },
        weight: {
          method: description.balance.name,
          value: result?.weights[name] ?? null,
        },
        stopping: {
          metric: description.select?.metric ?? null,
          bestStep: result?.best?.step ?? null,
        },
        ...own,
        labelledFrames: labelled[name] ?? known?.labelledFrames ?? null,
        changedBy: untouched.has(name) ? (before ?? run) : run,
      };
    });
    const shared = network.weights.filter(({ owner }) => ownerName(owner) === 'shared');
    const isLeft = shared.every(({ frozen: still }) => still);
    return {
      version: 1,
      run,
      size: config.size,
      trunk: {
        encoder: encoderText(config.network.encoder),
        ...costOf({ weights: shared }),
        stages: stagesOf(network),
        changedBy: isLeft ? (from?.trunk.changedBy ?? before ?? run) : run,
      },
      groups: groupsOf(network, tasks),
      heads,
    };
  } finally {
    network.model.dispose();
  }
}

const stagesOf = ({ encoder, weights }: VisionNetwork): NetworkFile['trunk']['stages'] =>
  encoder.stages.map(({ name }) => ({
    name,
    // In every branch or column of it that tasks share.
    ...costOf(
      { weights },
      (weight) =>
        ownerName(weight.owner) === 'shared' && `/${weight.name}`.includes(`/encoder/${name}/`),
    ),
  }));

/** Heads by what of the trunk they read. */
function groupsOf(network: Network, tasks: readonly string[]): NetworkFile['groups'] {
  // Whatever this run froze: where the trunk ends.
  const weights = network.weights.map((weight) => ({
    ...weight,
    frozen: typeof weight.owner === 'string',
  }));
  const groups = new Map<string, string[]>();
  for (const task of tasks) {
    const reads = continuation({ ...network, weights }, [task]).names.map((name) =>
      name.replace(/^features\//, ''),
    );
    const group = reads.join(' + ');
    groups.set(group, [...(groups.get(group) ?? []), task]);
  }
  return [...groups].map(([name, heads]) => ({ name, heads }));
}

/** Training frames that carry each task's annotation. */
export async function countLabelled(
  dataset: Dataset,
  description: RunDescription,
  line: ProgressLine,
): Promise<Record<string, number>> {
  const tasks = tasksIn(description);
  const counts = Object.fromEntries(tasks.map(({ name }) => [name, 0]));
  const ids = dataset.list('train');
  for (const [i, id] of ids.entries()) {
    const sample = await dataset.read(id, 'train', description.config.size);
    for (const task of tasks) if (task.has(sample)) counts[task.name]++;
    line.update(() => `labels of ${i + 1} of ${ids.length} training frames`);
  }
  return counts;
}
