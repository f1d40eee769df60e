import { edgeMap, VOID, type ClassMap, type EdgeMap, type ObjectMap } from '@scene-mtl/data';

/**
 * Boundaries of classes and objects: a pixel is on an edge when the one to its right or the one below
 * belongs to another class or object, and so is that one. Edges are thus two pixels thick, like the
 * semantic boundaries of Hariharan et al. 2011 before thinning. Void pixels never count, and a class
 * beside void makes no edge.
 * @param objects of the same size; absent: boundaries of classes alone
 */
export function edgesOf({ height, width, data: classes }: ClassMap, objects?: ObjectMap): EdgeMap {
  const data = classes.map((label) => (label === VOID ? VOID : 0));
  const ids = objects?.data;
  const compare = (i: number, j: number): void => {
    if (classes[i] === VOID || classes[j] === VOID) return;
    if (classes[i] === classes[j] && ids?.[i] === ids?.[j]) return;
    data[i] = data[j] = 1;
  };
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++, i++) {
      if (column + 1 < width) compare(i, i + 1);
      if (row + 1 < height) compare(i, i + width);
    }
  }
  return edgeMap({ height, width }, data);
}
