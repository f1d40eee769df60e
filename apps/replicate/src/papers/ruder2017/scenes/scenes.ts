import { flagNumber, flagNumbers } from '@scene-mtl/lab';
import type { SceneExperiment } from '../../../scenes/kind.ts';
import { ofUsualTasks } from '../../../scenes/own-tasks.ts';
import {
  countsOf,
  focusOf,
  moreSeedsOf,
  runsAt,
  seedsAt,
  targetOf,
  ways,
  type Context,
  type ScenesOptions,
} from './arms.ts';
import { figuresOf } from './charts.ts';
import { findingsOf, type Findings } from './findings.ts';
import { equivalentText, tablesOf } from './tables.ts';
import { verdictsOf } from './verdicts.ts';

const SEEDS = { whole: true, from: 0 } as const;
const FRAMES = { whole: true, from: 2 } as const;

/** Classes from few labelled frames, with and without the labels of the other tasks. */
export const scenes: SceneExperiment<ScenesOptions> = ofUsualTasks({
  name: 'scenes',
  command: 'ruder2017 scenes',
  title: 'Scenes: what the other tasks are worth where labels are few',
  addFlags: (command) =>
    command
      .option('--labelled <counts>', 'numbers of labelled frames (default 20,40,100,200 … all)')
      .option('--labelled-share <share>', 'of each batch, from the labelled frames (default 0.5)')
      .option(
        '--widths <factors>',
        'of the channels, with 40 labelled frames; 1: no others (default 0.5,1.5)',
      )
      .option(
        '--more-seeds <seeds>',
        'besides the others, with 40 and 100 labelled frames (default: two, of three seeds or more)',
      ),
  options({ labelled, labelledShare, widths, moreSeeds }) {
    return {
      labelled: labelled === undefined ? undefined : flagNumbers(labelled, '--labelled', FRAMES),
      share: flagNumber(labelledShare, '--labelled-share', { above: 0, below: 1 }) ?? 0.5,
      widths: flagNumbers(widths ?? '0.5,1.5', '--widths', { above: 0, to: 8 }).filter(
        (width) => width !== 1,
      ),
      moreSeeds:
        moreSeeds === undefined ? undefined : flagNumbers(moreSeeds, '--more-seeds', SEEDS),
    };
  },
  // The points that tell most first: a command that is stopped has them.
  *stages(context) {
    const [first, ...seeds] = context.config.seeds;
    const focus = focusOf(context);
    const rest = countsOf(context).filter((count) => !focus.includes(count));
    yield focus.flatMap((count) => runsAt(context, count, [first]));
    yield rest.flatMap((count) => runsAt(context, count, [first]));
    yield [...focus, ...rest].flatMap((count) => runsAt(context, count, seeds));
    yield focus.flatMap((count) => runsAt(context, count, moreSeedsOf(context)));
    yield widthRuns(context);
  },
  show(context, results) {
    const findings = findingsOf(context, results);
    return {
      lead: leadOf(context, findings),
      tables: tablesOf(context, findings),
      figures: figuresOf(context, findings),
      grids: [],
      verdicts: verdictsOf(context, findings),
    };
  },
});

const widthRuns = (context: Context) => {
  const { widths } = context.options;
  const some = [ways.alone, ways.few, ways.control];
  return focusOf(context)
    .slice(0, 1)
    .flatMap((count) =>
      widths.flatMap((width) => runsAt(context, count, seedsAt(context, count), width, some)),
    );
};

/** What was asked, and the one number that answers it. */
function leadOf(context: Context, { equivalent }: Findings): string {
  const { data } = context;
  const [count] = focusOf(context);
  const others = data.tasks.slice(1).join(' and ');
  const asked = `How well ${targetOf(context)} is learned on ${data.name} where few frames have its labels, alone and with ${others}.`;
  const worth = equivalentText(equivalent(ways.few, count));
  return worth === null
    ? asked
    : `${asked} ${count} labelled frames with ${others} on all ${data.frames.train} do what one task alone needs ${worth} labelled frames for.`;
}
