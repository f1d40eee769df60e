import type { Sample, Task } from '@scene-mtl/core';
import type { Dataset, Size } from '@scene-mtl/datasets';
import type { RunConfig } from '../experiment/spec.ts';
import type { Predictions } from '../train/evaluation.ts';

/** What `JSON.stringify` writes without loss. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A finished run's network on the frames that a measurement looks at. */
export interface MeasurementPlace {
  readonly tasks: readonly Task[];
  readonly size: Size;
  readonly dataset: Dataset;
  /** Frames of the measured split, in order. */
  readonly frames: readonly string[];
  /** Shows every frame with its predictions, in order; progress is shown meanwhile. */
  each(visit: (sample: Sample, predictions: Predictions) => void | Promise<void>): Promise<void>;
  /** Predictions for some frames. */
  predict(ids: readonly string[]): Promise<{ sample: Sample; predictions: Predictions }[]>;
  /** Keeps a small file (a PNG) beside the measurement. */
  save(file: string, content: Uint8Array): Promise<void>;
}

/**
 * Something measured on a finished run's last checkpoint, beyond the metrics that every run has:
 * made once for each run, then kept in its folder under `measured/`.
 */
export interface Measurement<T extends Json = Json> {
  /** Name of its file. */
  readonly name: string;
  /** Raised when it comes to measure something else; older files are then made again. */
  readonly version: number;
  /** Other frames than the run's validation split: the data of this configuration, split `val`. */
  readonly data?: (config: RunConfig) => RunConfig['data'];
  /** Measured in place of the split `val`. */
  readonly split?: 'test';
  measure(place: MeasurementPlace): Promise<T>;
}
