import { stream } from '@scene-mtl/data';
import { defineStreamedDataset, type StreamedExample } from '@scene-mtl/datasets';
import { defineTask, numberKit } from '@scene-mtl/vision-heads';
import { classMapOf } from '@scene-mtl/vision-heads/targets';

const [HEIGHT, WIDTH] = [32, 64];

/** Grey pictures with one square, from a generator: where it is, and whether it is bright. */
export const squares = defineStreamedDataset({
  name: 'squares',
  annotations: {
    shape: {
      kind: 'classes',
      classes: ['ground', 'square'],
      palette: [
        [60, 60, 60],
        [230, 120, 40],
      ],
      instanceClasses: [],
    },
    bright: { kind: 'label', classes: ['no', 'yes'] },
  },
  splits: () => ({ train: () => drawn('train', 64), val: () => drawn('val', 16) }),
});

function* drawn(split: string, count: number): Generator<StreamedExample> {
  for (let n = 0; n < count; n++) {
    const random = stream(1, 'squares', split, n);
    const side = 6 + random.integer(12);
    const [top, left] = [random.integer(HEIGHT - side), random.integer(WIDTH - side)];
    const bright = random.integer(2);
    const shape = Array.from({ length: HEIGHT * WIDTH }, (_, i) => {
      const [row, column] = [Math.floor(i / WIDTH) - top, (i % WIDTH) - left];
      return Number(row >= 0 && row < side && column >= 0 && column < side);
    });
    const grey = shape.map((one) => (one === 1 ? 90 + 120 * bright : 40 + random.integer(20)));
    const data = grey.flatMap((value) => [value, value, value]);
    yield { image: { height: HEIGHT, width: WIDTH, data }, labels: { shape, bright } };
  }
}

/** How much of the picture the square is, in per cent. */
export const size = defineTask(
  numberKit({
    name: 'size',
    unit: '%',
    needs: ['shape'],
    of(sample) {
      const map = classMapOf(sample, 'shape')?.data;
      return map && (100 * map.reduce((sum, one) => sum + Number(one === 1), 0)) / map.length;
    },
  }),
);
