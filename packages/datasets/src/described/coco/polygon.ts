import type { Size } from '@scene-mtl/data';

/** Points of the grid on which COCO follows an outline, per px. */
const FINE = 5;

/**
 * Adds what a polygon encloses to a mask, by COCO's rule (`rleFrPoly` of pycocotools 2.0.11): the outline is walked
 * on a grid of 1/5 px; where it passes the middle of a column of pixels, in or out changes from the next row on.
 * So a column of pixels belongs by whether its middle is inside, its rows by rounding up.
 * @param polygon x, y, x, y, … in px, pixel (0, 0) having its upper left corner at 0
 * @param mask `[H, W]`, row-major; 1 is set where the polygon is
 */
export function fillPolygon(polygon: readonly number[], { height, width }: Size, mask: Uint8Array) {
  const changes = new Uint8Array(width * height);
  let before: readonly [number, number] | undefined;
  for (const [x, y] of outline(polygon)) {
    const [fromX, fromY] = before ?? [x, y];
    before = [x, y];
    if (x === fromX) continue;
    const column = (Math.min(x, fromX) + 0.5) / FINE - 0.5;
    if (!Number.isInteger(column) || column < 0 || column > width - 1) continue;
    const row = Math.ceil(Math.min(height, Math.max(0, (Math.min(y, fromY) + 0.5) / FINE - 0.5)));
    // Columns follow one another: the row behind the last is the first of the next.
    const at = column * height + row;
    if (at < changes.length) changes[at] ^= 1;
  }
  let inside = 0;
  for (let i = 0; i < changes.length; i++) {
    inside ^= changes[i];
    if (inside) mask[(i % height) * width + Math.floor(i / height)] = 1;
  }
}

/** Points of the closed outline on the fine grid, from corner to corner in steps along the longer side. */
function* outline(polygon: readonly number[]): Generator<readonly [number, number]> {
  const fine = polygon.map((v) => Math.trunc(FINE * v + 0.5));
  const corners = polygon.length / 2;
  for (let j = 0; j < corners; j++) {
    const [x0, y0] = [fine[2 * j], fine[2 * j + 1]];
    const k = (j + 1) % corners;
    const [x1, y1] = [fine[2 * k], fine[2 * k + 1]];
    const [dx, dy] = [Math.abs(x1 - x0), Math.abs(y1 - y0)];
    const along = dx >= dy;
    // Rounding is from the lower end of the longer side, whichever way the outline runs.
    const back = along ? x0 > x1 : y0 > y1;
    const [startX, startY, endX, endY] = back ? [x1, y1, x0, y0] : [x0, y0, x1, y1];
    const steps = Math.max(dx, dy);
    const slope = steps === 0 ? 0 : (along ? endY - startY : endX - startX) / steps;
    for (let d = 0; d <= steps; d++) {
      const t = back ? steps - d : d;
      const other = Math.trunc((along ? startY : startX) + slope * t + 0.5);
      yield along ? [startX + t, other] : [other, startY + t];
    }
  }
}
