import type { Size } from '@scene-mtl/data';
import type { Dataset } from '@scene-mtl/datasets';
import type { VisionTask } from '@scene-mtl/vision-heads';
import { accumulators, type Metrics } from './metrics.ts';

/**
 * What a predictor reaches that never looks at the image: the most frequent class, the mean centre
 * vector, the mean disparity of the training split (`VisionTask.constant`). A network has to beat it.
 */
export async function trivialMetrics(
  dataset: Dataset,
  tasks: readonly VisionTask[],
  size: Size,
): Promise<Metrics> {
  const fits = tasks.map((task) => task.constant());
  for (const id of dataset.list('train')) {
    const sample = await dataset.read(id, 'train', size);
    tasks.forEach((task, t) => task.has(sample) && fits[t].add(task.encode(sample)));
  }
  const { height, width } = size;
  const predictions = Object.fromEntries(
    tasks.map((task, t) => [task.name, task.decode(fits[t].output(size), height, width)]),
  );
  const { add, result } = accumulators(tasks);
  for (const id of dataset.list('val')) add(await dataset.read(id, 'val', size), predictions);
  return result();
}
