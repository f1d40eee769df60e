import type { Sample } from '@scene-mtl/core';
import { occlusionRates } from '@scene-mtl/eval';
import { decodeInstances } from '@scene-mtl/vision-heads';
import type { RunConfig } from '../experiment/spec.ts';
import { instanceOverlay } from '../run/overlay.ts';
import { closeUp } from './close-up.ts';
import { clusterings, clusteringsFor, clusteringTitles, type Clustering } from './clustering-methods.ts';
import { largestCutObject, smallestPiece, type CutObject } from './cut-object.ts';
import { decodingInput, trueObjects, type DecodingSource } from './decoding-input.ts';
import type { Measurement, MeasurementPlace } from './measurement.ts';
import { saveStrip, type SavedStrip } from './saved-strip.ts';

/** What decides about cut objects: predictions, or true classes and vectors. */
export const occlusionSources = ['predicted', 'truth'] as const satisfies DecodingSource[];

/** One of `occlusionSources`. */
export type OcclusionSource = (typeof occlusionSources)[number];

/** What became of the cut objects, one number for each frame of `OccludedObjects.cut`. */
export type CutCounts = {
  readonly whole: readonly number[];
  readonly split: readonly number[];
  readonly missed: readonly number[];
  readonly merged: readonly number[];
};

/** Result of `occludedObjects`. */
export type OccludedObjects = {
  /** Frames looked at. */
  readonly frames: number;
  /** Number of cut objects of each frame that has one, in order. */
  readonly cut: readonly number[];
  readonly counts: Readonly<Record<OcclusionSource, Readonly<Record<Clustering, CutCounts>>>>;
  readonly shown: readonly SavedStrip[];
};

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
  return { ...data, train: 1, val, seed: data.seed + 1000 };
}

/** Figure 4 in numbers, on the run's validation split: what became of objects in several pieces. */
export const occludedObjects: Measurement<OccludedObjects> = {
  name: 'occluded-objects',
  version: 1,
  measure,
};

/** The same on `cutScenes`. */
export const occludedObjectsMade: Measurement<OccludedObjects> = {
  name: 'occluded-objects-made',
  version: 1,
  data: cutScenes,
  measure,
};

async function measure(place: MeasurementPlace): Promise<OccludedObjects> {
  const { size, frames } = place;
  const { height, width } = size;
  const { instanceClasses } = place.dataset;
  const methods = clusteringsFor(size, instanceClasses);
  const minPixels = smallestPiece(size);
  const cut: number[] = [];
  const counts = emptyCounts();
  const shown: SavedStrip[] = [];
  await place.each(async (sample, predictions) => {
    const objects = trueObjects(sample, instanceClasses);
    const largest = largestCutObject(objects, size, minPixels);
    if (!largest) return;
    const pictures = new Map<string, Uint16Array>();
    for (const source of occlusionSources) {
      const input = decodingInput(source, sample, predictions, instanceClasses);
      for (const name of clusterings) {
        const { ids } = decodeInstances(input, methods[name]);
        pictures.set(`${source} ${name}`, ids);
        const rates = occlusionRates(minPixels);
        rates.add(objects, ids, height, width);
        const [total, ...kinds] = rates.counts();
        if (source === 'predicted' && name === 'optics') cut.push(total);
        const { whole, split, missed, merged } = counts[source][name];
        [whole, split, missed, merged].forEach((list, k) => list.push(kinds[k]));
      }
    }
    if (shown.length === FRAMES_SHOWN || largest.area < SHOWN_SHARE * height * width) return;
    const title = `${sample.id}: the largest object in several pieces`;
    shown.push(
      await saveStrip(place, sample.id, title, panels(sample, objects, largest, pictures)),
    );
  });
  return { frames: frames.length, cut, counts, shown };
}

type Growing = Record<keyof CutCounts, number[]>;

function emptyCounts(): Record<OcclusionSource, Record<Clustering, Growing>> {
  const row = () =>
    Object.fromEntries(
      clusterings.map((name) => [name, { whole: [], split: [], missed: [], merged: [] }]),
    ) as unknown as Record<Clustering, Growing>;
  return { predicted: row(), truth: row() };
}

/** Close-ups of one cut object: photograph, truth, and what each method made of it. */
function panels(
  sample: Sample,
  objects: Uint16Array,
  cut: CutObject,
  found: ReadonlyMap<string, Uint16Array>,
): Parameters<typeof saveStrip>[3] {
  const { id, height, width, image } = sample;
  const overlay = (ids: Uint16Array) => closeUp(instanceOverlay(image, ids, sample), cut);
  const of = (source: OcclusionSource, name: Clustering) => found.get(`${source} ${name}`)!;
  return [
    {
      name: 'photo',
      alt: `An object of frame ${id} that something in front of it cuts in pieces`,
      ...closeUp({ height, width, data: image }, cut),
    },
    {
      name: 'objects, truth',
      alt: 'Its pieces in one colour: they are one object',
      ...overlay(objects),
    },
    ...clusterings.map((name) => ({
      name: clusteringTitles[name],
      alt: `Objects that ${clusteringTitles[name]} found there in the predictions`,
      ...overlay(of('predicted', name)),
    })),
    {
      name: 'OPTICS, true classes and vectors',
      alt: 'Objects that OPTICS finds there in true classes and vectors',
      ...overlay(of('truth', 'optics')),
    },
  ];
}
