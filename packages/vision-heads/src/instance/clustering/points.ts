/**
 * Points in the plane, `[n, 2]` row-major: x0, y0, x1, y1, … Here the votes for object centres, in
 * px of the image grid.
 */
export type Points = Float32Array | Float64Array;

/**
 * Number of points.
 * @throws RangeError when the length is odd or a coordinate is not finite; it names the point.
 */
export function countPoints(points: Points, where: string): number {
  if (points.length % 2 !== 0) {
    throw new RangeError(
      `${where}: points must hold x and y of each point, [n, 2]; got ${points.length} numbers`,
    );
  }
  for (let i = 0; i < points.length; i++) {
    if (!Number.isFinite(points[i])) {
      throw new RangeError(
        `${where}: points must be finite; ${i % 2 === 0 ? 'x' : 'y'} of point ${i >> 1} is ${points[i]}. ` +
          'Leave such points out before clustering.',
      );
    }
  }
  return points.length / 2;
}

/** Throws a RangeError unless `minPts` is a whole number, 1 or more. */
export function checkMinPts(minPts: number, where: string): void {
  if (!Number.isInteger(minPts) || minPts < 1) {
    throw new RangeError(`${where}: minPts must be a whole number of at least 1; got ${minPts}`);
  }
}

/** Throws a RangeError unless the distance called `name` is above 0 (Infinity is allowed). */
export function checkDistance(value: number, name: string, where: string): void {
  if (!(value > 0)) {
    throw new RangeError(`${where}: ${name} must be a distance above 0 in px; got ${value}`);
  }
}
