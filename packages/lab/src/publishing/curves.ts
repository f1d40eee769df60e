import { z } from 'zod';
import { compressed, decompressed } from './compressed.ts';
import type { RunSummary, Series } from '../specs/summary.ts';
import { evaluationsSchema } from '../specs/summary-schema.ts';

/** What was logged of a run. */
export type Logged = Pick<RunSummary, 'series' | 'evaluations'>;

/**
 * The file of all curves of a group, JSON under brotli:
 *
 * - `steps`: every distinct list of steps, once;
 * - `curves`: quantity → run → `[index into steps, values]`, a column for each quantity of each run;
 * - `evaluations`: run → evaluations.
 *
 * Numbers are written as JSON writes them, so nothing is lost.
 */
const schema = z.strictObject({
  format: z.literal('curves 1'),
  steps: z.array(z.array(z.number())),
  curves: z.record(
    z.string(),
    z.record(z.string(), z.tuple([z.number().int().nonnegative(), z.array(z.number())])),
  ),
  evaluations: z.record(z.string(), evaluationsSchema),
});

/**
 * The curves of some runs, by run, as one file. The order of runs and quantities does not show.
 * @example
 * ```ts
 * import { decodeCurves, encodeCurves, type Logged } from '@scene-mtl/lab';
 * const logged: Logged = { series: { 'loss/left': [[10, 0.5], [20, 0.25]] }, evaluations: [] };
 * const file = encodeCurves(new Map([['run', logged]]));
 * decodeCurves(file, 'file').get('run')?.series['loss/left']; // → [[10, 0.50], [20, 0.25]]
 * ```
 */
export function encodeCurves(runs: ReadonlyMap<string, Logged>): Uint8Array {
  const steps: (readonly number[])[] = [];
  const known = new Map<string, number>();
  const indexOf = (list: readonly number[]): number => {
    const key = list.join(',');
    const index = known.get(key) ?? steps.push(list) - 1;
    known.set(key, index);
    return index;
  };
  const curves: Record<string, Record<string, [number, number[]]>> = {};
  const ids = [...runs.keys()].sort();
  const names = new Set([...runs.values()].flatMap(({ series }) => Object.keys(series)));
  for (const name of [...names].sort()) {
    curves[name] = {};
    for (const id of ids) {
      const series = runs.get(id)?.series ?? {};
      if (!Object.hasOwn(series, name)) continue;
      const curve = series[name];
      const at = indexOf(curve.map(([step]) => step));
      curves[name][id] = [at, curve.map(([, value]) => value)];
    }
  }
  const evaluations = Object.fromEntries(ids.map((id) => [id, runs.get(id)?.evaluations ?? []]));
  return compressed({ format: 'curves 1', steps, curves, evaluations });
}

/**
 * The curves back, by run.
 * @param source named in errors
 * @throws where the file is not whole, or of another format
 */
export function decodeCurves(bytes: Uint8Array, source: string): Map<string, Logged> {
  const { steps, curves, evaluations } = decompressed(bytes, source, schema);
  const runs = new Map<string, Logged & { readonly series: Record<string, Series> }>(
    Object.entries(evaluations).map(([id, of]) => [id, { series: {}, evaluations: of }]),
  );
  for (const [name, columns] of Object.entries(curves)) {
    for (const [id, [index, values]] of Object.entries(columns)) {
      const run = runs.get(id);
      const at = steps[index];
      if (!run || at?.length !== values.length) {
        throw new Error(`${source}: ${name} of ${id}: expected a step for each of its values`);
      }
      run.series[name] = values.map((value, i) => [at[i], value] as const);
    }
  }
  return runs;
}
