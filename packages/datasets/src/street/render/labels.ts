import type { Size } from '@scene-mtl/data';
import type { Scene } from '../scene/scene.ts';
import { bonnetEdge } from './bonnet.ts';
import { outlined } from './outline.ts';
import type { Visibility } from './rasterise.ts';

/** Label ids that the renderer itself gives. */
const EGO_VEHICLE = 1;
const SKY = 23;

/** Pictures of at least this width are outlined at their pixels; smaller ones are drawn too coarsely for it. */
const FINE = 1024;

/**
 * What the pixels' centres show as Cityscapes instance ids, `u16 [H, W]`: `id · 1000 + k`, or `id` for stuff,
 * groups, the sky and the own car. Where the scene says so they are outlined (`outlined`), at the samples or in
 * large pictures at the pixels.
 */
export function instanceValues(scene: Scene, visibility: Visibility, size: Size): Uint16Array {
  const { leastRegion } = scene;
  const isCoarse = leastRegion === 0 || size.width >= FINE;
  const perCell = isCoarse ? visibility.perSide : 1;
  const grid = {
    height: visibility.height / perCell,
    width: visibility.width / perCell,
  };
  const seen = seenAt(scene, visibility, grid, perCell);
  if (leastRegion === 0) return seen.values;
  const least = (leastRegion * grid.height * grid.width) / (1024 * 2048);
  const values = outlined(seen.values, seen.inverseDepth, grid, least);
  if (isCoarse) return values;
  const result = new Uint16Array(size.height * size.width);
  for (let i = 0; i < result.length; i++) result[i] = values[centreOf(i, size, visibility)];
  return result;
}

/** The sample at the centre of a pixel. */
export function centreOf(pixel: number, { width }: Size, visibility: Visibility): number {
  const { perSide, width: samples } = visibility;
  const middle = (perSide - 1) / 2;
  const row = Math.floor(pixel / width);
  return (row * perSide + middle) * samples + (pixel - row * width) * perSide + middle;
}

/** Values and 1/Z at the centres of cells of so many samples a side. */
function seenAt(
  { mesh, things, bonnet }: Scene,
  { width: samples, drawn, triangleOf, inverseDepth }: Visibility,
  { height, width }: Size,
  perCell: number,
): { values: Uint16Array; inverseDepth: Float32Array } {
  const seen = {
    values: new Uint16Array(height * width),
    inverseDepth: new Float32Array(height * width),
  };
  const middle = (perCell - 1) / 2;
  const edges = Float64Array.from({ length: width }, (_, column) => {
    return bonnetEdge(bonnet, (column + 0.5) / width) * height;
  });
  for (let row = 0, i = 0; row < height; row++) {
    let sample = (row * perCell + middle) * samples + middle;
    for (let column = 0; column < width; column++, i++, sample += perCell) {
      const id = drawn[sample];
      if (row + 0.5 >= edges[column]) {
        seen.values[i] = EGO_VEHICLE;
        // Nothing is in front of the own car.
        seen.inverseDepth[i] = 1;
      } else if (id < 0) {
        seen.values[i] = SKY;
      } else {
        const { label, thing } = mesh.surfaces[mesh.surfaceOf[triangleOf[id]]];
        seen.values[i] = thing < 0 ? label : things[thing];
        seen.inverseDepth[i] = inverseDepth[sample];
      }
    }
  }
  return seen;
}
