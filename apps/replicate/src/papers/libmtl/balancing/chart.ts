import { dotChart, settle } from '@scene-mtl/eval';
import type { ComparedArm, Figure } from '@scene-mtl/lab';
import { SMALLEST_CHANGE } from '../../../scenes/changes.ts';
import { changesAgainst } from './changes.ts';
import type { BalancingContext } from './rows.ts';

/** Changes beyond this many percent would press all others together. */
const FARTHEST = 50;

/** Every method's Δm against equal weights, the best first; none where nothing was run beside them. */
export function changeChart(
  context: BalancingContext,
  arms: readonly ComparedArm[],
  equal: ComparedArm | undefined,
): Figure[] {
  if (!equal) return [];
  const dots = arms
    .filter((arm) => arm !== equal && arm.tasks.length > 1)
    .flatMap((arm) => {
      const changes = changesAgainst(context, arm, equal);
      if (changes.length === 0) return [];
      const { mean, interval, n } = settle(changes, SMALLEST_CHANGE);
      const [low, high] = interval;
      return [{ row: arm.title, value: mean, ...(n > 1 && { low, high }) }];
    })
    .sort((a, b) => a.value - b.value);
  const near = dots.filter(({ value }) => Math.abs(value) <= FARTHEST);
  if (near.length === 0) return [];
  const far = dots.filter((dot) => !near.includes(dot)).map(({ row }) => row);
  return [
    {
      name: 'balancing-change',
      spec: dotChart({
        title: 'What methods change against equal weights',
        label: 'Δm against equal weights (%), to the left is better',
        rows: near.map(({ row }) => row),
        series: [{ name: 'change', dots: near }],
      }),
      caption: `Mean change of one metric a task against equal weights at the same rate, lines: 95 % intervals over seeds by Student’s t, of each method alone.${far.length > 0 ? ` Beyond ${FARTHEST} %: ${far.join(', ')}.` : ''}`,
      description: 'Change of every method against equal weights, the best first',
    },
  ];
}
