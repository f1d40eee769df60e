import { dotChart, type Table } from '@scene-mtl/eval';
import { type Figure, measuredCell } from '@scene-mtl/lab';
import type { Failures } from './failures.ts';
import { extentNames, joined, meanOf, type Moments } from './object-groups.ts';

/** Moments of an error of one run's objects: one size or all, whole, occluded or both. */
export const momentsIn = (
  { objects }: Failures,
  error: 'vector' | 'wrong',
  choose: { readonly extent?: number; readonly occluded?: boolean },
): Moments =>
  joined(
    objects
      .filter(
        (group) =>
          (choose.extent === undefined || group.extent === choose.extent) &&
          (choose.occluded === undefined || group.occluded === choose.occluded),
      )
      .map((group) => group[error]),
  );

const percent = (moments: Moments): number[] =>
  moments[0] === 0 ? [] : [100 * meanOf(moments).mean];

/** Errors of objects by size, visible whole or in pieces. */
export function objectTable(found: readonly Failures[]): Table {
  const kinds = [
    ['in one piece', false],
    ['in pieces', true],
  ] as const;
  return {
    title: 'Which objects fail: by size and occlusion',
    corner: 'Longer side, as a share of the image’s height',
    columns: kinds.flatMap(([group]) => [
      { name: 'objects', group, decimals: 0 },
      { name: 'vector error', group, unit: '% of its side', decimals: 1 },
      { name: 'wrong class', group, unit: '% of its pixels', decimals: 1 },
    ]),
    rows: extentNames.map((header, extent) => ({
      header,
      cells: kinds.flatMap(([, occluded]) => {
        const of = (error: 'vector' | 'wrong') =>
          found.map((f) => momentsIn(f, error, { extent, occluded }));
        return [
          measuredCell(
            of('vector')
              .slice(0, 1)
              .map(([n]) => n),
          ),
          measuredCell(of('vector').flatMap(percent)),
          measuredCell(of('wrong').flatMap(percent)),
        ];
      }),
    })),
    notes: [
      'Means over objects, each counting once. Side: longer side of the box around the visible pixels. In pieces: two or more visible pieces of 4 px or more, so something stands before the object.',
      'The network pools over the whole image (ASPP), so no object is beyond its nominal receptive field; what is measured is whether large objects are worse.',
    ],
  };
}

/** Both errors by size of the object. */
export function objectFigure(found: readonly Failures[]): Figure[] {
  const series = (['vector', 'wrong'] as const).map((error) => ({
    name: error === 'vector' ? 'vector error' : 'wrong class',
    dots: extentNames.flatMap((row, extent) => {
      const values = found.flatMap((f) => percent(momentsIn(f, error, { extent })));
      if (values.length === 0) return [];
      const value = values.reduce((a, b) => a + b, 0) / values.length;
      const ends = { low: Math.min(...values), high: Math.max(...values) };
      return { row, value, ...(values.length > 1 && ends) };
    }),
  }));
  if (series.every(({ dots }) => dots.length === 0)) return [];
  return [
    {
      name: 'sizes',
      spec: dotChart({
        title: 'Errors by size of the object',
        label: 'vectors: % of the object’s side; classes: % of its pixels',
        rows: extentNames,
        series,
      }),
      caption: `Mean errors of objects by their longer side as a share of the image’s height; mean${found.length > 1 ? ' and range' : ''} over ${found.length} seed${found.length > 1 ? 's' : ''}.`,
      description: `Errors by size. ${series.flatMap(({ name, dots }) => dots.map((d) => `${d.row}, ${name}: ${d.value.toFixed(0)}`)).join('; ')}.`,
    },
  ];
}
