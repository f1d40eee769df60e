import { hintObjective, MAIN_STREAM, type Objective } from '@scene-mtl/core';
import type { VisionTask } from '../kit.ts';

/**
 * Hints as objectives, `<hint>-<task>` for each task that knows the hint, on all frames of the main stream, labelled
 * or not.
 * @param weights α by the name of a hint
 * @throws naming a hint that no task knows, and those that some do
 * @example
 * ```ts
 * import { hintObjectives, tasksFor } from '@scene-mtl/vision-heads';
 * const tasks = tasksFor({ fields: ['depth'] });
 * hintObjectives(tasks, { flip: 0.1, rows: 1 }).map(({ name }) => name); // → ['flip-depth', 'rows-depth']
 * ```
 */
export function hintObjectives(
  tasks: readonly Pick<VisionTask, 'name' | 'kit'>[],
  weights: Readonly<Record<string, number>>,
): Objective[] {
  return Object.entries(weights).flatMap(([name, weight]) => {
    const found = tasks.flatMap(({ name: task, kit: { hints = {} } }) =>
      Object.hasOwn(hints, name)
        ? [
            hintObjective(`${name}-${task}`, hints[name].make(task), {
              stream: MAIN_STREAM,
              weight,
            }),
          ]
        : [],
    );
    if (found.length > 0) return found;
    const known = [...new Set(tasks.flatMap(({ kit: { hints = {} } }) => Object.keys(hints)))];
    throw new Error(
      `training.hints: no task of this run knows ${name}; expected one of: ${known.join(', ') || 'none'}`,
    );
  });
}
