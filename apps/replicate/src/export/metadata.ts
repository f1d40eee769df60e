import type { MultiTaskModel } from '@scene-mtl/core';
import { NO_CLASSES } from '@scene-mtl/datasets';
import { normalisationOf } from '../assemble.ts';
import type { RunDescription } from '../run/description.ts';

/** Name of the network's input. */
export const INPUT = 'image';

/** What the output of a task means and how a prediction is made of it. */
const meanings: Readonly<Record<string, (width: number) => string>> = {
  semantic: () =>
    'Logits of the training classes, in the order of `classes`. Class: argmax over the last axis; ' +
    'probabilities: softmax over it.',
  instance: (width) =>
    `Vector (dx, dy) from each pixel to the centre of its object, px at width ${width}, x to the ` +
    'right, y down. Objects: cluster pixel + vector within each class of `instanceClasses`.',
  depth: (width) =>
    `Disparity in px at width ${width}; below 0 counts as 0. Inverse depth: disparity / (baseline · fx).`,
};

/**
 * What a program must know to use an exported network without this one: as texts by name, since that
 * is what an ONNX file holds; those of several values are JSON.
 * @param step step of the checkpoint
 */
export function exportMetadata(
  { config, data, balance, seed }: RunDescription,
  { tasks }: Pick<MultiTaskModel, 'tasks'>,
  step: number,
  batchSize: number | null,
): Record<string, string> {
  const { classes, palette, instanceClasses } = data.legend ?? NO_CLASSES;
  const { height, width } = config.size;
  const { mean, deviation } = normalisationOf(config);
  const shape = (channels: number) => [batchSize ?? 'N', height, width, channels];
  return {
    input: JSON.stringify({
      name: INPUT,
      shape: shape(3),
      type: 'float32',
      layout: 'NHWC, row-major',
      channels: 'R, G, B',
    }),
    preprocessing: JSON.stringify({
      resize: `the whole photograph to ${width}×${height} px (width × height), averaging (Lanczos 3)`,
      formula: '(value / 255 − mean) / deviation, per channel, value 0 … 255',
      mean,
      deviation,
    }),
    outputs: JSON.stringify(
      Object.fromEntries(
        tasks.map(({ name, outputChannels }) => [
          name,
          { shape: shape(outputChannels), meaning: meanings[name]?.(width) ?? '' },
        ]),
      ),
    ),
    classes: JSON.stringify(classes),
    palette: JSON.stringify(palette),
    instanceClasses: JSON.stringify(instanceClasses),
    training: JSON.stringify({
      data: data.name,
      step,
      steps: config.training.steps,
      balance,
      seed,
    }),
  };
}
