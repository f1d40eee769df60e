import type { Sample } from '@scene-mtl/core/samples';
import type { Dataset } from './dataset.ts';

/**
 * The same data set with every sample kept in memory after its first reading, by split, frame and
 * size. A 256 × 128 sample with all annotations takes about 330 kB. Readers must not change the
 * arrays they get; transforms here never do.
 */
export function cached(dataset: Dataset): Dataset {
  const samples = new Map<string, Promise<Sample>>();
  return {
    ...dataset,
    read(id, split, size) {
      const key = `${split}/${id}/${size.height}x${size.width}`;
      let sample = samples.get(key);
      if (sample === undefined) {
        sample = dataset.read(id, split, size);
        samples.set(key, sample);
        // A failed reading is tried again next time.
        sample.catch(() => samples.delete(key));
      }
      return sample;
    },
  };
}
