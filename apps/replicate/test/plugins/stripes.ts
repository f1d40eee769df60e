import { labelField, photo, stream } from '@scene-mtl/data';
import { defineDataset } from '@scene-mtl/datasets';
import { defineTask, numberKit } from '@scene-mtl/vision-heads';
import { lightOf } from './stripes-light.ts';

/** Pictures of one grey with a label, made as they are read: data without files. */
export const stripes = defineDataset({
  name: 'stripes',
  recognises: (names) => names.has('stripes.txt'),
  open: (where) => ({
    name: where === '' ? 'stripes' : `stripes of ${where}`,
    fields: ['tone'],
    annotations: { tone: { kind: 'label', classes: ['dark', 'bright'] } },
    list: (split) =>
      Array.from({ length: { train: 8, val: 4, test: 0 }[split] }, (_, i) => `${split}-${i}`),
    read(id, _, size) {
      const grey = stream(1, 'stripes', id).integer(256);
      const image = new Uint8Array(3 * size.height * size.width).fill(grey);
      return Promise.resolve({
        id,
        fields: { image: photo(size, image), tone: labelField(grey > 127 ? 1 : 0) },
      });
    },
  }),
});

export const light = defineTask(numberKit({ name: 'light', of: lightOf }));
