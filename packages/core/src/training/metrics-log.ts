import { appendFile, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { cannotWrite, makeFolder, writeAtomically } from '@scene-mtl/data/files';
import { checkedBy, parseJson, textOf, unchanged } from '@scene-mtl/data/json';
import { z } from 'zod';

/** One line of `metrics.jsonl`: numbers of a training interval, of an evaluation, or of the gradients of a batch. */
export interface MetricsRecord {
  /** Steps done. */
  readonly step: number;
  readonly kind: 'train' | 'evaluation' | 'gradients';
  /** Means over the interval, or metrics; NaN and ±∞ are written as null. */
  readonly values: Readonly<Record<string, number | null>>;
}

const recordSchema = unchanged<MetricsRecord>(
  z.looseObject({
    step: z.number().int().nonnegative(),
    kind: z.enum(['train', 'evaluation', 'gradients']),
    values: z.record(z.string(), z.number().nullable()),
  }),
);

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
 * @throws naming file, line and field where a line is no record
 * @example
 * ```ts
 * import { appendMetrics, readMetrics, truncateMetrics } from '@scene-mtl/core';
 * await truncateMetrics('metrics.jsonl', 0);
 * await appendMetrics('metrics.jsonl', { step: 10, kind: 'train', values: { 'loss/depth': 0.5 } });
 * await readMetrics('metrics.jsonl'); // → [{ step: 10, kind: 'train', values: { 'loss/depth': 0.5 } }]
 * ```
 */
export async function readMetrics(path: string): Promise<MetricsRecord[]> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new Error(`${path}: cannot be read (${code})`, { cause });
  }
  // What a write cut short is no line yet, and may be half a character.
  const whole = textOf(bytes.subarray(0, bytes.lastIndexOf('\n') + 1), path);
  const lines = whole.split('\n').slice(0, -1);
  return lines.map((line, i) => recordOf(line, path, i + 1));
}

/** A power cut leaves NULs where lines were, and a run that goes on appends to them. */
const REMEDY = 'delete the line, or the run if it is to be whole';

function recordOf(line: string, path: string, number: number): MetricsRecord {
  if (/^\0+/.test(line)) {
    throw new Error(`${path}:${number}: expected a record, got NUL bytes; ${REMEDY}`);
  }
  const value = parseJson(line, path, number);
  return checkedBy(recordSchema, value, `${path}:${number}`, REMEDY);
}

/**
 * Drops the records after a step, which a resumed run will write again: without this a crash
 * between two checkpoints would leave them twice.
 */
export async function truncateMetrics(path: string, step: number): Promise<void> {
  const kept = (await readMetrics(path)).filter((record) => record.step <= step);
  await writeAtomically(path, kept.map((record) => JSON.stringify(record) + '\n').join(''));
}
