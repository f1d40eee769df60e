import { fileURLToPath } from 'node:url';

/** Times of one engine, ms. */
export interface Times {
  readonly median: number;
  readonly min: number;
}

/** What became of a program. */
export interface Row {
  readonly id: string;
  /** The package that it is from; absent for an example. */
  readonly from?: string;
  /** Why it cannot run in TensorFlow.js itself: no comparison then. */
  readonly broken?: string;
  /** First line of the error with which it was refused. */
  readonly refused?: string;
  /** Largest difference from eager TensorFlow.js, relative to the largest value of the same output. */
  readonly difference?: number;
  /** Said in place of a difference that is no number. */
  readonly unequal?: string;
  readonly ours?: Times;
  readonly eager?: Times;
  readonly wasm?: Times;
  /** Why the WebAssembly backend cannot run it. */
  readonly wasmCannot?: string;
  /** Runs of each, in turns. */
  readonly turns?: number;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** First line of an error, short enough for a list, with paths in the repository. */
export function firstLine(error: unknown): string {
  const [first] = (error instanceof Error ? error.message : String(error)).split('\n');
  const line = first.replaceAll(ROOT, '');
  return line.length > 240 ? `${line.slice(0, 239)}…` : line;
}

/**
 * Times with what they tell: three digits.
 * @param ms at least one
 */
export function timesOf(ms: readonly number[]): Times {
  const sorted = [...ms].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median =
    sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median: short(median), min: short(sorted[0]) };
}

/** Three digits. */
export const short = (value: number): number => Number(value.toPrecision(3));
