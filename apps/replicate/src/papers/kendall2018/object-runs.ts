import type { SceneContext, SceneSpec } from '../../scenes/kind.ts';
import { learnedArm } from './table1-arms.ts';

/** Whether there are objects of known classes to be found. */
export const hasObjects = ({ data }: SceneContext): boolean =>
  data.tasks.includes('semantic') && data.tasks.includes('instance');

/** The runs with learned weights for all tasks of the data, those of Table 1; none without objects. */
export const objectRuns = (context: SceneContext): SceneSpec[] =>
  hasObjects(context)
    ? context.config.seeds.map((seed) => ({
        ...learnedArm(context.config, context.data.tasks),
        seed,
      }))
    : [];
