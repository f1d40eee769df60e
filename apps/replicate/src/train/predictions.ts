import { join } from 'node:path';
import { imageOf, type Sample } from '@scene-mtl/data';
import type { Dataset } from '@scene-mtl/datasets';
import { panelPng, stripPanels, type StripInput } from '@scene-mtl/eval';
import {
  classMapOf,
  disparityMapOf,
  instance,
  objectMapOf,
  type DepthPrediction,
  type InstancePrediction,
  type SemanticPrediction,
} from '@scene-mtl/vision-heads';
import { writeAtomically } from '@scene-mtl/data/files';
import type { Config } from '../config/schema.ts';
import type { Evaluator, Predictions } from './evaluation.ts';

/** Frames shown in reports: spread evenly over the validation split, never chosen by result. */
export function shownFrames(dataset: Dataset, count: number): readonly string[] {
  const ids = dataset.list('val');
  const n = Math.min(count, ids.length);
  return Array.from({ length: n }, (_, i) => ids[Math.floor(((i + 0.5) * ids.length) / n)]);
}

/** Ground truth and predictions of one image, as `strip` takes them. */
export function stripOf(dataset: Dataset, sample: Sample, predictions: Predictions): StripInput {
  const {
    semantic,
    instance: vectors,
    depth,
  } = predictions as {
    semantic?: SemanticPrediction;
    instance?: InstancePrediction;
    depth?: DepthPrediction;
  };
  const image = imageOf(sample);
  const classes = classMapOf(sample);
  const disparity = disparityMapOf(sample);
  const target = vectors && objectMapOf(sample) ? instance().encode(sample) : undefined;
  const mask = target && Uint8Array.from(target.mask);
  return {
    height: image.height,
    width: image.width,
    photo: image.data,
    palette: dataset.legend?.palette ?? [],
    truth: {
      ...(semantic && classes && { classes: classes.data }),
      ...(target && mask && { vectors: target.value, vectorMask: mask }),
      ...(depth && disparity && { disparity: disparity.data, disparityValid: disparity.valid }),
    },
    prediction: {
      ...(semantic && { classes: semantic.classes }),
      ...(vectors && mask && { vectors: vectors.vectors, vectorMask: mask }),
      ...(depth && { disparity: depth.disparity }),
    },
  };
}

/** Writes `predictions/<frame>/<panel>.png`: photograph, then truth and prediction of each task. */
export async function savePredictions(
  folder: string,
  dataset: Dataset,
  evaluation: Evaluator,
  config: Config,
): Promise<void> {
  const shown = await evaluation.predict(shownFrames(dataset, config.strips));
  for (const { sample, predictions } of shown) {
    for (const [i, panel] of stripPanels(stripOf(dataset, sample, predictions)).entries()) {
      const file = `${i}-${panel.name.replace(/\W+/g, '-')}.png`;
      await writeAtomically(join(folder, 'predictions', sample.id, file), await panelPng(panel));
    }
  }
}
