import { lineChart, settle, type Curve } from '@scene-mtl/eval';
import { ENOUGH_SEEDS, metricOf, type Figure } from '@scene-mtl/lab';
import { columnOf, primaryOfTask } from '../../../scenes/quantities.ts';
import { countsOf, focusOf, targetOf, ways, type Context, type Way } from './arms.ts';
import type { Findings } from './findings.ts';
import { widthsOf } from './tables.ts';

/** The same colour in both figures; the last one is in the first figure alone. */
const ORDER: readonly Way[] = [ways.alone, ways.few, ways.control, ways.together];

/** The mean over seeds, from three seeds on with the 95 % interval of Student's t. */
function point(x: number, values: readonly number[]): Curve['points'] {
  if (values.length === 0) return [];
  const { mean, interval } = settle(values, 1);
  return [
    { x, y: mean, ...(values.length >= ENOUGH_SEEDS && { low: interval[0], high: interval[1] }) },
  ];
}

/** The target over the number of labelled frames, and over the width of the network. */
export function figuresOf(context: Context, { runs }: Findings): Figure[] {
  const target = targetOf(context);
  const { metric } = primaryOfTask(target);
  const { name, unit } = columnOf(metric);
  const y = { label: `${name} (${unit})` };
  const all = context.data.frames.train;
  const counts = countsOf(context);
  const overCount = ORDER.map((way) => {
    return {
      name: way.title,
      points: counts.flatMap((count) => {
        // With all frames labelled, the same frames are all that there are.
        const same = count === all && way === ways.few ? ways.together : way;
        return point(count, metricOf(runs(same, count), metric));
      }),
    };
  });
  const focus = focusOf(context)[0];
  const overWidth = ORDER.slice(0, 3).map((way) => ({
    name: way.title,
    points: widthsOf(context).flatMap((width) =>
      point(width, metricOf(runs(way, focus, width), metric)),
    ),
  }));
  const drawn = (curves: readonly Curve[]) => curves.filter(({ points }) => points.length > 1);
  const few = drawn(overCount);
  const wide = drawn(overWidth);
  return [
    ...(few.length > 0
      ? [
          {
            name: 'scenes',
            spec: lineChart({
              title: `${name} over frames with labels of ${target}`,
              x: { label: `frames with labels of ${target}, of ${all}`, log: true },
              y,
              curves: few,
            }),
            caption: `${name} over the number of labelled frames, mean over seeds; bands: 95 % intervals by Student’s t.`,
            description: `${name} over labelled frames, one line for each way to learn`,
          },
        ]
      : []),
    ...(wide.length > 0
      ? [
          {
            name: 'scenes-width',
            spec: lineChart({
              title: `${name} over the width, ${focus} labelled frames`,
              x: { label: 'channels, as a factor' },
              y,
              curves: wide,
            }),
            caption: `${name} over the width of the network with ${focus} labelled frames, mean over seeds; bands: 95 % intervals by Student’s t.`,
            description: `${name} over the width of the network, one line for each way to learn`,
          },
        ]
      : []),
  ];
}
