import { costOf, partsOf, type Cost } from '@scene-mtl/core';
import type { Table } from '@scene-mtl/eval';
import { progressLine } from '@scene-mtl/lab';
import type { CompileOptions } from '@scene-mtl/runtime';
import { normalisationOf } from '../assemble/network.ts';
import { labelled, labellingOf } from '../data/labelling.ts';
import { dataOf } from '../predict/evaluate-run.ts';
import { checkpointOf, loadNetwork, type CheckpointChoice } from '../predict/stored-network.ts';
import { readDescription } from '../run/description.ts';
import type { Coverage } from './coverage.ts';
import { lossesOfSplits } from './frame-losses.ts';

/** Where the capacity of a network is, and whether what is taught fills it. */
export interface Ledger {
  readonly run: string;
  readonly step: number;
  /** Of what several heads share, and of the whole network. */
  readonly shared: Cost;
  readonly total: Cost;
  readonly heads: readonly LedgerHead[];
  readonly coverage: { readonly train: Coverage; readonly val: Coverage };
}

/** One head; its cost is of what is its alone. */
export interface LedgerHead extends Cost {
  readonly task: string;
  /** Training frames with its annotation, and how many there are. */
  readonly labelled: number;
  readonly frames: number;
  /** Its own cost for every 1,000 of these frames; null without any. */
  readonly perThousand: Cost | null;
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
  const { config, seed } = description;
  const whole = await dataOf(description, run, options.data);
  const labelling = labellingOf(config, seed);
  // The labels that it was trained on.
  const dataset = labelling ? labelled(whole, labelling, config.training.batchSize).dataset : whole;
  const network = loadNetwork(description, checkpoint, run);
  const line = progressLine();
  try {
    const { train, val } = await lossesOfSplits(['train', 'val'], {
      ...{ network, dataset, size: config.size, compile: options.compile },
      normalisation: normalisationOf(config),
      onSeen: (split, seen) =>
        line.update(() => `${run}: ${seen} of ${dataset.list(split).length} frames of ${split}`),
    });
    const total = costOf(network);
    const heads = network.tasks.map(({ name }): LedgerHead => {
      const own = costOf(network, partsOf(network, [name]));
      const { frames, both } = train.coverage;
      const [training, validation] = [train.losses[name], val.losses[name]];
      return {
        ...{ task: name, ...own, labelled: both[name][name], frames },
        perThousand: both[name][name] === 0 ? null : times(own, 1000 / both[name][name]),
        ...{ training, validation },
        gap: training === null || validation === null ? null : validation - training,
      };
    });
    const shared = heads.reduce<Cost>((left, head) => plus(left, times(head, -1)), total);
    const coverage = { train: train.coverage, val: val.coverage };
    return { run, step: checkpoint.manifest.step, shared, total, heads, coverage };
  } finally {
    network.model.dispose();
  }
}

const times = ({ parameters, multiplyAdds }: Cost, factor: number): Cost => ({
  parameters: parameters * factor,
  multiplyAdds: multiplyAdds * factor,
});

const plus = (a: Cost, b: Cost): Cost => ({
  parameters: a.parameters + b.parameters,
  multiplyAdds: a.multiplyAdds + b.multiplyAdds,
});

/** The ledger as a table. */
export function ledgerTable({ run, step, shared, total, heads }: Ledger): Table {
  const cell = (value: number | null) => (value === null ? null : { value });
  return {
    title: `${run}: capacity of its heads`,
    corner: 'head',
    columns: [
      { name: 'parameters', decimals: 0 },
      { name: 'multiply-adds', decimals: 0 },
      { name: 'labelled training frames', decimals: 0 },
      { name: 'parameters per 1,000 labelled frames', decimals: 0 },
      { name: 'multiply-adds per 1,000 labelled frames', decimals: 0 },
      { name: 'training loss', decimals: 4 },
      { name: 'validation loss', decimals: 4 },
      { name: 'gap', decimals: 4 },
    ],
    rows: heads.map(({ task, labelled, perThousand, training, validation, gap, ...own }) => ({
      header: task,
      cells: [
        ...[own.parameters, own.multiplyAdds, labelled],
        ...[perThousand?.parameters ?? null, perThousand?.multiplyAdds ?? null],
        ...[training, validation, gap],
      ].map(cell),
    })),
    notes: [
      `Step ${step}; ${total.parameters} parameters and ${total.multiplyAdds} multiply-adds (of one image forward) in all, ${shared.parameters} and ${shared.multiplyAdds} of them shared; ${heads[0].frames} training frames. Losses without weights or augmentation, the network as in inference, each a mean over the frames with a truth; gap: validation − training.`,
    ],
  };
}
