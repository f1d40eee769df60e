import { z } from 'zod';

/** Adds one optional preference per task to a method's own options: `theta=5 depth=2`. */
export const withPreferences = <S extends z.ZodRawShape>(own: S) =>
  z.object(own).catchall(z.number().positive()).describe('and a preference per task, default 1');

/**
 * Preferences in the order of the tasks, 1 where none is given.
 * @throws naming what is no task, or a task that is named like an option
 */
export function preferencesOf(
  method: string,
  tasks: readonly string[],
  { shape }: { readonly shape: object },
  options: Readonly<Record<string, unknown>>,
): number[] {
  const own = Object.keys(shape);
  const clash = tasks.find((task) => own.includes(task));
  if (clash !== undefined) {
    throw new Error(`${method}: the task ${clash} is named like an option; rename the task`);
  }
  const over = Object.keys(options).filter((key) => !own.includes(key) && !tasks.includes(key));
  if (over.length > 0) {
    throw new Error(
      `${method}: expected the options ${own.join(', ')} or one preference for a task of ` +
        `${tasks.join(', ')}, got ${over.join(', ')}`,
    );
  }
  return tasks.map((task) => (options[task] as number | undefined) ?? 1);
}
