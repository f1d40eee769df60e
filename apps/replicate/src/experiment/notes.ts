import type { ItemContext } from './item.ts';

/** Data set, resolution, steps and seeds: what stands below every table. */
export function notesOf({ config, data }: Pick<ItemContext, 'config' | 'data'>): string[] {
  const { size, training, seeds } = config;
  const missing = (['instance', 'depth'] as const)
    .filter((task) => !data.tasks.includes(task))
    .map((task) => (task === 'instance' ? 'instances' : 'disparity'));
  return [
    `Data: ${data.name}, ${data.frames.train} training and ${data.frames.val} validation frames at ${size.height}×${size.width}; ${training.steps} steps of ${training.batchSize} images; seeds ${seeds.join(', ')}.`,
    'Metrics over the whole validation split, last checkpoint. Instance error: |dx| + |dy|.',
    ...(missing.length > 0
      ? [
          `This data set has no ${missing.join(' and no ')}: those cells show a dash, and rows with fixed weights go on without that task.`,
        ]
      : []),
  ];
}
