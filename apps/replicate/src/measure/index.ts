import { errorBlocks } from './error-blocks.ts';
import { failures } from './failures.ts';
import type { Measurement } from './measurement.ts';
import { objectsByClustering } from './objects-by-clustering.ts';
import { occludedObjects, occludedObjectsMade } from './occluded-objects.ts';
import { officialScores } from './official-scores.ts';
import { qualitative } from './qualitative.ts';
import { testScores } from './test-scores.ts';

const all: readonly Measurement[] = [
  objectsByClustering,
  occludedObjects,
  occludedObjectsMade,
  officialScores,
  testScores,
  qualitative,
  failures,
  errorBlocks,
];

/** Every measurement by its name, so that another process can be told which to make. */
export const measurements: Readonly<Record<string, Measurement>> = Object.fromEntries(
  all.map((measurement) => [measurement.name, measurement]),
);
