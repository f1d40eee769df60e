import { defineTask, numberKit } from '@scene-mtl/vision-heads';
import { classMapOf } from '@scene-mtl/vision-heads/targets';

/** How much of what lies right ahead is road, in per cent: the middle third of the lower half of a picture. */
export const clearRoad = defineTask(
  numberKit({
    name: 'clear-road',
    unit: '%',
    needs: ['semantic'],
    of(sample, { legend }) {
      const road = legend?.classes.indexOf('road');
      const map = classMapOf(sample);
      if (map === undefined) return undefined;
      const ahead = map.data.filter((one, i) => {
        const [row, column] = [Math.floor(i / map.width), i % map.width];
        return (
          one !== 255 && 2 * row >= map.height && Math.abs(6 * column - 3 * map.width) < map.width
        );
      });
      if (ahead.length === 0) return undefined;
      return (100 * ahead.filter((one) => one === road).length) / ahead.length;
    },
  }),
);
