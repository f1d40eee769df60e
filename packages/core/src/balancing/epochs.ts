import type { Stateful } from './stateful.ts';

/** Batches of an epoch. @throws unless the run has said how many */
export function batchesOfEpoch(method: string, batchesPerEpoch: number | undefined): number {
  if (batchesPerEpoch === undefined || !Number.isInteger(batchesPerEpoch) || batchesPerEpoch < 1) {
    throw new Error(`${method}: expected batchesPerEpoch ≥ 1, got ${String(batchesPerEpoch)}`);
  }
  return batchesPerEpoch;
}

/**
 * The input `newEpoch` of methods that go by epochs: 1 at the first batch of every epoch but the first,
 * else 0.
 * @throws unless the run has said how many batches an epoch has
 */
export function epochInput(
  method: string,
  batchesPerEpoch: number | undefined,
): Pick<Stateful, 'inputs' | 'inputsAt'> {
  const batches = batchesOfEpoch(method, batchesPerEpoch);
  return {
    inputs: { newEpoch: [] },
    inputsAt: (batch) => ({
      newEpoch: Float32Array.of(batch > 0 && batch % batches === 0 ? 1 : 0),
    }),
  };
}
