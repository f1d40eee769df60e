import { settle } from '@scene-mtl/eval';
import {
  ENOUGH_SEEDS,
  judge,
  metricOf,
  notRun,
  smallestEffect,
  type Claim,
  type Judgement,
  type Verdict,
} from '@scene-mtl/lab';
import { noHelp } from '../../../scenes/no-help.ts';
import { betterSign, primaryOfTask } from '../../../scenes/quantities.ts';
import { focusOf, targetOf, ways, type Context, type Way } from './arms.ts';
import type { Findings } from './findings.ts';
import { equivalentText, widthsOf } from './tables.ts';

/** Verdicts on the curves, and one on the width; none where there is one task. */
export function verdictsOf(context: Context, findings: Findings): Verdict[] {
  if (context.data.tasks.length < 2) return [];
  const focus = focusOf(context);
  const target = targetOf(context);
  const better = (claim: Claim, way: Way, against: Way, counts: readonly number[]): Verdict =>
    judge(
      claim,
      counts.flatMap((count) => findings.compared(way, against, count)),
      counts
        .filter((count) => findings.paired(way, against, count) === undefined)
        .map((count) => `${count} labelled frames`),
    );
  const [few, all] = [ways.few, context.data.frames.train];
  return [
    better(
      {
        claim: `Where few frames have labels of ${target}, the other tasks’ labels on all frames help`,
        source: 'Ruder 2017, implicit data augmentation',
      },
      ...([few, ways.alone, focus] as const),
    ),
    better(
      {
        claim: 'It is transfer: labels of other frames in their place do not do it',
        source: 'Caruana 1997, shuffle control',
      },
      ...([few, ways.control, focus] as const),
    ),
    controlVerdict(context, findings),
    worthTwice(context, findings),
    better(
      {
        claim: 'The other tasks help too where only the labelled frames have their labels',
        source: 'Caruana 1997',
      },
      ...([ways.together, ways.alone, focus] as const),
    ),
    better(
      { claim: 'The other tasks help too where all frames have all labels', source: 'Ruder 2017' },
      ...([ways.together, ways.alone, [all]] as const),
    ),
    ...(context.options.widths.length > 0 ? [widthVerdict(context, findings)] : []),
  ];
}

/** The control must not beat one task alone. */
function controlVerdict(context: Context, { compared }: Findings): Verdict {
  const focus = focusOf(context);
  return noHelp(
    {
      claim: 'Control: labels of other frames are no help',
      source: 'Caruana 1997, shuffle control',
    },
    focus.flatMap((count) => compared(ways.control, ways.alone, count)),
    focus.length,
  );
}

/** Whether the other tasks are worth as many labelled frames again. */
function worthTwice(context: Context, { equivalent }: Findings): Verdict {
  const claim = {
    claim: 'The other tasks’ labels are worth at least as many labelled frames again',
    source: 'Caruana 1997, figure 8',
  };
  const focus = focusOf(context);
  const found = focus.flatMap((count) => {
    const worth = equivalent(ways.few, count);
    return worth ? [{ count, worth }] : [];
  });
  if (found.length === 0) return notRun(claim);
  const judgement = (): Judgement => {
    if (found.length < focus.length || found.some(({ worth }) => worth.seeds < ENOUGH_SEEDS)) {
      return 'cannot tell';
    }
    if (found.every(({ count, worth }) => worth.interval![0].frames >= 2 * count)) {
      return 'reproduced';
    }
    const less = found.some(({ count, worth }) => {
      const [, high] = worth.interval!;
      return high.beyond !== 'more' && high.frames < 2 * count;
    });
    return less ? 'not reproduced' : 'cannot tell';
  };
  return {
    ...claim,
    judgement: judgement(),
    evidence: found
      .map(
        ({ count, worth }) =>
          `${count} labelled frames do what one task needs ${equivalentText(worth)} for (95 % interval, ${worth.seeds} seed${worth.seeds === 1 ? '' : 's'})`,
      )
      .join('; '),
  };
}

/** Whether the gain is another in the widest network than in the narrowest. */
function widthVerdict(context: Context, { runs }: Findings): Verdict {
  const claim = {
    claim: 'How much the other tasks help depends on the width of the network',
    source: 'Standley et al. 2020',
  };
  const target = targetOf(context);
  const quantity = primaryOfTask(target);
  const count = focusOf(context)[0];
  const widths = widthsOf(context);
  const [narrow, wide] = [widths[0], widths[widths.length - 1]];
  const gains = (width: number): Map<number, number> => {
    const alone = runs(ways.alone, count, width);
    return new Map(
      runs(ways.few, count, width).flatMap((run) => {
        const beside = alone.filter(({ spec }) => spec.seed === run.spec.seed);
        const [a] = metricOf([run], quantity.metric);
        const [b] = metricOf(beside, quantity.metric);
        const gain = betterSign(target) * (a - b);
        return Number.isFinite(gain) ? [[run.spec.seed, gain] as const] : [];
      }),
    );
  };
  const [least, most] = [gains(narrow), gains(wide)];
  const differences = [...most].flatMap(([seed, gain]) => {
    const other = least.get(seed);
    return other === undefined ? [] : [gain - other];
  });
  if (differences.length === 0) return notRun(claim);
  const alone = metricOf(runs(ways.alone, count), quantity.metric);
  const delta = smallestEffect(quantity, alone.length > 0 ? alone[0] : 1);
  const { mean, interval, outcome, n, p } = settle(differences, delta);
  const text = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
  const judged: Record<typeof outcome, Judgement> = {
    above: 'reproduced',
    below: 'reproduced',
    within: 'no difference larger than δ',
    open: 'cannot tell',
  };
  return {
    ...claim,
    judgement: n < ENOUGH_SEEDS ? 'cannot tell' : judged[outcome],
    p: n < ENOUGH_SEEDS || outcome === 'open' ? 1 : p,
    evidence: `${count} labelled frames: the gain with ${wide} times the channels less that with ${narrow} times is ${text(mean)} ${quantity.unit} (${n < 2 ? '1 seed' : `95 % interval ${interval.map(text).join(' … ')}, ${n} seeds`})`,
  };
}
