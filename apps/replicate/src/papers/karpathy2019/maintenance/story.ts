import { join } from 'node:path';
import {
  appendMetrics,
  continuation,
  costOf,
  truncateMetrics,
  type Network,
} from '@scene-mtl/core';
import {
  hashOfText,
  type Balance,
  type Opened,
  type Program,
  type RunResult,
  type Trained,
  type TrainingRun,
} from '@scene-mtl/lab';
import type { Config } from '../../../config/schema.ts';
import { gateRuns } from '../../../gate/gate-runs.ts';
import { refreshRun } from '../../../heads/refresh-run.ts';
import { sourceRun } from '../../../heads/source-run.ts';
import { trainHead } from '../../../heads/train-head.ts';
import { untouchedIfPresent } from '../../../heads/untouched.ts';
import { scenes } from '../../../scenes/program.ts';
import type { SceneData, Scenes, SceneSpec } from '../../../scenes/kind.ts';
import { identityOf } from '../../../scenes/spec.ts';
import { trainRun } from '../../../train/train-run.ts';
import { BASE_TASKS, CHANGES, metricOfChange, type Change } from './changes.ts';

const name = 'maintenance';

/** A network of street scenes and its changes, one run after the other: a run of this is the whole story. */
export const stories: Program<SceneSpec, Scenes> = {
  ...scenes,
  name,
  module: import.meta.url,
  identity: (spec, fingerprint) => ({ program: name, ...identityOf(spec, fingerprint) }),
  slug: ({ config: { size } }) => `${name}.${size.height}x${size.width}`,
  title: ({ seed }) => `maintenance, seed ${seed}`,
  headline: () => false,
  start(place) {
    const session = scenes.start(place);
    return {
      open: (config) => session.open(config),
      foresee: (config) => session.foresee(config),
      train: async (run) => told(run, place.runs, await session.open(configOf(run))),
    };
  },
};

export default stories;

/** Steps of a change, of the network's own. */
const STEPS_PART = 1 / 3;
const LEARNED: Balance = { name: 'uncertainty', options: {} };

/** Trains the network, then makes each change; each is a whole run beside the others, by its name. */
async function told(
  run: TrainingRun<SceneSpec>,
  runs: string,
  { data, fingerprint }: Opened<SceneData>,
): Promise<Trained> {
  const { spec, compile, dataWorkers, folder } = run;
  const { seed } = spec;
  const config = configOf(run);
  const nameOf = (slug: string): string => `${name}-${hashOfText(run.id).slice(0, 8)}-${slug}`;
  const shared = { runs, seed, compile, dataWorkers, command: `karpathy2019 ${name}` };
  const log = join(folder, 'metrics.jsonl');
  await truncateMetrics(log, 0);
  const started = performance.now();
  const base = await trainRun({
    ...{ ...shared, config, name: nameOf('base') },
    tasks: BASE_TASKS,
    balance: LEARNED,
  });
  await appendMetrics(log, { step: 1, kind: 'evaluation', values: base.result.metrics });
  let metrics: Record<string, number> = prefixed('base', base.result);
  let last = base;
  const steps = Math.max(1, Math.round(config.training.steps * STEPS_PART));
  for (const [i, change] of CHANGES.entries()) {
    const source = await sourceRun(last.folder, runs);
    try {
      const options = { ...shared, source, steps, name: nameOf(change.slug) };
      const made = await changed(change, options);
      const proof = await untouchedIfPresent(made.folder);
      const { report } = await gateRuns({
        ...{ after: made.folder, before: last.folder, checkpoint: 'last', compile },
        ...{ epsilons: {}, removed: [], rule: 'interval', resamples: 1000, frames: 0, draw: false },
      });
      const passes = report.tasks.filter((task) => task.runs === 'both' && task.passes).length;
      const same = proof?.heads.filter(({ before, after }) => before === after).length ?? 0;
      metrics = {
        ...metrics,
        ...prefixed(change.slug, made.result),
        ...(await costsOf(change, made.folder, runs, {
          trained: steps * config.training.batchSize,
          // Each with its mirror image.
          kept: 2 * data.frames.train,
        })),
        [metricOfChange(change.slug, 'heads')]: proof?.heads.length ?? 0,
        [metricOfChange(change.slug, 'same')]: same,
        [metricOfChange(change.slug, 'passes')]: passes,
      };
      await appendMetrics(log, { step: i + 2, kind: 'evaluation', values: made.result.metrics });
      last = made;
    } finally {
      source.network.model.dispose();
    }
  }
  const seconds = (performance.now() - started) / 1000;
  const all = config.training.steps + steps * CHANGES.length;
  const { parameters } = last.result;
  return {
    data: { name: data.name, ...data.frames, fingerprint: fingerprint ?? null },
    result: { metrics, sigma2: {}, weights: {}, parameters, steps: all },
    timing: { seconds, stepsPerSecond: all / seconds, engine: compile.engine ?? 'onnx' },
  };
}

const configOf = ({ spec }: TrainingRun<SceneSpec>): Config => ({
  ...spec.config,
  seeds: [spec.seed],
  strips: 0,
});

const prefixed = (slug: string, { metrics }: RunResult): Record<string, number> =>
  Object.fromEntries(
    Object.entries(metrics).map(([metric, value]) => [metricOfChange(slug, metric), value]),
  );

type Shared = Pick<
  Parameters<typeof trainHead>[0],
  'runs' | 'compile' | 'dataWorkers' | 'command' | 'source' | 'name'
> & { readonly steps: number; readonly seed: number };

async function changed(
  { head, isFresh = false, unfreeze = [] }: Change,
  options: Shared,
): Promise<{ folder: string; result: RunResult }> {
  const { source, steps } = options;
  const { tasks } = source.description;
  const say = () => {};
  if (head === undefined) return refreshRun({ ...options, balance: LEARNED, set: [], say });
  return trainHead({
    ...{ ...options, head, isFresh, unfreeze, steps },
    heads: tasks.includes(head) ? tasks : [...tasks, head],
    ...{ features: 'f32', set: [], say },
  });
}

/** A forward pass costs one, the gradients of weights and activations one each. */
const TRAINED = 3;

/**
 * Multiply-adds of a change's training images: of what follows the kept features, with one forward
 * pass of what is before them for each image that is kept; and of the whole network, end to end.
 */
async function costsOf(
  { slug, head }: Change,
  folder: string,
  runs: string,
  images: { readonly trained: number; readonly kept: number },
): Promise<Record<string, number>> {
  const { network } = await sourceRun(folder, runs);
  try {
    const passes = TRAINED * images.trained;
    const whole = costOf(network).multiplyAdds * passes;
    const kept =
      head === undefined
        ? whole
        : afterCut(network, head) * passes + beforeCut(network, head) * images.kept;
    return {
      [metricOfChange(slug, 'kept')]: kept,
      [metricOfChange(slug, 'end-to-end')]: whole,
    };
  } finally {
    network.model.dispose();
  }
}

const beforeCut = (network: Network, head: string): number => {
  const { before } = continuation(network, [head]);
  return costOf(network, ({ name: own }) =>
    network.weights.some(({ name: one, layer }) => one === own && before.has(layer)),
  ).multiplyAdds;
};

/** Of what lies on the way to a head's output after the cut: its own weights, and what of the trunk is trained. */
const afterCut = (network: Network, head: string): number =>
  costOf(network, ({ name: own }) =>
    network.weights.some(({ name: one, frozen, owner }) => {
      if (one !== own || frozen) return false;
      return owner === 'shared' || (typeof owner !== 'string' && owner.task === head);
    }),
  ).multiplyAdds;
