import { streetSample } from '@scene-mtl/data/testing';
import type { Sample } from '@scene-mtl/data';
import type { Dataset } from '@scene-mtl/datasets';
import {
  tasksFor,
  type DepthPrediction,
  type InstancePrediction,
  type Predictions,
  type SemanticPrediction,
} from '@scene-mtl/vision-heads';
import { profiles } from '../src/config/profiles.ts';
import { runConfig } from '../src/scenes/spec.ts';
import type { MeasurementPlace } from '../src/scenes/measurement.ts';
import { street } from './records.ts';

/** Training classes of `street`. */
export const [ROAD, CAR] = [0, 1];
export const size = { height: 8, width: 16 };

/**
 * Two cars on a road, rows 2 to 5 of 8×16: car A in columns 2 to 9 without 5 and 6, which a pole
 * (road) covers, so two pieces of 12 px with their centre at column 5.5; car B in columns 10 to 13,
 * 16 px with its centre at column 11.5, touching A. Row of both centres: 3.5.
 */
export const A = 26000;
export const B = 26001;

const valueAt = (pixel: number): number => {
  const column = pixel % size.width;
  const row = (pixel - column) / size.width;
  if (row < 2 || row > 5) return 0;
  if (column >= 10 && column <= 13) return B;
  return column >= 2 && column <= 9 && column !== 5 && column !== 6 ? A : 0;
};
const pixels = Array.from({ length: size.height * size.width }, (_, pixel) => pixel);

/** A at 20 m, B at 80 m, the road at 40 m: baseline · fx = 0.25 m · 80 px = 20 m px. */
export function cutCar(id: string): Sample {
  const values = pixels.map(valueAt);
  return streetSample({
    id,
    ...size,
    image: new Uint8Array(3 * pixels.length).fill(90),
    semantic: Uint8Array.from(values, (value) => (value === 0 ? ROAD : CAR)),
    instance: Uint16Array.from(values),
    disparity: Float32Array.from(values, (value) => (value === A ? 1 : value === B ? 0.25 : 0.5)),
    disparityValid: new Uint8Array(pixels.length).fill(1),
    camera: {
      baseline: 0.25,
      fx: 80,
      fy: 80,
      u0: 8,
      v0: 4,
      pitch: 0,
      roll: 0,
      yaw: 0,
      x: 0,
      y: 0,
      z: 1,
    },
  });
}

/** Vectors to the true centres on the cars; `elsewhere` in both components on the road. */
export function trueVectors(elsewhere = 0): Float32Array {
  return Float32Array.from(
    pixels.flatMap((pixel) => {
      const value = valueAt(pixel);
      if (value === 0) return [elsewhere, elsewhere];
      const column = pixel % size.width;
      const row = (pixel - column) / size.width;
      return [(value === A ? 5.5 : 11.5) - column, 3.5 - row];
    }),
  );
}

/** Predictions with these classes, sure of themselves, and these vectors. */
export function predictionsOf(
  classes: Uint8Array,
  vectors: Float32Array,
  disparity?: Float32Array,
): Predictions {
  const count = street.classes.length;
  const probabilities = new Float32Array(count * classes.length);
  classes.forEach((c, i) => (probabilities[count * i + c] = 1));
  const confidence = new Float32Array(classes.length).fill(1);
  return {
    semantic: { classes, confidence, probabilities } satisfies SemanticPrediction,
    instance: { vectors } satisfies InstancePrediction,
    ...(disparity && { depth: { disparity } satisfies DepthPrediction }),
  };
}

/** A place with these frames; saved files go into `files`. */
export function placeOf(
  shown: readonly { readonly sample: Sample; readonly predictions: Predictions }[],
): MeasurementPlace & { readonly files: Map<string, Uint8Array> } {
  const frames = shown.map(({ sample }) => sample.id);
  const files = new Map<string, Uint8Array>();
  const { name } = street;
  const dataset: Dataset = {
    name,
    fields: ['semantic', 'instance', 'depth'],
    legend: street,
    list: () => frames,
    read: (id) => Promise.resolve(shown.find(({ sample }) => sample.id === id)!.sample),
  };
  return {
    config: runConfig(profiles.smoke),
    tasks: tasksFor(dataset),
    size,
    sharing: () => [],
    dataset,
    frames,
    files,
    async each(visit) {
      for (const { sample, predictions } of shown) await visit(sample, predictions);
    },
    predict: (ids) => Promise.resolve(shown.filter(({ sample }) => ids.includes(sample.id))),
    save(file, content) {
      files.set(file, content);
      return Promise.resolve();
    },
  };
}
