import { legendOf } from '@scene-mtl/datasets';
import {
  averagePrecision,
  averagePrecisionOfDrawn,
  bootstrapStatistic,
  colourVectors,
  type ImageMatches,
  instanceMatcher,
  type Tile,
} from '@scene-mtl/eval';
import { imageOf, type Sample } from '@scene-mtl/data';
import { centreVectors, decodeInstances, decodeRuns } from '@scene-mtl/vision-heads';
import {
  type Clustering,
  clusterings,
  clusteringsFor,
  clusteringTitles,
} from '../../../measure/clustering-methods.ts';
import {
  decodingInput,
  type DecodingSource,
  trueObjects,
} from '../../../measure/decoding-input.ts';
import { objectMatching } from '../../../measure/object-matching.ts';
import { stackedPng, type GridFile } from '../../../measure/grid-file.ts';
import { objectOverlay } from '@scene-mtl/vision-heads';
import type { MeasurementPlace, SceneMeasurement } from '../../../scenes/measurement.ts';
import type { Predictions } from '@scene-mtl/vision-heads';
import { shownFrames } from '../../../train/predictions.ts';
import { votePicture } from './vote-picture.ts';

/** What objects are found in here. */
export const objectSources = [
  'predicted',
  'trueVectors',
  'truth',
] as const satisfies DecodingSource[];

/** One of `objectSources`. */
export type ObjectSource = (typeof objectSources)[number];

/** Objects found by one method from one source. */
export type FoundObjects = {
  /** %; null where no object is there to be found. */
  readonly ap: number | null;
  readonly ap50: number | null;
  /** Objects found over all frames. */
  readonly objects: number;
};

/** AP of OPTICS minus that of connected components, both from what the network predicts. */
export type ApDifference = {
  /** Percentage points. */
  readonly difference: number | null;
  /** 95 % bootstrap interval over frames. */
  readonly interval: readonly [number, number] | null;
};

/** Result of `objectsByClustering`. */
export type ObjectsByClustering = {
  readonly frames: number;
  /** True single objects over all frames, whatever their size. */
  readonly trueObjects: number;
  readonly found: Readonly<Record<ObjectSource, Readonly<Record<Clustering, FoundObjects>>>>;
  readonly opticsMinusComponents: ApDifference;
  readonly strips: readonly GridFile[];
};

/** Official smallest object, 100 px at 1024×2048, as a share of the image. */
const SMALLEST_SHARE = 100 / (2048 * 1024);
/** Enough for a 95 % interval of a few digits. */
const RESAMPLES = 400;
const FRAMES_SHOWN = 3;

/**
 * Figure 3 in numbers: objects found in centre votes by each clustering method, from predicted and
 * from true centre vectors, judged by the official AP with its smallest object scaled to the size.
 */
export const objectsByClustering: SceneMeasurement<ObjectsByClustering> = {
  name: 'objects-by-clustering',
  version: 2,
  module: import.meta.url,
  async measure(place) {
    const { dataset, size, frames } = place;
    const { classes, instanceClasses } = legendOf(dataset);
    const matching = objectMatching(classes, instanceClasses);
    const methods = clusteringsFor(size, instanceClasses);
    const matches = each(() => [] as ImageMatches[]);
    const counts = each(() => 0);
    let objects = 0;
    await place.each((sample, predictions) => {
      objects += new Set(trueObjects(sample, instanceClasses).filter((v) => v !== 0)).size;
      const truth = matching?.truth(sample);
      for (const source of objectSources) {
        const input = decodingInput(source, sample, predictions, instanceClasses);
        for (const name of clusterings) {
          const { instances } = decodeInstances(input, methods[name]);
          counts[source][name] += instances.length;
          if (!matching || !truth) continue;
          const matcher = instanceMatcher(truth);
          for (const { classId, confidence, mask } of instances) {
            matcher.add({ labelId: matching.ids[classId], confidence, mask: decodeRuns(mask) });
          }
          matches[source][name].push(matcher.result());
        }
      }
    });

    const minRegion = SMALLEST_SHARE * size.height * size.width;
    const setting = { distance: Infinity, minRegion, minConfidence: -Infinity };
    const { optics, components } = matches.predicted;
    const apOfOptics = averagePrecisionOfDrawn(optics, setting);
    const apOfComponents = averagePrecisionOfDrawn(components, setting);
    const difference = (drawn: ArrayLike<number>) =>
      100 * apOfOptics(drawn) - 100 * apOfComponents(drawn);
    return {
      frames: frames.length,
      trueObjects: objects,
      found: each((source, name) => {
        const { allAp, allAp50 } = averagePrecision(matches[source][name], [setting]);
        return {
          ap: finite(100 * allAp),
          ap50: finite(100 * allAp50),
          objects: counts[source][name],
        };
      }),
      opticsMinusComponents: {
        difference: finite(difference(optics.map((_, i) => i))),
        interval: bootstrapStatistic(optics.length, difference, { resamples: RESAMPLES }) ?? null,
      },
      strips: await pictures(place),
    };
  },
};

/** A value for each source and method. */
function each<T>(
  of: (source: ObjectSource, name: Clustering) => T,
): Record<ObjectSource, Record<Clustering, T>> {
  const row = (source: ObjectSource) =>
    Object.fromEntries(clusterings.map((name) => [name, of(source, name)])) as Record<
      Clustering,
      T
    >;
  return Object.fromEntries(objectSources.map((source) => [source, row(source)])) as Record<
    DecodingSource,
    Record<Clustering, T>
  >;
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** From photograph to objects, in frames spread evenly over the split. */
async function pictures(place: MeasurementPlace): Promise<GridFile[]> {
  const saved: GridFile[] = [];
  for (const { sample, predictions } of await place.predict(
    shownFrames(place.dataset, FRAMES_SHOWN),
  )) {
    const tiles = tilesOf(place, sample, predictions);
    const file = `${sample.id.replace(/[^\w.-]+/g, '-')}.png`;
    await place.save(file, await stackedPng(tiles));
    saved.push({ file, frame: sample.id, panels: tiles.map(({ name }) => name) });
  }
  return saved;
}

function tilesOf(
  { size, dataset }: MeasurementPlace,
  sample: Sample,
  predictions: Predictions,
): Tile[] {
  const { height, width } = size;
  const { data: image } = imageOf(sample);
  const { instanceClasses } = legendOf(dataset);
  const methods = clusteringsFor(size, instanceClasses);
  const input = decodingInput('predicted', sample, predictions, instanceClasses);
  const { value, mask } = centreVectors(sample);
  const told = new Set(instanceClasses);
  const predictedMask = input.semantic.map((c) => Number(told.has(c)));
  // One colour scale for both pictures of vectors.
  let longest = 0;
  mask.forEach((m, i) => {
    if (m) longest = Math.max(longest, Math.hypot(value[2 * i], value[2 * i + 1]));
  });
  const vectors = (of: Float32Array, where: Uint8Array) =>
    colourVectors(of, where, height, width, longest || 1);
  const objects = (ids: Uint16Array) => objectOverlay(image, ids, size);
  return [
    { name: 'photo', height, width, data: image },
    { name: 'objects, truth', ...objects(trueObjects(sample, instanceClasses)) },
    { name: 'centre vectors, truth', ...vectors(value, Uint8Array.from(mask)) },
    { name: 'centre vectors, prediction', ...vectors(input.vectors, predictedMask) },
    { name: 'votes', ...votePicture(input, instanceClasses) },
    ...clusterings.map((name) => ({
      name: `objects, ${clusteringTitles[name]}`,
      ...objects(decodeInstances(input, methods[name]).ids),
    })),
  ];
}
