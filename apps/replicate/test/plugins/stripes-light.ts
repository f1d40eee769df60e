import { imageOf, type Sample } from '@scene-mtl/data';

/** Mean of a picture, 0 … 1. */
export const lightOf = (sample: Sample): number => {
  const { data } = imageOf(sample);
  return data.reduce((sum, value) => sum + value, 0) / data.length / 255;
};
