import { legendOf } from '@scene-mtl/datasets';
import { imageOf, type Sample } from '@scene-mtl/data';
import { occlusionRates, type Tile } from '@scene-mtl/eval';
import { decodeInstances } from '@scene-mtl/vision-heads';
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
import { stackedPng, type GridFile } from '../../../measure/grid-file.ts';
import { objectOverlay } from '@scene-mtl/vision-heads';
import type { RunConfig } from '../../../scenes/kind.ts';
import type { MeasurementPlace, SceneMeasurement } from '../../../scenes/measurement.ts';
import { closeUp } from './close-up.ts';
import { type CutObject, largestCutObject, smallestPiece } from './cut-object.ts';

/** What objects are found in: predictions, also with true classes, and true classes and vectors. */
export const occlusionSources = [
  'predicted',
  'trueClasses',
  'truth',
] as const satisfies DecodingSource[];

/** One of `occlusionSources`. */
export type OcclusionSource = (typeof occlusionSources)[number];

/** What became of the cut objects, over all frames; kinds as `OcclusionResult`. */
export type CutCounts = {
  readonly whole: number;
  readonly split: number;
  readonly missed: number;
  readonly merged: number;
  readonly own: number;
  /** `own` of each frame of `OccludedObjects.cut`: numbers with spaces between. */
  readonly ownByFrame: string;
};

/** Result of `occludedObjects`. */
export type OccludedObjects = {
  /** Frames looked at. */
  readonly frames: number;
  /** Number of cut objects of each frame that has one, in order: numbers with spaces between. */
  readonly cut: string;
  readonly counts: Readonly<Record<OcclusionSource, Readonly<Record<Clustering, CutCounts>>>>;
  /** Close-ups of the largest cut object of each frame shown. */
  readonly strips: readonly GridFile[];
};

/** Numbers of a text with spaces between. */
export const numbersIn = (text: string): number[] =>
  text === '' ? [] : text.split(' ').map(Number);

/** Most frames generated to be measured on: some 300 cut objects. */
const FRAMES_MADE = 100;
const FRAMES_SHOWN = 3;
/** Objects shown have at least this share of the image: 41 px of 64×128, where pieces can be seen. */
export const SHOWN_SHARE = 0.005;

/** Frames generated so that something slim cuts many objects in two; none of them is trained on. */
export function cutScenes({ data }: RunConfig): RunConfig['data'] {
  if (data.source !== 'generated') return data;
  const val = Math.min(FRAMES_MADE, data.val);
  // Another seed: a frame of the run's own seed would be one of its street scenes with poles added.
  return { ...data, train: 1, val, seed: data.seed + 1000, occlusion: 'cut', holdOut: null };
}

/** Figure 4 in numbers, on the run's validation split: what became of objects in several pieces. */
export const occludedObjects: SceneMeasurement<OccludedObjects> = {
  name: 'occluded-objects',
  version: 1,
  module: import.meta.url,
  measure,
};

/** The same on `cutScenes`. */
export const occludedObjectsMade: SceneMeasurement<OccludedObjects> = {
  name: 'occluded-objects-made',
  version: 1,
  module: import.meta.url,
  data: cutScenes,
  measure,
};

async function measure(place: MeasurementPlace): Promise<OccludedObjects> {
  const { size, frames } = place;
  const { height, width } = size;
  const { instanceClasses } = legendOf(place.dataset);
  const methods = clusteringsFor(size, instanceClasses);
  const minPixels = smallestPiece(size);
  const cut: number[] = [];
  const counts = tables();
  const grids: GridFile[] = [];
  await place.each(async (sample, predictions) => {
    const objects = trueObjects(sample, instanceClasses);
    const largest = largestCutObject(objects, size, minPixels);
    if (!largest) return;
    const found = new Map<string, Uint16Array>();
    for (const source of occlusionSources) {
      const input = decodingInput(source, sample, predictions, instanceClasses);
      for (const name of clusterings) {
        const { ids } = decodeInstances(input, methods[name]);
        found.set(`${source} ${name}`, ids);
        const rates = occlusionRates(minPixels);
        rates.add(objects, ids, height, width);
        counts[source][name].push(rates.counts());
      }
    }
    cut.push(counts.predicted.optics.at(-1)![0]);
    if (grids.length === FRAMES_SHOWN || largest.area < SHOWN_SHARE * height * width) return;
    const tiles = tilesOf(sample, objects, largest, found);
    const file = `${sample.id.replace(/[^\w.-]+/g, '-')}.png`;
    await place.save(file, await stackedPng(tiles));
    grids.push({ file, frame: sample.id, panels: tiles.map(({ name }) => name) });
  });
  return {
    frames: frames.length,
    cut: cut.join(' '),
    counts: mapped(counts, inTotal),
    strips: grids,
  };
}

type BySource<T> = Record<OcclusionSource, Record<Clustering, T>>;

const mapped = <T, U>(of: BySource<T>, make: (value: T) => U): BySource<U> =>
  Object.fromEntries(
    occlusionSources.map((source) => [
      source,
      Object.fromEntries(clusterings.map((name) => [name, make(of[source][name])])),
    ]),
  ) as BySource<U>;

/** For each source and method a list, to hold `OcclusionRates.counts` of each frame. */
function tables(): BySource<(readonly number[])[]> {
  const row = () => ({ optics: [], opticsXi: [], dbscan: [], components: [] });
  return { predicted: row(), trueClasses: row(), truth: row() };
}

function inTotal(frames: readonly (readonly number[])[]): CutCounts {
  const total = (kind: number) => frames.reduce((sum, counts) => sum + counts[kind], 0);
  return {
    whole: total(1),
    split: total(2),
    missed: total(3),
    merged: total(4),
    own: total(5),
    ownByFrame: frames.map((counts) => counts[5]).join(' '),
  };
}

/** Close-ups of one cut object: photograph, truth, and what each method made of it. */
function tilesOf(
  sample: Sample,
  objects: Uint16Array,
  cut: CutObject,
  found: ReadonlyMap<string, Uint16Array>,
): Tile[] {
  const image = imageOf(sample);
  const overlay = (ids: Uint16Array) => closeUp(objectOverlay(image.data, ids, image), cut);
  const of = (source: OcclusionSource, name: Clustering) => found.get(`${source} ${name}`)!;
  return [
    { name: 'photo', ...closeUp(image, cut) },
    { name: 'objects, truth', ...overlay(objects) },
    ...clusterings.map((name) => ({
      name: `objects, ${clusteringTitles[name]}`,
      ...overlay(of('predicted', name)),
    })),
    ...(['optics', 'components'] as const).map((name) => ({
      name: `objects, ${clusteringTitles[name]} on true classes`,
      ...overlay(of('trueClasses', name)),
    })),
  ];
}
