import { NO_CLASSES } from '@scene-mtl/datasets';
import type { VisionTask } from '@scene-mtl/vision-heads';
import { normalisationOf, type VisionNetwork } from '../assemble/network.ts';
import type { RunDescription } from '../run/description.ts';

/** Name of the network's input. */
export const INPUT = 'image';

/**
 * What a program must know to use an exported network without this one: as texts by name, since that
 * is what an ONNX file holds; those of several values are JSON.
 * @param step step of the checkpoint
 */
export function exportMetadata(
  { config, data, balance, seed }: RunDescription,
  { tasks }: Pick<VisionNetwork, 'tasks'>,
  step: number,
  batchSize: number | null,
): Record<string, string> {
  const { classes, palette, instanceClasses } = data.legend ?? NO_CLASSES;
  const { height, width } = config.size;
  const { mean, deviation } = normalisationOf(config);
  const shape = ({ places, outputChannels }: Pick<VisionTask, 'places' | 'outputChannels'>) => [
    batchSize ?? 'N',
    ...(places?.([height, width]) ?? [height, width]),
    outputChannels,
  ];
  return {
    input: JSON.stringify({
      name: INPUT,
      shape: shape({ outputChannels: 3 }),
      type: 'float32',
      layout: 'NHWC, row-major',
      channels: 'R, G, B',
    }),
    preprocessing: JSON.stringify({
      resize: `the whole photograph to ${height}×${width} px (height × width), averaging (Lanczos 3)`,
      formula: '(value / 255 − mean) / deviation, per channel, value 0 … 255',
      mean,
      deviation,
    }),
    outputs: JSON.stringify(
      Object.fromEntries(
        tasks.map((task) => [
          task.name,
          { shape: shape(task), meaning: task.meaning(config.size) },
        ]),
      ),
    ),
    ...(data.annotations && { annotations: JSON.stringify(data.annotations) }),
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
