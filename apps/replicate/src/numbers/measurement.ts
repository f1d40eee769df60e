import { join } from 'node:path';
import {
  latestCheckpoint,
  loadCheckpoint,
  parametersOf,
  restoreVariables,
  type Network,
} from '@scene-mtl/core';
import type { Json, MeasuredRun, Measurement } from '@scene-mtl/lab';
import { assembled } from './assemble.ts';
import type { Columns, NumbersSplit } from './drawn.ts';
import type { NumbersSpec } from './kind.ts';
import type { NumbersData } from './program.ts';
import { haltingLoss } from './stopping.ts';

/** A finished run as a measurement looks at it. */
export interface NumbersPlace {
  readonly spec: NumbersSpec;
  readonly columns: Readonly<Record<NumbersSplit, Columns>>;
  /**
   * The network as it was at an evaluation; the next call changes its weights.
   * @param at `start`; `last`; `joint` or a task, where that stopped: of a run with `snapshots`
   * @throws where that was not kept
   */
  network(this: void, at: string): Promise<Network>;
}

/** Something measured on the network of a finished run: its hidden units, its sensitivities. */
export interface NumbersMeasurement<T extends Json = Json> extends Measurement<T> {
  measure(this: void, place: NumbersPlace): Promise<T>;
}

/** Makes a measurement on a run. */
export async function measureNumbers(
  of: NumbersData,
  { measure }: NumbersMeasurement,
  { spec, folder }: MeasuredRun<NumbersSpec>,
): Promise<Json> {
  const { network, columns } = assembled(of, spec);
  const { trained, frozen, buffers } = parametersOf(network);
  const variables = new Map(
    [...trained, ...frozen, ...buffers].map(({ name, variable }) => [name, variable] as const),
  );
  const checkpoints = join(folder, 'checkpoints');
  try {
    return await measure({
      ...{ spec, columns },
      async network(at) {
        if (at === 'start') return assembled(of, spec).network;
        const last = await latestCheckpoint(checkpoints);
        const { step, best, bests = {} } = last?.manifest ?? { step: undefined };
        const wanted =
          at === 'last' ? step : at === 'joint' ? best?.step : bests[haltingLoss(at)]?.step;
        if (wanted === undefined) {
          throw new Error(`${checkpoints}: no network of ${at} was kept; train with snapshots`);
        }
        const { tensors } = await loadCheckpoint(checkpoints, wanted);
        const own = [...tensors].filter(([name]) => variables.has(name));
        restoreVariables(variables, new Map(own), checkpoints);
        return network;
      },
    });
  } finally {
    network.model.dispose();
  }
}
