import { numbersField } from '@scene-mtl/data';
import type { Dataset } from '../dataset.ts';
import { toyRegression, type ToyOptions } from './regression.ts';

/**
 * `toyRegression` as samples: the fields `x` (input) and `y0`, `y1`, … (targets) of one number each. There
 * is no picture, so the size is left unused. All samples are of training.
 * @example
 * ```ts
 * import { toyDataset } from '@scene-mtl/datasets';
 * const dataset = toyDataset({ count: 2, seed: 1 });
 * dataset.fields; // → ['y0', 'y1']
 * dataset.list('train'); // → ['toy_000000', 'toy_000001']
 * ```
 */
export function toyDataset(options: ToyOptions): Dataset {
  const { x, targets } = toyRegression(options);
  const ids = Array.from({ length: options.count }, (_, i) => `toy_${String(i).padStart(6, '0')}`);
  const positions = new Map(ids.map((id, i) => [id, i]));
  return {
    name: 'toy',
    fields: targets.map((_, k) => `y${k}`),
    numbers: Object.fromEntries(targets.map((_, k) => [`y${k}`, 1])),
    list: (split) => (split === 'train' ? ids : []),
    read(id, split) {
      const i = split === 'train' ? positions.get(id) : undefined;
      if (i === undefined) {
        return Promise.reject(new Error(`toy: no sample '${id}' in split '${split}'`));
      }
      const outputs = targets.map((target, k) => [`y${k}`, numbersField([target[i]])] as const);
      return Promise.resolve({
        id,
        fields: { x: numbersField([x[i]]), ...Object.fromEntries(outputs) },
      });
    },
  };
}
