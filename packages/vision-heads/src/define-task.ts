import { addedTo, marked } from '@scene-mtl/data';
import type { TaskKit } from './kit.ts';
import { kits } from './kits.ts';
import { LIKELIHOODS, missingParts, type Parts } from './parts.ts';
import { targetKits } from './targets.ts';

const KIT: Parts<TaskKit> = {
  name: 'string',
  title: 'string',
  constant: 'string',
  likelihood: LIKELIHOODS,
  metrics: 'metrics',
  fieldsIn: 'function',
  encoder: 'function',
  task: 'function',
};

/**
 * Makes a task of one's own known: to `tasksFor` and `targetsFor`, and by them to all that trains, evaluates, draws
 * or exports. A field that its kit learns from is no longer another kit's. `numberKit` and `labelKit` make whole
 * kits of one function.
 * @returns the same kit
 * @throws naming a part that is missing or wrong, or a name that is taken
 * @example
 * ```ts
 * import { defineTask, kitNamed, tasksFor } from '@scene-mtl/vision-heads';
 * // Disparity under another name, with another title.
 * defineTask({
 *   ...kitNamed('depth'),
 *   name: 'far-depth',
 *   title: 'Far',
 *   fieldsIn: ({ fields }) => fields.filter((field) => field === 'far'),
 * });
 * tasksFor({ fields: ['far'] }).map(({ name, kit }) => [name, kit.title]); // → [['far', 'Far']]
 * ```
 */
export function defineTask<P>(kit: TaskKit<P>): TaskKit<P> {
  const where = `defineTask ${typeof kit?.name === 'string' ? kit.name : ''}`.trim();
  const missing = missingParts(kit, KIT);
  if (missing !== undefined) throw new Error(`${where}: ${missing}`);
  addedTo<Pick<TaskKit, 'name'>>(kits, kit, where);
  addedTo<Pick<TaskKit, 'name'>>(targetKits, kit, where);
  return marked('task', kit);
}
