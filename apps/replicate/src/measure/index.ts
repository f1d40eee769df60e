import type { Measurement } from './measurement.ts';
import { objectsByClustering } from './objects-by-clustering.ts';
import { occludedObjects, occludedObjectsMade } from './occluded-objects.ts';
import { officialScores } from './official-scores.ts';

/** Every measurement by its name, so that another process can be told which to make. */
export const measurements: Readonly<Record<string, Measurement>> = Object.fromEntries(
  (
    [objectsByClustering, occludedObjects, occludedObjectsMade, officialScores] as Measurement[]
  ).map((measurement) => [measurement.name, measurement]),
);
