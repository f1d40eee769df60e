import type { StageSharing } from '@scene-mtl/core';
import type { Sample, Size } from '@scene-mtl/data';
import type { Dataset } from '@scene-mtl/datasets';
import type { Json, Measurement } from '@scene-mtl/lab';
import type { Predictions, VisionTask } from '@scene-mtl/vision-heads';
import type { RunConfig } from './kind.ts';

/** A finished run's network on the frames that a measurement looks at. */
export interface MeasurementPlace {
  /** Of the run. */
  readonly config: RunConfig;
  readonly tasks: readonly VisionTask[];
  readonly size: Size;
  /** How much each stage of the encoder is shared, by the run's weights. */
  readonly sharing: () => readonly StageSharing[];
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

/** Something measured on a network's predictions for some frames. */
export interface SceneMeasurement<T extends Json = Json> extends Measurement<T> {
  /** Other frames than the run's validation split: the data of this configuration, split `val`. */
  readonly data?: (config: RunConfig) => RunConfig['data'];
  /** Measured in place of the split `val`. */
  readonly split?: 'test';
  measure(this: void, place: MeasurementPlace): Promise<T>;
}

/** The configuration whose data a measurement on a run looks at. */
export const dataMeasured = ({ data }: SceneMeasurement, config: RunConfig): RunConfig =>
  data ? { ...config, data: data(config) } : config;
