import type { Balance } from '@scene-mtl/lab';
import { configured } from '../config/overrides.ts';
import { trainRun } from '../train/train-run.ts';
import { networkOfRun } from './show-network.ts';
import { initialOf, withoutWeights } from './source-run.ts';
import type { ChangedRun, TrainHeadOptions } from './train-head.ts';
import { proveUntouched, untouchedIfPresent } from './untouched.ts';

/** How the whole of a trained run is trained further. */
export interface RefreshOptions extends Pick<
  TrainHeadOptions,
  'source' | 'set' | 'steps' | 'seed' | 'runs' | 'name' | 'compile' | 'dataWorkers' | 'command'
> {
  /** How all heads are balanced: a run that trained one of them says nothing of that. */
  readonly balance: Balance;
  readonly say: (text: string) => void;
}

/**
 * Trains all of a run's network further, end to end from where it is, into a whole run of its own: nothing is frozen
 * and no head stays. Outputs are compared by hash all the same, and which heads moved is kept.
 */
export async function refreshRun(options: RefreshOptions): Promise<ChangedRun> {
  const { source, set, steps, runs, name, compile, dataWorkers, command, balance, say } = options;
  const { config: base, tasks, seed: own } = source.description;
  const config = await configured(
    {
      ...base,
      network: {
        ...base.network,
        encoder: withoutWeights(base.network.encoder),
        init: [initialOf(source, ['shared', ...tasks])],
        freeze: [],
      },
      training: {
        ...base.training,
        ...(steps !== undefined && { steps }),
        only: null,
        features: 'none',
      },
    },
    { set },
  );
  const { folder, result } = await trainRun({
    ...{ config, runs, name, seed: options.seed ?? own, tasks, balance },
    ...{ compile, dataWorkers, command },
    prove: async (network, run) => {
      await proveUntouched({ source, network, compile, ...run });
    },
  });
  const from = await networkOfRun({ run: source.folder, say });
  const network = await networkOfRun({ run: folder, say }, from);
  return { folder, result, network, untouched: await untouchedIfPresent(folder) };
}
