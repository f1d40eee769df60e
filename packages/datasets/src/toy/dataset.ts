import type { Dataset } from '../dataset.ts';
import { toyRegression, type ToyOptions } from './regression.ts';

/**
 * `toyRegression` as samples: `values` holds the input `x` and the targets `y0`, `y1`, … There is no
 * picture: every sample is 0 × 0 px, whatever size is asked for. All samples are of training.
 */
export function toyDataset(options: ToyOptions): Dataset {
  const { x, targets } = toyRegression(options);
  const ids = Array.from({ length: options.count }, (_, i) => `toy_${String(i).padStart(6, '0')}`);
  const positions = new Map(ids.map((id, i) => [id, i]));
  return {
    name: 'toy',
    classes: [],
    palette: [],
    instanceClasses: [],
    annotations: { semantic: false, instance: false, disparity: false },
    list: (split) => (split === 'train' ? ids : []),
    read(id, split) {
      const i = split === 'train' ? positions.get(id) : undefined;
      if (i === undefined) {
        return Promise.reject(new Error(`toy: no sample '${id}' in split '${split}'`));
      }
      const values = Object.fromEntries(targets.map((target, k) => [`y${k}`, target[i]]));
      const image = new Uint8Array(0);
      return Promise.resolve({ id, height: 0, width: 0, image, values: { x: x[i], ...values } });
    },
  };
}
