import type { Size } from '@scene-mtl/data';
import {
  clusterByComponents,
  clusterByDbscan,
  clusterByOpticsXi,
  type InstanceOptions,
} from '@scene-mtl/vision-heads';
import { decodingFor, densityFor } from '@scene-mtl/vision-heads';

/** Ways from centre votes to objects, in the order of tables. */
export const clusterings = ['optics', 'opticsXi', 'dbscan', 'components'] as const;

/** Name of a way from votes to objects. */
export type Clustering = (typeof clusterings)[number];

/**
 * Steepness of OPTICS-ξ: at the usual 0.05 each ripple of a dense clump became an object
 * (docs/decisions/0002-optics.md).
 */
const XI = 0.2;

/** What tables and captions call it. */
export const clusteringTitles: Readonly<Record<Clustering, string>> = {
  optics: 'OPTICS',
  opticsXi: 'OPTICS-ξ',
  dbscan: 'DBSCAN',
  components: 'Connected components',
};

/**
 * The methods for images of a size, at one density, least area and reach of adoption. Connected
 * components never see a vote, so with them small pieces are not adopted by objects near their votes.
 * @param classes training ids of the classes whose objects are told apart
 */
export function clusteringsFor(
  size: Size,
  classes: readonly number[],
): Readonly<Record<Clustering, InstanceOptions>> {
  const optics = decodingFor(size, classes);
  const density = densityFor(size);
  return {
    optics,
    opticsXi: { ...optics, method: clusterByOpticsXi({ minPts: density.minPts, xi: XI }) },
    dbscan: { ...optics, method: clusterByDbscan(density) },
    components: { ...optics, method: clusterByComponents(), adoptWithin: 0 },
  };
}

/** The parameters in one sentence, for the notes of a table. */
export function clusteringNote(size: Size): string {
  const { minPts, eps } = densityFor(size);
  return `OPTICS and DBSCAN: minPts ${minPts}, ε ${eps} px; OPTICS-ξ: minPts ${minPts}, ξ ${XI}, no ε. The paper states no parameters. Connected components are 8-connected pieces of a class and read no vector.`;
}
