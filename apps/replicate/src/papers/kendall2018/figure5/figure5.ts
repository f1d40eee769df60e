import type { Table } from '@scene-mtl/eval';
import { kitNamed } from '@scene-mtl/vision-heads';
import { type Artefacts, overSeeds } from '@scene-mtl/lab';
import { frameAt, shownQuantiles } from '../../../measure/frame-choice.ts';
import { fromText } from '../../../measure/frame-errors.ts';
import { taskNames } from '../table1-rows.ts';
import { gridsOf } from '../../../measure/grids.ts';
import type { SceneContext, SceneExperiment, SceneSpec } from '../../../scenes/kind.ts';
import { notesOf } from '../../../scenes/notes.ts';
import { ofUsualTasks } from '../../../scenes/own-tasks.ts';
import { learnedArm } from '../table1-arms.ts';
import { qualitative, type Qualitative, type ShownFrame } from './qualitative.ts';

const percentile = (q: number): string => `${Math.round(100 * q)}th percentile`;

/** The first seed alone: pictures show what numbers of several seeds say elsewhere. */
const specOf = ({ config, data }: SceneContext): SceneSpec => ({
  ...learnedArm(config, data.tasks),
  seed: config.seeds[0],
});

/** Figure 5: what the network with learned weights predicts, frames chosen by their error. */
export const figure5: SceneExperiment = ofUsualTasks({
  name: 'figure5',
  title: 'Figure 5: predictions on validation images',
  options: () => ({}),
  stages: ({ config, data }) => [
    overSeeds('learned', config.seeds.slice(0, 1), learnedArm(config, data.tasks), [qualitative]),
  ],
  async show(context, results): Promise<Artefacts> {
    const spec = specOf(context);
    const found = results.measured(spec, qualitative);
    return {
      lead: `Network with learned weights for ${context.data.tasks.join(', ')}, seed ${spec.seed}. For each task the frames at the 5th, 50th and 95th percentile of its error on the frame: nearly the best, a typical one, nearly the worst. No frame is chosen by hand.`,
      tables: [{ name: 'figure5', table: choiceTable(context, found) }],
      figures: [],
      grids: await gridsOf(results, [spec], qualitative, titleOf),
      verdicts: [],
    };
  },
});

const titleOf = (frame: string, { shown }: Qualitative): string =>
  `${frame}: ${shown
    .filter((one) => one.frame === frame)
    .map(reason)
    .join('; ')}`;

/** What each task's error is called, with its unit. */
export function errorHead(task: string): string {
  const { title, unit } = kitNamed(task).error ?? { title: task, unit: '' };
  return `${title} (${unit})`;
}

function reason({ task, quantile, error }: ShownFrame): string {
  const of = kitNamed(task).error;
  return `${percentile(quantile)} of ${of?.title ?? task} (${error} ${of?.unit ?? ''})`;
}

/** What the pictures of instances are; those of before objects were drawn show vectors. */
const objectsNote = (found: Qualitative | undefined): string =>
  found?.strips.some(({ panels }) => panels.includes('centre vectors, prediction'))
    ? 'Predicted vectors are drawn where objects are.'
    : 'Predicted objects are found in predicted classes and centre vectors alone, each in a colour of its own.';

/** Error of each task at the shown percentiles, and the frames that have it. */
function choiceTable(context: SceneContext, found: Qualitative | undefined): Table {
  const errors = found && fromText(found.errors);
  return {
    title: 'Errors of the frames that are shown',
    corner: 'Task',
    columns: shownQuantiles.flatMap((q) => [
      { name: 'error', group: percentile(q) },
      { name: 'frame', group: percentile(q) },
    ]),
    rows: taskNames.map((task) => ({
      header: errorHead(task),
      cells: shownQuantiles.flatMap((quantile) => {
        const shown = found?.shown.find((s) => s.task === task && s.quantile === quantile);
        const list = errors?.[task] ?? [];
        const at = frameAt(list, quantile);
        return [at === undefined ? null : { value: list[at] }, shown?.frame ?? null];
      }),
    })),
    notes: [
      'Error of a frame: mean over its pixels with a truth. Of n frames in the order of their errors, percentile q is place q (n − 1), rounded, counted from 0.',
      'Error maps: dark blue is none; light yellow is a wrong class, a vector off by 10 % of the image’s width, a disparity off by half the largest one. Grey has no truth.',
      objectsNote(found),
      ...notesOf(context),
    ],
  };
}
