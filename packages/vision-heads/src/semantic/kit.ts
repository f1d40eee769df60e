import { VOID } from '@scene-mtl/data';
import { colourClasses, type Overlay, type Palette } from '@scene-mtl/eval';
import * as tf from '@tensorflow/tfjs';
import { mostFrequent, perPixel } from '../constant.ts';
import type { MapView, OutputFile, PredictedPhoto, TaskKit } from '../kit.ts';
import { flipHint } from '../hints/flip-hint.ts';
import { lightHint, unturnedHint } from '../hints/picture-hints.ts';
import { over } from '../overlay.ts';
import { annotationIn, isUsual } from '../target-kit.ts';
import { showsFor, titleFor } from '../title.ts';
import { classesOfPhoto } from './classes-of-photo.ts';
import { classJudge, pixelJudge } from './judges.ts';
import { semanticAccumulator, semanticMetrics } from './metrics.ts';
import { regularIds, toRegularIds } from './official-labels.ts';
import { semanticTargetKit } from './targets.ts';
import { semantic, type SemanticPrediction } from './task.ts';

const error = { title: 'pixels of a wrong class', unit: '%' };

/** A number added to all logits says nothing. */
const probabilities = (logits: tf.Tensor): tf.Tensor => tf.softmax(logits);

/** Everything of semantic segmentation. */
export const semanticKit: TaskKit<SemanticPrediction> = {
  ...semanticTargetKit,
  title: 'Semantic',
  likelihood: 'softmax',
  metrics: semanticMetrics,
  constant: 'majority class',
  error,
  hints: {
    flip: {
      ...{ says: 'a mirrored picture has the mirrored classes', weight: 100 },
      make: (field) => flipHint(field, { compared: probabilities }),
    },
    light: {
      ...{ says: 'classes do not change with the light', weight: 10 },
      make: (field) => lightHint(field, { compared: probabilities }),
    },
    unturned: {
      ...{ says: 'a mirrored picture has the same classes', weight: 100, isFalse: true },
      make: (field) => unturnedHint(field, { compared: probabilities }),
    },
  },
  task(data, field) {
    const { classes, palette } = annotationIn(data, field, 'classes');
    const ids = isUsual(data, field) ? regularIds(classes) : undefined;
    return {
      ...semantic(classes.length, field),
      kit: semanticKit,
      title: titleFor(semanticKit, field),
      metrics: semanticMetrics,
      accumulator: () => semanticAccumulator(classes.length, field),
      judges: (size) => [
        classJudge(classes, size, field),
        ...(ids ? [pixelJudge(ids, size, field)] : []),
      ],
      constant: () => mostFrequent(classes.length, perPixel),
      view: classView(palette, showsFor(semanticKit, field, 'classes')),
      overlay: (photo) => semanticOverlay(photo, field, classes, palette),
      files: (photo) => semanticFiles(photo, field, ids),
      meaning: () =>
        'Logits of the training classes, in the order of `classes`. Class: argmax over the last axis; ' +
        'probabilities: softmax over it.',
    };
  },
};

const classView = (palette: Palette, shows: string): MapView<SemanticPrediction> => ({
  shows,
  pictures({ height, width }, truth, prediction) {
    const picture = (classes: Uint8Array) => colourClasses(classes, height, width, palette);
    return {
      ...(truth && {
        truth: picture(Uint8Array.from(truth.value, (c, i) => (truth.mask[i] === 0 ? VOID : c))),
      }),
      ...(prediction && { prediction: picture(prediction.classes) }),
    };
  },
  error,
  // 100 for a wrong class, so that a mean is the share of wrong pixels in %.
  errors: ({ classes }, { value, mask }) => ({
    error: value.map((c, i) => (c === classes[i] ? 0 : 100)),
    mask,
  }),
  top: () => 100,
});

/** Classes under 0.5 % of the pixels do not stand in the key. */
const LEAST_SHARE = 0.005;

/** The photograph under its classes; the key has the share of each, and how sure the network is of its pixels. */
function semanticOverlay(
  photo: PredictedPhoto,
  field: string,
  names: readonly string[],
  palette: Palette,
): Overlay {
  const { height, width } = photo.native;
  const { classes, confidence } = classesOfPhoto(photo, field);
  const [counts, sums] = [new Float64Array(names.length), new Float64Array(names.length)];
  classes.forEach((c, i) => {
    counts[c]++;
    sums[c] += confidence[i];
  });
  const shown = names.map((_, c) => c).filter((c) => counts[c] >= LEAST_SHARE * classes.length);
  const entries = shown
    .sort((a, b) => counts[b] - counts[a])
    .map((c) => {
      const share = Math.round((100 * counts[c]) / classes.length);
      return {
        colour: palette[c],
        text: `${names[c]} ${share} % (p ${(sums[c] / counts[c]).toFixed(2)})`,
      };
    });
  return {
    title: field,
    picture: over(photo.image, colourClasses(classes, height, width, palette)),
    key: { kind: 'names', entries },
  };
}

/**
 * The classes at the photograph's own size as a PNG of one channel: regular ids or, for classes that Cityscapes
 * does not have, training ids.
 */
function semanticFiles(
  photo: PredictedPhoto,
  field: string,
  ids: Uint8Array | undefined,
): OutputFile[] {
  const { classes } = classesOfPhoto(photo, field);
  return [
    {
      path: `${field}/${photo.stem}_${ids ? 'labelIds' : 'trainIds'}.png`,
      content: { ...photo.native, data: ids ? toRegularIds(classes, ids) : classes },
    },
  ];
}
