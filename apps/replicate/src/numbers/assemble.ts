import type { Network } from '@scene-mtl/core';
import { drawnColumns, kindsOf, NUMBERS_SPLITS, type Columns, type NumbersSplit } from './drawn.ts';
import type { NumbersSpec } from './kind.ts';
import { denseNetwork } from './network.ts';
import type { OutputKind } from './outputs.ts';
import type { NumbersData } from './program.ts';

/** What a run is made of, at its start. */
export interface Assembled {
  readonly columns: Readonly<Record<NumbersSplit, Columns>>;
  /** Of the tasks, in their order. */
  readonly kinds: readonly OutputKind[];
  readonly network: Network;
}

/**
 * The examples of a run and its network with initial weights.
 * @throws naming a field, a task or an option that is none
 */
export function assembled(of: NumbersData, { config, tasks, seed }: NumbersSpec): Assembled {
  for (const [key, named] of [
    ['blocked', config.blocked],
    ['own', Object.keys(config.own)],
  ] as const) {
    const unknown = named.find((task) => !tasks.includes(task));
    if (unknown === undefined) continue;
    throw new Error(`${of.name}: ${key} names ${unknown}; expected one of ${tasks.join(', ')}`);
  }
  const columns = Object.fromEntries(
    NUMBERS_SPLITS.map((split) => [split, drawnColumns(of, config, tasks, split, seed)]),
  ) as Assembled['columns'];
  const { widths } = columns.train;
  return {
    columns,
    kinds: kindsOf(of, config, tasks),
    network: denseNetwork({
      ...{ ...config, inputs: widths['x'], seed },
      outputs: tasks.map((task) => [task, widths[`target/${task}`]]),
    }),
  };
}
