import type { Size } from '@scene-mtl/data';
import { z } from 'zod';
import { fillPolygon } from './polygon.ts';
import { fillRuns, runsOfText } from './run-lengths.ts';

const polygons = z.array(z.array(z.number()).min(6));
const runs = z.object({
  size: z.tuple([z.number(), z.number()]),
  counts: z.union([z.string(), z.array(z.number())]),
});

/**
 * Mask of a COCO segmentation: polygons, whose union it is, or runs, plain or as text; pixel by pixel as
 * pycocotools 2.0.11 has it.
 * @returns `u8 [H, W]`, row-major, 1 inside
 * @throws saying what is wrong
 */
export function maskOf(segmentation: unknown, size: Size): Uint8Array {
  const mask = new Uint8Array(size.height * size.width);
  const outlines = polygons.safeParse(segmentation);
  if (outlines.success) {
    for (const polygon of outlines.data) {
      if (polygon.length % 2 > 0) throw new Error('a polygon with an x and no y');
      fillPolygon(polygon, size, mask);
    }
    return mask;
  }
  const found = runs.safeParse(segmentation);
  if (!found.success) {
    throw new Error('expected polygons [[x, y, x, y, x, y, …], …] or runs {size, counts}');
  }
  const { size: own, counts } = found.data;
  if (own[0] !== size.height || own[1] !== size.width) {
    throw new Error(
      `runs of ${own.join(' × ')} px, but its image has ${size.height} × ${size.width}`,
    );
  }
  fillRuns(typeof counts === 'string' ? runsOfText(counts) : counts, size, mask);
  return mask;
}
