import type { Sample } from '@scene-mtl/data';
import { defineTask, labelKit, numberKit } from '@scene-mtl/vision-heads';
import { classMapOf, objectMapOf } from '@scene-mtl/vision-heads/targets';

/** How much of a picture is road, in per cent: a number that is read off the map of classes. */
export const road = defineTask(
  numberKit({
    name: 'road',
    unit: '%',
    needs: ['semantic'],
    of(sample: Sample, { legend }) {
      const road = legend?.classes.indexOf('road');
      const known = classMapOf(sample)?.data.filter((one) => one !== 255);
      if (known === undefined || known.length === 0) return undefined;
      return (100 * known.filter((one) => one === road).length) / known.length;
    },
  }),
);

/** How busy a street is, by the objects that are told apart. */
export const traffic = defineTask(
  labelKit({
    name: 'traffic',
    classes: ['calm', 'busy'],
    needs: ['instance'],
    of(sample: Sample) {
      const objects = objectMapOf(sample)?.data;
      return objects && Number(new Set(objects).size > 6);
    },
  }),
);
