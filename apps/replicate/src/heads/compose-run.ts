import { join } from 'node:path';
import {
  appendMetrics,
  countParameters,
  parametersOf,
  saveCheckpoint,
  storeVariables,
} from '@scene-mtl/core';
import { writeAtomically } from '@scene-mtl/data/files';
import {
  alone,
  assertFolderName,
  checkFolder,
  claimFolder,
  environment,
  json,
  keepData,
  progressLine,
  type RunResult,
} from '@scene-mtl/lab';
import type { CompileOptions } from '@scene-mtl/runtime';
import { datasetOf } from '../assemble/dataset.ts';
import { networkOf, normalisationOf } from '../assemble/network.ts';
import { keptConfig } from '../config/kept.ts';
import { withPlugins } from '../config/plugins.ts';
import type { Config } from '../config/schema.ts';
import { contentsOfData } from '../data/contents.ts';
import { describeRun, saveDescription } from '../run/description.ts';
import { configHashIn } from '../run/identity.ts';
import { loadInitial } from '../run/initial.ts';
import { evaluator } from '../train/evaluation.ts';
import { storedResult } from '../train/make-run.ts';
import { savePredictions } from '../train/predictions.ts';
import { chosenTasks, selectionOf, withFieldsFor } from '../train/selection.ts';
import { networkOfRun } from './show-network.ts';
import { initialOf, withoutWeights, type SourceRun } from './source-run.ts';
import type { ChangedRun } from './train-head.ts';
import { proveUntouched, untouchedIfPresent } from './untouched.ts';

/** A run that is put together from others, and in which nothing is trained. */
export interface ComposeOptions {
  readonly source: SourceRun;
  /** The heads of the new run, in order. */
  readonly heads: readonly string[];
  /** A head that comes from another run with the same trunk. */
  readonly taken?: { readonly head: string; readonly run: SourceRun };
  readonly owner?: { readonly head: string; readonly text: string } | undefined;
  readonly runs: string;
  readonly name: string;
  readonly compile: CompileOptions;
  readonly command: string;
  readonly say: (text: string) => void;
}

/**
 * Puts heads on the trunk of a run and makes a whole run of it: checkpoint, validation metrics, result.
 * All of its parts are frozen, and the outputs of the source's heads are compared by hash.
 * @throws when the folder holds another run, a tensor does not fit, or an output moved
 */
export async function composeRun(options: ComposeOptions): Promise<ChangedRun> {
  const { source, heads, taken, runs, name, say } = options;
  assertFolderName(name);
  const folder = join(runs, name);
  const config = withFieldsFor(configOf(options), heads);
  const kept = keptConfig(config);
  await checkFolder(folder, kept);
  const line = progressLine();
  const dataset = await datasetOf(config, runs, line);
  const tasks = chosenTasks(dataset, heads);
  const { seed } = source.description;
  const select = selectionOf(tasks, undefined);
  const balance = { name: 'equal', options: {} };
  const what = { config, dataset, tasks, balance, seed, select };
  const contents = await contentsOfData(dataset, runs, line);
  const configHash = await configHashIn(folder, describeRun(what), contents);
  let result = await storedResult({ folder, configHash });
  result ??= await alone(folder, async () => {
    await checkFolder(folder, kept);
    const network = networkOf(config, tasks, seed);
    const evaluation = await evaluator({
      ...{ network, dataset, split: 'val', size: config.size, compile: options.compile },
      normalisation: normalisationOf(config),
      batchSize: config.training.batchSize,
    });
    try {
      await loadInitial(network, config);
      await keepData(folder, contents);
      await claimFolder(folder, kept);
      await writeAtomically(
        join(folder, 'environment.json'),
        json({ ...environment(), command: options.command }),
      );
      await saveDescription(folder, describeRun({ ...what, configHash }));
      await proveUntouched({ source, network, dataset, config, compile: options.compile, folder });
      const metrics = await evaluation.evaluate();
      const { step } = source.checkpoint.manifest;
      const parameters = parametersOf(network);
      const all = [...parameters.trained, ...parameters.frozen, ...parameters.buffers];
      await writeAtomically(join(folder, 'metrics.jsonl'), '');
      await appendMetrics(join(folder, 'metrics.jsonl'), {
        step,
        kind: 'evaluation',
        values: metrics,
      });
      await saveCheckpoint(
        join(folder, 'checkpoints'),
        { step, configHash, metrics },
        storeVariables(new Map(all.map((one) => [one.name, one.variable] as const))),
      );
      await savePredictions(folder, dataset, evaluation, tasks, config.strips);
      const made: RunResult = {
        metrics,
        sigma2: {},
        weights: {},
        parameters: countParameters(parameters).total,
        steps: step,
      };
      await writeAtomically(join(folder, 'result.json'), json({ configHash, result: made }));
      return made;
    } finally {
      await evaluation.dispose();
      network.model.dispose();
    }
  });
  const from = await networkOfRun({ run: source.folder, say });
  const its = taken && (await networkOfRun({ run: taken.run.folder, say }));
  const merged = {
    ...from,
    heads: [
      ...from.heads.filter((head) => head.name !== taken?.head),
      ...(its?.heads.filter((head) => head.name === taken?.head) ?? []),
    ],
  };
  const { owner } = options;
  const owners = owner ? { [owner.head]: owner.text } : {};
  const network = await networkOfRun({ run: folder, say, owners }, merged);
  return { folder, result, network, untouched: await untouchedIfPresent(folder) };
}

function configOf({ source, heads, taken }: ComposeOptions): Config {
  const base = withPlugins(source.description.config, taken?.run.description.config.plugins ?? []);
  const own = ['shared', ...heads.filter((head) => head !== taken?.head)];
  const init = [
    initialOf(source, own),
    ...(taken ? [initialOf(taken.run, [taken.head])] : []),
  ].sort((a, b) => (a.parts.join() < b.parts.join() ? -1 : 1));
  return {
    ...base,
    seeds: [source.description.seed],
    network: {
      ...base.network,
      encoder: withoutWeights(base.network.encoder),
      init,
      freeze: ['shared', ...heads].sort(),
    },
    training: { ...base.training, only: null, features: 'none' },
  };
}
