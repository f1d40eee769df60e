import {
  classMap,
  disparityMap,
  objectMap,
  photo,
  stream,
  type Sample,
  type Size,
} from '@scene-mtl/data';
import { defineDataset, type Dataset } from '@scene-mtl/datasets';

const [ROAD, SKY, BLOCK] = [0, 1, 2];

/**
 * Sky above road, and blocks: drawn in no time, where a test needs a street but none that looks like one. Blocks are no
 * class of Cityscapes, so that no file is in an official format.
 */
export const tinyStreet: Dataset = {
  name: 'tiny-street',
  fields: ['semantic', 'instance', 'depth'],
  legend: {
    classes: ['road', 'sky', 'block'],
    palette: [
      [128, 64, 128],
      [70, 130, 180],
      [0, 0, 142],
    ],
    instanceClasses: [BLOCK],
  },
  list: (split) =>
    Array.from({ length: { train: 4, val: 2, test: 0 }[split] }, (_, i) => `${split}-${i}`),
  read: (id, _, size) => Promise.resolve(drawn(id, size)),
};

export const definition = defineDataset({ name: 'tiny-street', open: () => tinyStreet });

function drawn(id: string, size: Size): Sample {
  const { height, width } = size;
  const random = stream(1, 'tiny-street', id);
  const pixels = height * width;
  const [classes, objects] = [new Uint8Array(pixels), new Uint16Array(pixels)];
  const disparity = new Float32Array(pixels);
  for (let i = 0; i < pixels; i++) {
    const below = Math.floor(i / width) - height / 2;
    classes[i] = below < 0 ? SKY : ROAD;
    disparity[i] = Math.max(0, below);
  }
  const blocks = 1 + random.integer(9);
  for (let block = 1; block <= blocks; block++) {
    const [top, left] = [random.integer(height - 3), random.integer(width - 6)];
    for (let k = 0; k < 18; k++) {
      const i = (top + Math.floor(k / 6)) * width + left + (k % 6);
      [classes[i], objects[i]] = [BLOCK, 26000 + block];
    }
  }
  const image = Uint8Array.from(
    { length: 3 * pixels },
    (_, i) => 80 * classes[Math.floor(i / 3)] + 20,
  );
  return {
    id,
    fields: {
      image: photo(size, image),
      semantic: classMap(size, classes),
      instance: objectMap(size, objects),
      depth: disparityMap(size, disparity, new Uint8Array(pixels).fill(1)),
    },
  };
}
