import { type Artefacts, overSeeds } from '@scene-mtl/lab';
import { gridsOf } from '../../../measure/grids.ts';
import type { SceneContext, SceneExperiment } from '../../../scenes/kind.ts';
import { ofUsualTasks } from '../../../scenes/own-tasks.ts';
import { learnedArm, singleArm } from '../table1-arms.ts';
import { classFigure, classTable, matricesOf } from './classes.ts';
import { correlationFigure, correlations, correlationTable, sameTask } from './correlation.ts';
import { errorBlocks } from './error-blocks.ts';
import { failures, type Failures } from './failures.ts';
import { objectFigure, objectTable } from './objects.ts';
import { figure9Verdicts } from './verdicts.ts';

/** Figure 9: how the network fails, and whether its tasks fail together. */
export const figure9: SceneExperiment = ofUsualTasks({
  name: 'figure9',
  title: 'Figure 9: failure modes',
  options: () => ({}),
  stages: ({ config, data }) => [
    [
      ...overSeeds('learned', config.seeds, learnedArm(config, data.tasks), [
        failures,
        errorBlocks,
      ]),
      // With one task the learned network is alone already.
      ...(data.tasks.length < 2 ? [] : data.tasks).flatMap((task) =>
        overSeeds(`${task}-only`, config.seeds, singleArm(config, task), [errorBlocks]),
      ),
    ],
  ],
  async show(context, results): Promise<Artefacts> {
    const { config, data } = context;
    const specs = config.seeds.map((seed) => ({ ...learnedArm(config, data.tasks), seed }));
    const found = specs.flatMap((spec) => results.measured(spec, failures) ?? []);
    const pairs = correlations(context, results);
    const matrices = matricesOf(found);
    return {
      lead: leadOf(context),
      tables: [
        {
          name: 'correlation',
          table: correlationTable(context, pairs, sameTask(context, results)),
        },
        { name: 'classes', table: classTable(context, matrices) },
        { name: 'objects', table: objectTable(found) },
      ],
      figures: [
        ...correlationFigure(pairs),
        ...classFigure(context, matrices),
        ...objectFigure(found),
      ],
      // Of the first seed.
      grids: await gridsOf(results, specs.slice(0, 1), failures, titleOf),
      verdicts: figure9Verdicts(context, pairs, found),
    };
  },
});

const leadOf = ({ data }: SceneContext): string =>
  `How the network with learned weights for ${data.tasks.join(', ')} fails. The paper shows chosen images; here every kind of failure is measured over the validation split, and networks trained apart are the control for correlated errors.`;

const titleOf = (frame: string, { shown }: Failures): string =>
  `${frame}: ${shown
    .filter((one) => one.frame === frame)
    .map(({ rule }) => rule)
    .join('; ')}`;
