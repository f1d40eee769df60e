import { ownerName } from '@scene-mtl/core';
import type { Table } from '@scene-mtl/eval';
import { progressLine } from '@scene-mtl/lab';
import type { CompileOptions } from '@scene-mtl/runtime';
import { normalisationOf, type VisionNetwork } from '../assemble.ts';
import { dataOf } from '../predict/evaluate-run.ts';
import { checkpointOf, loadNetwork, type CheckpointChoice } from '../predict/stored-network.ts';
import { readDescription } from '../run/description.ts';
import { lossesOfSplits } from './frame-losses.ts';

/** Where the capacity of a network is, and whether what is taught fills it. */
export interface Ledger {
  readonly run: string;
  readonly step: number;
  /** Trainable numbers of what several heads share, and of the whole network. */
  readonly shared: number;
  readonly total: number;
  readonly heads: readonly LedgerHead[];
}

/** One head. */
export interface LedgerHead {
  readonly task: string;
  /** Trainable numbers that are this head's alone. */
  readonly parameters: number;
  /** Training frames with its annotation, and how many there are. */
  readonly labelled: number;
  readonly frames: number;
  /** Its own numbers for every 1,000 of these frames; null without any. */
  readonly perThousand: number | null;
  /** Mean losses without weights, as in inference; null where there is nothing to judge. */
  readonly training: number | null;
  readonly validation: number | null;
  /** `validation − training`. */
  readonly gap: number | null;
}

/**
 * Parameters, labels and losses of every head of a stored run.
 * @throws when the folder is no run, or its data are not there
 */
export async function ledgerOf(options: {
  readonly run: string;
  readonly checkpoint: CheckpointChoice;
  readonly data?: string | undefined;
  readonly compile: CompileOptions;
}): Promise<Ledger> {
  const { run } = options;
  const description = await readDescription(run);
  const checkpoint = await checkpointOf(run, options.checkpoint);
  const dataset = await dataOf(description, run, options.data);
  const network = loadNetwork(description, checkpoint, run);
  const line = progressLine();
  try {
    const { train, val } = await lossesOfSplits(['train', 'val'], {
      ...{ network, dataset, size: description.config.size, compile: options.compile },
      normalisation: normalisationOf(description.config),
      onSeen: (split, seen) =>
        line.update(() => `${run}: ${seen} of ${dataset.list(split).length} frames of ${split}`),
    });
    const sizes = sizesByOwner(network);
    const own = (task: string): number => sizes.get(task) ?? 0;
    const total = [...sizes.values()].reduce((a, b) => a + b, 0);
    const heads = network.tasks.map(({ name }): LedgerHead => {
      const { labelled, loss: training } = train[name];
      const { loss: validation } = val[name];
      return {
        ...{ task: name, parameters: own(name), labelled, frames: dataset.list('train').length },
        perThousand: labelled === 0 ? null : (1000 * own(name)) / labelled,
        ...{ training, validation },
        gap: training === null || validation === null ? null : validation - training,
      };
    });
    const shared = total - heads.reduce((sum, { parameters }) => sum + parameters, 0);
    return { run, step: checkpoint.manifest.step, shared, total, heads };
  } finally {
    network.model.dispose();
  }
}

function sizesByOwner({ weights }: Pick<VisionNetwork, 'weights'>): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const { owner, trainable, variable } of weights) {
    if (!trainable) continue;
    const name = ownerName(owner);
    sizes.set(name, (sizes.get(name) ?? 0) + variable.size);
  }
  return sizes;
}

/** The ledger as a table. */
export function ledgerTable({ run, step, shared, total, heads }: Ledger): Table {
  const cell = (value: number | null) => (value === null ? null : { value });
  return {
    title: `${run}: capacity of its heads`,
    corner: 'head',
    columns: [
      { name: 'parameters', decimals: 0 },
      { name: 'labelled training frames', decimals: 0 },
      { name: 'parameters per 1,000 labelled frames', decimals: 0 },
      { name: 'training loss', decimals: 4 },
      { name: 'validation loss', decimals: 4 },
      { name: 'gap', decimals: 4 },
    ],
    rows: heads.map(({ task, parameters, labelled, perThousand, training, validation, gap }) => ({
      header: task,
      cells: [parameters, labelled, perThousand, training, validation, gap].map(cell),
    })),
    notes: [
      `Step ${step}; ${total} parameters in all, ${shared} of them shared; ${heads[0].frames} training frames. Losses without weights or augmentation, the network as in inference, each a mean over the frames with a truth; gap: validation − training.`,
    ],
  };
}
