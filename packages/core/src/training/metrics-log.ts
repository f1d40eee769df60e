import { appendFile, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { cannotWrite, makeFolder, writeAtomically } from '@scene-mtl/data/files';

/** One line of `metrics.jsonl`: numbers of a training interval, or of an evaluation. */
export interface MetricsRecord {
  /** Steps done. */
  readonly step: number;
  readonly kind: 'train' | 'evaluation';
  /** Means over the interval, or metrics; NaN and ±∞ are written as null. */
  readonly values: Readonly<Record<string, number | null>>;
}

/**
 * Appends one record to a JSON-lines file.
 * @throws as `writeAtomically`; a line that was begun stays, and counts as none (`readMetrics`)
 */
export async function appendMetrics(path: string, record: MetricsRecord): Promise<void> {
  await makeFolder(dirname(path), path);
  try {
    await appendFile(path, JSON.stringify(record) + '\n');
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

/**
 * Reads a JSON-lines file; a last line that was cut short is left out. No file: no records.
 * @example
 * ```ts
 * import { appendMetrics, readMetrics, truncateMetrics } from '@scene-mtl/core';
 * await truncateMetrics('metrics.jsonl', 0);
 * await appendMetrics('metrics.jsonl', { step: 10, kind: 'train', values: { 'loss/depth': 0.5 } });
 * await readMetrics('metrics.jsonl'); // → [{ step: 10, kind: 'train', values: { 'loss/depth': 0.5 } }]
 * ```
 */
export async function readMetrics(path: string): Promise<MetricsRecord[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const whole = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1);
  return whole.map((line, i) => {
    try {
      return JSON.parse(line) as MetricsRecord;
    } catch (error) {
      throw new Error(`${path}:${i + 1}: expected one JSON object per line (${String(error)})`, {
        cause: error,
      });
    }
  });
}

/**
 * Drops the records after a step, which a resumed run will write again: without this a crash
 * between two checkpoints would leave them twice.
 */
export async function truncateMetrics(path: string, step: number): Promise<void> {
  const kept = (await readMetrics(path)).filter((record) => record.step <= step);
  await writeAtomically(path, kept.map((record) => JSON.stringify(record) + '\n').join(''));
}
