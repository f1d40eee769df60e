import { colourProbability, type Overlay } from '@scene-mtl/eval';
import { meanTarget, perPixel } from '../constant.ts';
import type { MapView, OutputFile, PredictedPhoto, TaskKit } from '../kit.ts';
import { enlarged } from '../enlarged.ts';
import { over } from '../overlay.ts';
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
      overlay: (photo) => edgesOverlay(photo, field),
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

const scoreOf = ({ size, native, predictions }: PredictedPhoto, field: string): Float32Array =>
  enlarged((predictions[field] as EdgesPrediction).edges, size, native);

const GREYS = Array.from({ length: 256 }, (_, i) => [i, i, i] as const);

/** The photograph, white on the edges. */
function edgesOverlay(photo: PredictedPhoto, field: string): Overlay {
  const score = scoreOf(photo, field);
  const { height, width } = photo.native;
  const colours = colourProbability(score, undefined, height, width);
  return {
    title: field,
    picture: over(photo.image, colours, (i) => score[i]),
    key: { kind: 'scale', colours: GREYS, from: 0, to: 1, unit: 'score' },
  };
}

/** The score at the photograph's size, 0 … 255. */
const edgesFiles = (photo: PredictedPhoto, field: string): OutputFile[] => [
  {
    path: `${field}/${photo.stem}_edges.png`,
    content: {
      ...photo.native,
      data: Uint8Array.from(scoreOf(photo, field), (p) => Math.round(255 * p)),
    },
  },
];
