import type { Camera, Size } from '@scene-mtl/data';
import type { Mesh } from '../geometry/mesh.ts';
import type { Bonnet } from '../render/bonnet.ts';
import type { Footprint } from '../render/contact.ts';
import type { Lens } from '../render/lens.ts';
import type { Matcher } from '../render/stereo.ts';
import type { Weather } from '../render/weather.ts';

/** Everything that a frame shows, at no particular resolution. */
export interface Scene {
  readonly mesh: Mesh;
  /** Official instance value of each thing, by its index; below 1000 for groups. */
  readonly things: readonly number[];
  readonly footprints: readonly Footprint[];
  readonly weather: Weather;
  readonly lens: Lens;
  readonly bonnet: Bonnet;
  /** Regions of fewer px of 1024 × 2048 are not outlined; 0: each pixel is what it shows. */
  readonly leastRegion: number;
  readonly matcher: Matcher;
  readonly seed: string;
  /** The camera with intrinsics for an image of this size. */
  cameraAt(size: Size): Camera;
}
