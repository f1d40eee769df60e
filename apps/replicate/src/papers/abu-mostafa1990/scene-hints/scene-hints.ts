import { flagNumber, flagNumbers } from '@scene-mtl/lab';
import { kits } from '@scene-mtl/vision-heads';
import type { SceneExperiment } from '../../../scenes/kind.ts';
import { hintsOf, runsOf, tasksOf, type SceneHintsOptions } from './arms.ts';
import { show } from './show.ts';

/** Hints on street scenes as objectives on frames without labels. */
export const sceneHints: SceneExperiment<SceneHintsOptions> = {
  name: 'scene-hints',
  command: 'abu-mostafa1990 scene-hints',
  title: 'Hints on scenes: what is known whatever the picture shows, where labels are few',
  addFlags: (command) =>
    command
      .option('--labelled <n>', 'frames with labels of the task (default 40, or half of fewer)')
      .option('--labelled-share <share>', 'of each batch, from the labelled frames (default 0.5)')
      .option('--doses <factors>', 'of the hints’ own weights (default 1)')
      .option('--of <tasks>', 'tasks, each by itself (default: all that know hints)'),
  options({ labelled, labelledShare, doses, of }) {
    return {
      labelled: flagNumber(labelled, '--labelled', { whole: true, from: 2 }),
      share: flagNumber(labelledShare, '--labelled-share', { above: 0, below: 1 }) ?? 0.5,
      doses: flagNumbers(doses ?? '1', '--doses', { above: 0 }),
      tasks: of === undefined ? undefined : knownTasks(of),
    };
  },
  *stages(context) {
    // A seed of every task first: a command that is stopped has something of each.
    const runs = tasksOf(context).flatMap((task) => runsOf(context, task));
    for (const seed of context.config.seeds) yield runs.filter(({ spec }) => spec.seed === seed);
  },
  show,
};

function knownTasks(text: string): string[] {
  const knowing = kits.map(({ name }) => name).filter((name) => hintsOf(name).length > 0);
  return text.split(',').map((name) => {
    if (knowing.includes(name)) return name;
    throw new Error(`--of ${text}: no hints of ${name}; expected some of ${knowing.join(', ')}`);
  });
}
