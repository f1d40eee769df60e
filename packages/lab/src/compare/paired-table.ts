import type { Table } from '@scene-mtl/eval';
import type { ComparedArm } from './compared-arm.ts';
import { paired } from './paired.ts';
import { primaryOf, type Quantity } from './quantity.ts';

const number = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;

/** Runs that are compared seed by seed. */
export interface PairedArms {
  /** The arm that is set against every other; nothing is compared while it has no runs. */
  readonly arm: ComparedArm | undefined;
  readonly others: readonly ComparedArm[];
  readonly quantities: readonly Quantity[];
  readonly seeds: readonly number[];
  /** In what the differences are, and which way is better. */
  readonly units: string;
}

/**
 * An arm against every other, seed by seed: mean difference, its interval by Student's t and the p of a paired
 * permutation test; of an arm with one seed in common, the difference alone. Undefined with fewer than
 * two seeds.
 */
export function pairedTable({
  arm,
  others,
  quantities,
  seeds,
  units,
}: PairedArms): Table | undefined {
  if (!arm || arm.runs.length === 0 || seeds.length < 2) return undefined;
  const rivals = others.filter((other) => other !== arm && other.runs.length > 0);
  if (rivals.length === 0) return undefined;
  const compared = primaryOf(quantities, arm.tasks);
  return {
    title: `${arm.title} minus each other row, seed by seed`,
    corner: 'Against',
    columns: compared.flatMap(({ task, name }) => [
      { name: `Δ ${name}`, group: task },
      { name: '95 % interval', group: task },
      { name: 'p', group: task, decimals: 3 },
    ]),
    rows: rivals.map((rival) => ({
      header: rival.title,
      cells: compared.flatMap((quantity) => {
        const result = paired(arm.runs, rival.runs, quantity);
        if (!result) return [null, null, null];
        // One seed has no interval, and no permutation that could speak against chance.
        if (result.n < 2) return [number(result.difference), null, null];
        const [low, high] = result.interval;
        return [
          number(result.difference),
          `${number(low)} … ${number(high)}`,
          { value: result.p, n: result.n },
        ];
      }),
    })),
    notes: [
      `${units} Intervals by Student’s t over seeds. Paired permutation test, two-sided: ${seeds.length} seeds can give no p below ${(2 / 2 ** seeds.length).toFixed(3)}.`,
    ],
  };
}
