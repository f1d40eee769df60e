import { resizeNearest } from '@scene-mtl/data';
import { colourNormals, degreesBetween } from '@scene-mtl/eval';
import { meanTarget, perPixel } from '../constant.ts';
import type { MapView, OutputFile, PredictedPhoto, TaskKit } from '../kit.ts';
import { over, overlayFile } from '../overlay.ts';
import { normalsAccumulator, normalsMetrics } from './metrics.ts';
import { normalsTargetKit } from './targets.ts';
import { titleFor } from '../title.ts';
import { normals, type NormalsPrediction } from './task.ts';

const error = { title: 'angle of the normals', unit: '°' };

/** Everything of surface normals. */
export const normalsKit: TaskKit<NormalsPrediction> = {
  ...normalsTargetKit,
  title: 'Normals',
  likelihood: 'gaussian',
  metrics: normalsMetrics,
  constant: 'mean normal',
  error,
  task(_, field) {
    const task = normals(field);
    return {
      ...task,
      kit: normalsKit,
      title: titleFor(normalsKit, field),
      metrics: normalsMetrics,
      accumulator: () => normalsAccumulator(task),
      judges: () => [],
      constant: () => meanTarget(3, perPixel),
      view: { ...view, shows: field },
      files: (photo) => normalsFiles(photo, field),
      meaning: () =>
        'Direction that the surface of each pixel faces, (x, y, z) in the frame of the camera: x to the ' +
        'right, y down, z away from the camera. Divide by the length to get unit vectors.',
    };
  },
};

const view: MapView<NormalsPrediction> = {
  shows: 'normals',
  pictures: ({ height, width }, truth, prediction) => ({
    ...(truth && {
      truth: colourNormals(truth.value, Uint8Array.from(truth.mask), height, width),
    }),
    ...(prediction && {
      prediction: colourNormals(prediction.normals, undefined, height, width),
    }),
  }),
  error,
  errors: ({ normals: found }, { value, mask }) => ({
    error: mask.map((known, i) => (known === 0 ? 0 : degreesBetween(found, value, 3 * i))),
    mask,
  }),
  top: () => 45,
};

/** The overlay, and the normals at the photograph's size in the colours of normal maps. */
function normalsFiles(
  { stem, image, size, native, predictions }: PredictedPhoto,
  field: string,
): OutputFile[] {
  const { normals: found } = predictions[field] as NormalsPrediction;
  const colours = colourNormals(found, undefined, size.height, size.width);
  return [
    overlayFile(stem, field, over(image, colours)),
    {
      path: `${field}/${stem}_normals.png`,
      content: { ...native, data: resizeNearest(colours.data, size, native, 3) },
    },
  ];
}
