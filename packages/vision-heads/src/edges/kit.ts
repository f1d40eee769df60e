import { resizeNearest } from '@scene-mtl/data';
import { colourProbability } from '@scene-mtl/eval';
import { meanTarget, perPixel } from '../constant.ts';
import type { MapView, OutputFile, PredictedPhoto, TaskKit } from '../kit.ts';
import { over, overlayFile } from '../overlay.ts';
import { edgesAccumulator, edgesMetrics } from './metrics.ts';
import { edgesTargetKit } from './targets.ts';
import { titleFor } from '../title.ts';
import { edges, type EdgesPrediction } from './task.ts';

const error = { title: 'pixels with a wrong edge or none', unit: '%' };

/** Everything of edges. */
export const edgesKit: TaskKit<EdgesPrediction> = {
  ...edgesTargetKit,
  title: 'Edges',
  likelihood: 'softmax',
  metrics: edgesMetrics,
  constant: 'share of edges',
  error,
  task(_, field) {
    const task = edges(field);
    return {
      ...task,
      kit: edgesKit,
      title: titleFor(edgesKit, field),
      metrics: edgesMetrics,
      accumulator: () => edgesAccumulator(task),
      judges: () => [],
      // The logit of the share.
      constant: () => meanTarget(1, perPixel, (p) => Math.log(p / (1 - p))),
      view: { ...view, shows: field },
      files: (photo) => edgesFiles(photo, field),
      meaning: () =>
        'Logit that a boundary of a class or object runs through the pixel; its sigmoid is a score, ' +
        'higher than the probability, since edges were weighted in training.',
    };
  },
};

const view: MapView<EdgesPrediction> = {
  shows: 'edges',
  pictures: ({ height, width }, truth, prediction) => ({
    ...(truth && {
      truth: colourProbability(truth.value, Uint8Array.from(truth.mask), height, width),
    }),
    ...(prediction && {
      prediction: colourProbability(prediction.edges, undefined, height, width),
    }),
  }),
  error,
  errors: ({ edges: found }, { value, mask }) => ({
    error: value.map((edge, i) => (found[i] >= 0.5 === edge >= 0.5 ? 0 : 100)),
    mask,
  }),
  top: () => 100,
};

/** The overlay (white on the edges), and the score at the photograph's size, 0 … 255. */
function edgesFiles(
  { stem, image, size, native, predictions }: PredictedPhoto,
  field: string,
): OutputFile[] {
  const { edges: found } = predictions[field] as EdgesPrediction;
  const colours = colourProbability(found, undefined, size.height, size.width);
  const score = Uint8Array.from(found, (p) => Math.round(255 * p));
  return [
    overlayFile(
      stem,
      field,
      over(image, colours, (i) => found[i]),
    ),
    {
      path: `${field}/${stem}_edges.png`,
      content: { ...native, data: resizeNearest(score, size, native) },
    },
  ];
}
