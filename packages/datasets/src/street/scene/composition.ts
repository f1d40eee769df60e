import type { Camera } from '@scene-mtl/data';
import { RIG, SECOND_RIG } from '../render/camera.ts';
import type { Matcher } from '../render/stereo.ts';

/**
 * What streets are composed of: 'ordinary', exact labels of all that shows, or 'measured', nearer to the
 * statistics of Cityscapes in how much there is of what, how it is outlined and what stereo finds.
 */
export type Composition = 'ordinary' | 'measured';

/** All compositions. */
export const COMPOSITIONS: readonly Composition[] = ['ordinary', 'measured'];

/** The quantities in which compositions differ; everything else is common to them. */
export interface Mix {
  /** Camera rigs, evenly over the frames. */
  readonly rigs: readonly Camera[];
  /** How much lower the own bonnet is than the city's, share of the picture's height. */
  readonly bonnetLower: number;
  /** Factor on the width of pavements. */
  readonly pavement: number;
  /** Factor on the shares of places with a tree. */
  readonly trees: number;
  /** Factor on the city's parked cars. */
  readonly parked: number;
  /** Share of trams among what comes on rails, and how far away they are at most, metres. */
  readonly trams: { readonly share: number; readonly reach: number };
  readonly people: {
    /** Factor on the city's people. */
    readonly crowd: number;
    /** They are up to 3 m + this away. */
    readonly reach: number;
    /** Share of pavements with a group in the distance. */
    readonly groups: number;
  };
  /** Share of sides with someone on a bicycle near by. */
  readonly cyclists: number;
  readonly stands: {
    /** Share of groups among bicycles that stand around. */
    readonly groups: number;
    /** They are from 5 m to this away. */
    readonly reach: number;
  };
  /** Factor on the distances between lamps and between signs. */
  readonly poleSpacing: number;
  /** What divides pavement and houses. */
  readonly plots: {
    /** Share of divided plots where houses stand at the pavement. */
    readonly dense: number;
    /** A draw from 0 to 1 below the first is a fence, else below the second a wall, below the third a hedge. */
    readonly fence: number;
    readonly wall: number;
    readonly hedge: number;
  };
  /** Regions of fewer px of 1024 × 2048 are not outlined (`outlined`); 0: each pixel is what it shows. */
  readonly leastRegion: number;
  readonly matcher: Matcher;
}

const ordinary: Mix = {
  rigs: [RIG],
  bonnetLower: 0,
  pavement: 1,
  trees: 1,
  parked: 1,
  trams: { share: 0.3, reach: Infinity },
  people: { crowd: 1, reach: 80, groups: 0.16 },
  cyclists: 0.2,
  stands: { groups: 0.25, reach: 60 },
  poleSpacing: 1,
  plots: { dense: 0.22, fence: 0.45, wall: 0.68, hedge: 0.9 },
  leastRegion: 0,
  matcher: { largest: Infinity, sky: { unknownAbove: 0.45 } },
};

/** Where the numbers come from is in the package's README. */
const measured: Mix = {
  rigs: [RIG, SECOND_RIG],
  bonnetLower: 0.012,
  pavement: 1.2,
  trees: 0.93,
  parked: 1.15,
  trams: { share: 0.2, reach: 70 },
  people: { crowd: 1.3, reach: 45, groups: 0.2 },
  cyclists: 0.2,
  stands: { groups: 0.15, reach: 36 },
  poleSpacing: 1.3,
  plots: { dense: 0.42, fence: 0.6, wall: 0.86, hedge: 0.95 },
  leastRegion: 120,
  matcher: { largest: 126, sky: { unknownAbove: 0.57, noise: 29 } },
};

/** The quantities of each composition. */
export const mixes: Readonly<Record<Composition, Mix>> = { ordinary, measured };
