import { availableParallelism, cpus } from 'node:os';
import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs';
import { measurer } from './one.ts';
import { fetchPackage } from './packages.ts';
import { writePage } from './page.ts';
import type { Row } from './row.ts';
import { readMeasured, writeMeasured, type Machine } from './store.ts';
import { subjects } from './subjects.ts';

/** Options of {@link benchCompatibility}. */
export interface CompatibilityOptions {
  /** Parts of the names of the programs wanted; none: all. */
  readonly wanted: readonly string[];
  /** Measures again what is there already. */
  readonly again: boolean;
  readonly threads: number;
  readonly say: (text: string) => void;
}

/**
 * Runs programs that people have, eagerly and compiled, and keeps what came of each; what is kept is skipped.
 * @throws when no program is named so, what is kept is of another machine, or a package cannot be fetched
 */
export async function benchCompatibility(options: CompatibilityOptions): Promise<void> {
  const { wanted, again, threads, say } = options;
  const order = subjects.map(({ id }) => id);
  const chosen = subjects.filter(
    ({ id }) => wanted.length === 0 || wanted.some((part) => id.includes(part)),
  );
  if (chosen.length === 0) {
    throw new Error(
      `bench compatibility: no program is called ${wanted.join(' or ')}; there are ${order.join(', ')}`,
    );
  }
  const machine = machineWith(threads);
  const rowsKept = await rowsOf(machine, order, again && wanted.length === 0);
  const left = chosen.filter(({ id }) => again || !rowsKept.some((row) => row.id === id));
  say(`${chosen.length - left.length} of ${chosen.length} are measured already`);
  const { measure, close } = measurer();
  for (const [i, { id, from }] of left.entries()) {
    if (from !== undefined) await fetchPackage(from, say);
    const found = await measure(id, threads);
    const row: Row = { id, ...(from !== undefined && { from }), ...found };
    // Others may have been measured meanwhile by another process.
    const others = (await readMeasured())?.rows.filter((one) => one.id !== id) ?? [];
    const measured = { machine, rows: [...others, row] };
    await writeMeasured(measured, order);
    await writePage(measured, order.length - measured.rows.length);
    say(`${i + 1} of ${left.length}: ${summary(row)}`);
  }
  close();
  const measured = await readMeasured();
  if (measured) await writePage(measured, order.length - measured.rows.length);
}

/** Rows that are there, of this machine; with `anew` those of another are let go. */
async function rowsOf(
  machine: Machine,
  order: readonly string[],
  anew: boolean,
): Promise<readonly Row[]> {
  const kept = await readMeasured();
  if (!kept || JSON.stringify(kept.machine) === JSON.stringify(machine)) return kept?.rows ?? [];
  if (!anew) {
    throw new Error(
      'bench compatibility: bench/results/compatibility.jsonl is of another machine ' +
        `(${Object.values(kept.machine).join(', ')}); give --again to measure everything anew`,
    );
  }
  await writeMeasured({ machine, rows: [] }, order);
  return [];
}

function summary({ id, broken, refused, difference, unequal, ours, eager }: Row): string {
  if (broken !== undefined) return `${id}: ${broken}`;
  if (refused !== undefined) return `${id}: refused: ${refused}`;
  const times = ours && eager ? `, ${ours.median} ms, eager ${eager.median} ms` : '';
  return `${id}: captured, differs by ${unequal ?? difference?.toString() ?? 'unknown'}${times}`;
}

function machineWith(threads: number): Machine {
  const version = (name: string) =>
    (createRequire(import.meta.url)(`${name}/package.json`) as { version: string }).version;
  return {
    processor: `${cpus()[0].model.trim()}, ${availableParallelism()} threads`,
    threads: `${threads}`,
    node: process.version,
    'onnxruntime-node': version('onnxruntime-node'),
    'TensorFlow.js': tf.version['tfjs'],
  };
}
