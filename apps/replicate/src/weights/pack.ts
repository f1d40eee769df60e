import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import {
  decodeSafetensors,
  encodeSafetensors,
  pruneCheckpoints,
  saveCheckpoint,
  type Checkpoint,
} from '@scene-mtl/core';
import { assertFree, writeTogether } from '@scene-mtl/data/files';
import { parseJsonFileIfPresent } from '@scene-mtl/data/json';
import { json } from '@scene-mtl/lab';
import type { CompileOptions } from '@scene-mtl/runtime';
import { z } from 'zod';
import type { StoredData } from '../data/stored-data.ts';
import { dataOf } from '../predict/evaluate-run.ts';
import { measureNetwork, type Measured } from '../predict/measure-network.ts';
import { checkpointOf, loadNetwork, TRAINING_ONLY } from '../predict/stored-network.ts';
import { readDescription, saveDescription, type RunDescription } from '../run/description.ts';
import { CARD, type Card, type CardMeasurement } from './card.ts';
import { cardText } from './card-text.ts';
import { placelessCommand, withoutPlaces } from './placeless.ts';

/** What `replicate weights pack` does. */
export interface PackOptions {
  /** Folder of the run; its last checkpoint is taken. */
  readonly run: string;
  /** Folder that is made; its name is that of the weights. */
  readonly out: string;
  /** See {@link Card}. */
  readonly about: string;
  readonly terms: string;
  /** Folder of the data, in place of the one in the run's configuration. */
  readonly data?: string | undefined;
  /** Of the frames, for the intervals. */
  readonly resamples: number;
  readonly force?: boolean | undefined;
  readonly compile: CompileOptions;
}

/**
 * Makes a folder of weights to hand on from a run: float16, without what only training needs, measured as
 * rounded and as they were on validation and, where the data have one, on the test split.
 * @returns the card
 * @throws when the folder holds some already, or naming a number that float16 has no place for; then nothing is written
 */
export async function packWeights(options: PackOptions): Promise<Card> {
  const { run, out } = options;
  const files = [CARD, 'README.md', 'run.json'].map((name) => join(out, name));
  await assertFree(files, options.force);
  const description = await readDescription(run);
  const { manifest, tensors } = await checkpointOf(run, 'last');
  const dataset = await dataOf(description, run, options.data);
  const kept = new Map([...tensors].filter(([name]) => !TRAINING_ONLY.test(name)));
  const { step } = manifest;
  const bytes = encodeSafetensors(kept, { step: String(step) }, { floats: 'F16' });
  const rounded = decodeSafetensors(bytes, `${out}, rounded`).tensors;
  const measured: CardMeasurement[] = [];
  for (const split of ['val', 'test'] as const) {
    if (dataset.list(split).length === 0) continue;
    measured.push(
      await measuredOn(split, { description, dataset, options }, [rounded, kept], manifest),
    );
  }
  const made = await madeBy(run);
  const { config, seed, data } = description;
  const card: Card = {
    format: 'scene-mtl weights 1',
    name: basename(out),
    about: options.about,
    terms: options.terms,
    data: {
      name: data.name,
      frames: { train: dataset.list('train').length, val: dataset.list('val').length },
    },
    tasks: description.tasks,
    size: config.size,
    steps: step,
    seed,
    parameters: [...kept.values()].reduce((sum, tensor) => sum + tensor.data.length, 0),
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    ...made,
    measured,
  };
  const checkpoints = join(out, 'checkpoints');
  const { configHash } = manifest;
  await saveCheckpoint(checkpoints, { step, configHash }, kept, { floats: 'F16' });
  await pruneCheckpoints(checkpoints, 0, [step]);
  await saveDescription(out, withoutPlaces({ ...description, configHash }));
  // Last: where there is a card, there is all that it tells of.
  await writeTogether([
    [join(out, 'README.md'), cardText(card)],
    [join(out, CARD), json(card)],
  ]);
  return card;
}

/** Both of two forms of the same weights on a split, the first with intervals. */
async function measuredOn(
  split: CardMeasurement['split'],
  { description, dataset, options }: Measuring,
  weights: readonly [rounded: Checkpoint['tensors'], unrounded: Checkpoint['tensors']],
  manifest: Checkpoint['manifest'],
): Promise<CardMeasurement> {
  const { config } = description;
  const [rounded, unrounded] = [options.resamples, 0].map((resamples, i) => async () => {
    const network = loadNetwork(description, { manifest, tensors: weights[i] }, options.run);
    try {
      const { compile } = options;
      return await measureNetwork({ network, dataset, config, split, resamples, compile });
    } finally {
      network.model.dispose();
    }
  });
  return joined(split, dataset.list(split).length, await rounded(), await unrounded());
}

interface Measuring {
  readonly description: RunDescription;
  readonly dataset: StoredData;
  readonly options: PackOptions;
}

function joined(
  split: CardMeasurement['split'],
  frames: number,
  rounded: Measured,
  unrounded: Measured,
): CardMeasurement {
  const { metrics, intervals, units, resampling } = rounded;
  return {
    split,
    frames,
    resamples: resampling.resamples,
    metrics: Object.fromEntries(
      Object.entries(metrics).map(([name, value]) => {
        const [low, high] = intervals[name] ?? [];
        const interval =
          low === undefined || high === undefined ? null : ([low, high] as [number, number]);
        return [name, { value, interval, unrounded: unrounded.metrics[name], unit: units[name] }];
      }),
    ),
  };
}

const environment = z.looseObject({ command: z.string(), commit: z.string() });

/** The command and the commit that made a run, as its folder says. */
async function madeBy(run: string): Promise<Pick<Card, 'command' | 'commit'>> {
  const found = await parseJsonFileIfPresent(join(run, 'environment.json'), environment);
  const { command = 'not recorded', commit = 'not recorded' } = found ?? {};
  return { command: placelessCommand(command), commit };
}
