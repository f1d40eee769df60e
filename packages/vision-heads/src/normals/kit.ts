import { colourNormals, degreesBetween, normalsKey, type Rgb } from '@scene-mtl/eval';
import { meanTarget, perPixel } from '../constant.ts';
import type { MapView, PredictedPhoto, TaskKit } from '../kit.ts';
import { enlarged } from '../enlarged.ts';
import { over } from '../overlay.ts';
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
      overlay: (photo) => ({
        ...{ title: field, key: normalsKey },
        picture: over(photo.image, mapOf(photo, field)),
      }),
      files: (photo) => [
        { path: `${field}/${photo.stem}_normals.png`, content: mapOf(photo, field) },
      ],
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

/** The normals at the photograph's size in the colours of normal maps, which go by the direction alone. */
function mapOf({ size, native, predictions }: PredictedPhoto, field: string): Rgb {
  const { normals: found } = predictions[field] as NormalsPrediction;
  const own = enlarged(found, size, native, 3);
  return colourNormals(own, undefined, native.height, native.width);
}
