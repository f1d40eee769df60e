import { encoderText } from '../config/encoder-text.ts';
import { SCENE_TASKS } from '../data/foreseen.ts';
import type { SceneContext } from './kind.ts';

/** Of fewer a table says so: networks have hardly begun to learn, and which is ahead is chance. */
const FEW_STEPS = 100;

/** Data set, resolution, steps and seeds: what stands below every table. */
export function notesOf({ config, data }: Pick<SceneContext, 'config' | 'data'>): string[] {
  const { size, training, seeds, network } = config;
  // What is missing, and CamVid, are of the usual maps: own data says of itself what there is to say.
  const own = data.annotations !== undefined;
  const missing = own ? [] : SCENE_TASKS.filter((task) => !data.tasks.includes(task));
  const objects = !own || Object.values(data.annotations).some(({ kind }) => kind === 'objects');
  return [
    `Data: ${data.name}, ${data.frames.train} training and ${data.frames.val} validation frames at ${size.height}×${size.width}; ${training.steps} steps of ${training.batchSize} images; seeds ${seeds.join(', ')}.`,
    `Metrics over the whole validation split, last checkpoint.${objects ? ' Instance error: |dx| + |dy|.' : ''}`,
    ...(training.steps < FEW_STEPS
      ? [
          `${training.steps} steps are too few to compare anything: this shows that everything works, and nothing else.`,
        ]
      : []),
    ...(data.remarks ?? []).map((remark) => `Data: ${remark}.`),
    ...(network.encoder.kind === 'mobilenet' ? [`Encoder: ${encoderText(network.encoder)}.`] : []),
    ...(data.name === 'camvid' && !own
      ? [
          'CamVid marks no objects: instances are connected components of car, pedestrian and bicyclist, so that objects that touch are one.',
        ]
      : []),
    ...(data.withoutTest && config.data.source === 'folder'
      ? ['This data set has no test frames, so nothing is measured on a test split.']
      : []),
    ...(missing.length > 0
      ? [
          `This data set has no annotation for ${missing.join(' and ')}: those cells show a dash, and rows with fixed weights go on without that task.`,
        ]
      : []),
  ];
}
