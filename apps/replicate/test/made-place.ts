import type { Dataset } from '@scene-mtl/datasets';
import { instance, tasksFor, type Predictions, type VisionTask } from '@scene-mtl/vision-heads';
import { sizeOf, type Sample } from '@scene-mtl/data';
import { streetSample } from '@scene-mtl/data/testing';
import { profiles } from '../src/config/profiles.ts';
import { runConfig } from '../src/scenes/spec.ts';
import type { MeasurementPlace } from '../src/scenes/measurement.ts';
import { street } from './records.ts';

/** A frame with what a network said of it. */
export interface MadeFrame {
  readonly sample: Sample;
  readonly predictions: Predictions;
}

/** Numbers of a frame by (row, column). */
type At = (y: number, x: number) => number;

/** What a made frame is: truth by place, and how far the prediction is off. */
export interface MadeOptions {
  readonly id: string;
  readonly height: number;
  readonly width: number;
  readonly semantic?: At;
  readonly instance?: At;
  /** Predicted class. */
  readonly guess?: At;
  /** Added to dx of the true vector. */
  readonly vectorOff?: At;
  /** Added to the true disparity, which is 5 px everywhere. */
  readonly disparityOff?: At;
}

/** A frame of the three tasks. */
export function madeFrame(options: MadeOptions): MadeFrame {
  const { id, height, width } = options;
  const map = (at: At = () => 0) =>
    Array.from({ length: height * width }, (_, i) => at(Math.floor(i / width), i % width));
  const sample = streetSample({
    id,
    height,
    width,
    image: new Uint8Array(3 * height * width).fill(100),
    semantic: Uint8Array.from(map(options.semantic)),
    instance: Uint16Array.from(map(options.instance)),
    disparity: new Float32Array(height * width).fill(5),
    disparityValid: new Uint8Array(height * width).fill(1),
  });
  const off = map(options.vectorOff);
  const vectors = instance()
    .encode(sample)
    .value.map((v, i) => (i % 2 === 0 ? v + off[i / 2] : v));
  return {
    sample,
    predictions: {
      semantic: { classes: Uint8Array.from(map(options.guess ?? options.semantic)) },
      instance: { vectors },
      depth: { disparity: Float32Array.from(map(options.disparityOff), (e) => 5 + e) },
    },
  };
}

const madeData = { fields: ['semantic', 'instance', 'depth'], legend: street };

/** The three tasks of a made frame. */
export const madeTasks: readonly VisionTask[] = tasksFor(madeData);

/** A place that shows these frames; what is saved goes into `saved`. */
export function placeOf(
  frames: readonly MadeFrame[],
  tasks: readonly VisionTask[] = madeTasks,
): { place: MeasurementPlace; saved: Map<string, Uint8Array> } {
  const saved = new Map<string, Uint8Array>();
  const ids = frames.map(({ sample }) => sample.id);
  const dataset: Dataset = {
    name: 'made',
    ...madeData,
    list: () => ids,
    read: (id) => Promise.resolve(frames[ids.indexOf(id)].sample),
  };
  const { height, width } = sizeOf(frames[0].sample);
  const place: MeasurementPlace = {
    config: runConfig(profiles.smoke),
    ...{ tasks, dataset, frames: ids, size: { height, width }, sharing: () => [] },
    async each(visit) {
      for (const { sample, predictions } of frames) await visit(sample, predictions);
    },
    predict: (of) => Promise.resolve(of.map((id) => frames[ids.indexOf(id)])),
    save(file, content) {
      saved.set(file, content);
      return Promise.resolve();
    },
  };
  return { place, saved };
}
